package crmtest

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/crm"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

// ErrLost says that a ledger's transaction failed and saved nothing.
var ErrLost = errors.New("transaction lost")

// Memory keeps the ledgers of one destination: the deliveries' and the contacts'. It is
// safe for concurrent use.
type Memory struct {
	now func() time.Time

	mu           sync.Mutex
	entries      map[string]map[string]request.LedgerEntry // by request and step
	contacts     map[string]*person                        // by key
	transactions int
	lose         int // the transaction to lose, from 1; 0: none
}

// person is what is known of one key.
type person struct {
	id     string
	holder string // request that holds the lease
	until  time.Time
	intent time.Time // when an attempt began that has not ended; zero: none
}

// NewMemory returns empty ledgers.
func NewMemory(now func() time.Time) *Memory {
	return &Memory{now: now, entries: make(map[string]map[string]request.LedgerEntry), contacts: make(map[string]*person)}
}

// Ledger returns the ledger of a request's delivery.
func (m *Memory) Ledger(requestID string) *Ledger { return &Ledger{memory: m, request: requestID} }

// Lose lets the n-th transaction from now, counted from 1, fail and save nothing.
func (m *Memory) Lose(n int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.transactions, m.lose = 0, n
}

// Transactions returns how many there were since the start or the last Lose.
func (m *Memory) Transactions() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.transactions
}

// transact counts a transaction. The caller holds the lock.
func (m *Memory) transact(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	m.transactions++
	if m.transactions == m.lose {
		return ErrLost
	}
	return nil
}

// Ledger is a crm.Ledger in memory.
type Ledger struct {
	memory  *Memory
	request string
	keys    []string // that Contact took the lease on
}

// Contact implements crm.Ledger.
func (l *Ledger) Contact(ctx context.Context, keys []string) (crm.Known, error) {
	m := l.memory
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.transact(ctx); err != nil {
		return crm.Known{}, err
	}
	now := m.now()
	for _, key := range keys {
		if p := m.contacts[key]; p != nil && p.holder != "" && p.holder != l.request && now.Before(p.until) {
			return crm.Known{}, &crm.BusyError{Until: p.until}
		}
	}
	var known crm.Known
	for _, key := range keys {
		p := m.contacts[key]
		if p == nil {
			p = &person{}
			m.contacts[key] = p
		}
		if known.RemoteID == "" {
			known.RemoteID = p.id
		}
		if !p.intent.IsZero() {
			known.Ambiguous = true
			if p.intent.After(known.Since) {
				known.Since = p.intent
			}
		}
		p.holder, p.until, p.intent = l.request, now.Add(crm.ContactLease), now
	}
	l.keys = slices.Clone(keys)
	return known, nil
}

// Entry implements crm.Ledger.
func (l *Ledger) Entry(step string) (request.LedgerEntry, bool) {
	l.memory.mu.Lock()
	defer l.memory.mu.Unlock()
	e, ok := l.memory.entries[l.request][step]
	return e, ok
}

// Write implements crm.Ledger.
func (l *Ledger) Write(ctx context.Context, entries ...request.LedgerEntry) error {
	m := l.memory
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.transact(ctx); err != nil {
		return err
	}
	l.save(entries)
	return nil
}

// Settle saves a result's entries, as whoever calls Deliver does with the delivery's state.
func (l *Ledger) Settle(entries []request.LedgerEntry) {
	l.memory.mu.Lock()
	defer l.memory.mu.Unlock()
	l.save(entries)
}

func (l *Ledger) save(entries []request.LedgerEntry) {
	m := l.memory
	if m.entries[l.request] == nil {
		m.entries[l.request] = make(map[string]request.LedgerEntry)
	}
	for _, e := range entries {
		m.entries[l.request][e.Step] = e
		if e.Step == crm.StepContact {
			l.release(e)
		}
	}
}

func (l *Ledger) release(e request.LedgerEntry) {
	for _, key := range l.keys {
		p := l.memory.contacts[key]
		if p.holder != l.request {
			continue // the lease ran out and somebody else has it
		}
		p.holder, p.until, p.intent = "", time.Time{}, time.Time{}
		switch {
		case e.Done() && e.Unproven:
		case e.Done():
			p.id = e.RemoteID
		case e.Outcome != string(crm.Refused):
			p.intent = e.At
		}
	}
	l.keys = nil
}
