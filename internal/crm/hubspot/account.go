package hubspot

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"sync"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/crm"
)

// Accounts makes connectors. What belongs to an account rather than to one delivery (its
// rate limits, which of our properties it has) is shared by all connectors of that account.
type Accounts struct {
	now func() time.Time

	mu       sync.Mutex
	accounts map[string]*account
}

// NewFactory returns the factory of a process: all its connectors share what they learn.
func NewFactory() crm.Factory { return NewAccounts(time.Now).Connect }

// NewAccounts returns an empty set of accounts.
func NewAccounts(now func() time.Time) *Accounts {
	return &Accounts{now: now, accounts: make(map[string]*account)}
}

// Connect is the crm.Factory of HubSpot. The credentials are a service key or another
// bearer token.
func (a *Accounts) Connect(s crm.Settings, hc *http.Client) (crm.Connector, error) {
	config, err := parseConfig(s.Config)
	if err != nil {
		return nil, err
	}
	if s.Credentials == "" {
		return nil, errors.New("hubspot: no service key")
	}
	account := a.account(config, s.Credentials)
	return &Connector{
		config:  config,
		account: account,
		client:  &client{http: hc, token: s.Credentials, config: config, account: account, now: a.now},
	}, nil
}

func (a *Accounts) account(c Config, credentials string) *account {
	sum := sha256.Sum256([]byte(credentials))
	key := c.BaseURL + " " + hex.EncodeToString(sum[:])
	a.mu.Lock()
	defer a.mu.Unlock()
	acc := a.accounts[key]
	if acc == nil {
		acc = &account{
			general: crm.NewWindow(c.RequestsPer10s, 10*time.Second, a.now),
			search:  crm.NewWindow(c.SearchesPerSec, time.Second, a.now),
			turn:    make(chan struct{}, 1),
			schemas: make(map[string]schema),
		}
		a.accounts[key] = acc
	}
	return acc
}

// account is what all connectors of one HubSpot account share.
type account struct {
	general *crm.Window
	search  *crm.Window

	turn chan struct{} // held by whoever asks the account about itself: one at a time

	mu      sync.Mutex
	details *details // nil: not asked yet
	schemas map[string]schema
}

// lock waits for the turn to ask the account about itself.
func (a *account) lock(ctx context.Context) (unlock func(), err error) {
	select {
	case a.turn <- struct{}{}:
		return func() { <-a.turn }, nil
	case <-ctx.Done():
		return nil, &crm.Error{Fault: crm.Transient, Op: "prepare hubspot account", Err: ctx.Err()}
	}
}

// details describes the account, as far as it says.
type details struct {
	PortalID int64  `json:"portalId"`
	TimeZone string `json:"timeZone"`
	UIDomain string `json:"uiDomain"`
}

func (a *account) known() details {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.details == nil {
		return details{}
	}
	return *a.details
}

func (a *account) learn(d details) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.details = &d
}

// midnight returns when the account's day ends: the daily quota starts anew.
func (a *account) midnight(now time.Time) time.Time {
	loc, err := time.LoadLocation(a.known().TimeZone)
	if err != nil {
		loc = time.UTC
	}
	y, m, d := now.In(loc).Date()
	return time.Date(y, m, d+1, 0, 0, 0, 0, loc)
}
