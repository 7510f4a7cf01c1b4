package crm

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"sync"
)

// Shared holds what all connectors of one account share, by account. The zero value is
// empty and ready.
type Shared[T any] struct {
	mu  sync.Mutex
	all map[string]*T
}

// Get returns what an account's connectors share, the same each time. The first time it is
// what first returns.
func (s *Shared[T]) Get(account string, first func() *T) *T {
	s.mu.Lock()
	defer s.mu.Unlock()
	found := s.all[account]
	if found == nil {
		found = first()
		if s.all == nil {
			s.all = make(map[string]*T)
		}
		s.all[account] = found
	}
	return found
}

// AccountKey names an account by its address and by who asks it: credentials, which the
// key does not hold.
func AccountKey(address, who string) string {
	sum := sha256.Sum256([]byte(who))
	return address + " " + hex.EncodeToString(sum[:])
}

// Turn is a lock that one waits for no longer than a delivery may take.
type Turn chan struct{}

// NewTurn returns a turn that nobody has.
func NewTurn() Turn { return make(Turn, 1) }

// Take waits for the turn, which is given back with done. Errors are an *Error of op.
func (t Turn) Take(ctx context.Context, op string) (done func(), err error) {
	select {
	case t <- struct{}{}:
		return func() { <-t }, nil
	case <-ctx.Done():
		return nil, &Error{Fault: Transient, Op: op, Err: ctx.Err()}
	}
}
