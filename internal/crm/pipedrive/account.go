package pipedrive

import (
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/crm"
	"github.com/your-org/multi-tenant-pipeline/internal/crm/oauth"
)

// window is the span that Pipedrive counts requests and searches in.
const window = 2 * time.Second

// Accounts makes connectors. What belongs to an account rather than to one delivery (its
// rate limits, which fields it has) is shared by all connectors of that account.
type Accounts struct {
	now     func() time.Time
	sources *oauth.Sources
	shared  crm.Shared[account]
}

// NewFactory returns the factory of a process: all its connectors share what they learn.
func NewFactory() crm.Factory { return NewAccounts(time.Now).Connect }

// NewAccounts returns an empty set of accounts.
func NewAccounts(now func() time.Time) *Accounts {
	return &Accounts{now: now, sources: oauth.NewSources(now)}
}

// Connect is the crm.Factory of Pipedrive. The credentials are a user's API token, or with
// OAuth the document that package oauth describes.
func (a *Accounts) Connect(s crm.Settings, hc *http.Client) (crm.Connector, error) {
	config, err := parseConfig(s.Config, s.Credentials)
	if err != nil {
		return nil, err
	}
	if s.Credentials == "" {
		return nil, errors.New("pipedrive: no credentials")
	}
	c := &client{http: hc, apiToken: s.Credentials, config: config, now: a.now}
	who := s.Credentials
	if config.Auth == OAuth {
		endpoint := oauth.Endpoint{Name: "pipedrive", URL: config.TokenURL, Basic: true}
		if c.tokens, err = a.sources.Source(s, endpoint, hc); err != nil {
			return nil, fmt.Errorf("pipedrive: %w", err)
		}
		who = s.TenantID + " " + s.IntegrationID // the tokens change
	}
	c.account = a.account(config, who)
	return &Connector{config: config, account: c.account, client: c}, nil
}

// account returns what is shared. Pipedrive counts requests by token.
func (a *Accounts) account(c Config, who string) *account {
	return a.shared.Get(crm.AccountKey(c.BaseURL, who), func() *account {
		return &account{
			general: crm.NewWindow(c.RequestsPer2s, window, a.now),
			search:  crm.NewWindow(c.SearchesPer2s, window, a.now),
			turn:    crm.NewTurn(),
			schemas: make(map[string]schema),
		}
	})
}

// account is what all connectors of one Pipedrive account share.
type account struct {
	general *crm.Window
	search  *crm.Window

	turn crm.Turn // held by whoever asks the account about itself: one at a time

	mu      sync.Mutex
	spent   time.Time // the daily budget is used up until then
	domain  string    // the company's part of its address
	asked   bool      // for domain
	schemas map[string]schema
}

// spend notes that the daily budget is used up.
func (a *account) spend(until time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.spent = until
}

// budget refuses a request at once while the daily budget is used up: asking on would end
// in a block of the address.
func (a *account) budget(now time.Time) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if !now.Before(a.spent) {
		return nil
	}
	return &crm.Error{Fault: crm.QuotaSpent, Op: "wait for the daily budget", RetryAt: a.spent}
}

func (a *account) learn(domain string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.domain, a.asked = domain, true
}

func (a *account) known() (domain string, asked bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.domain, a.asked
}

// midnight returns when the daily budget starts anew. That it does so in UTC is documented
// for the older count of requests only.
func midnight(now time.Time) time.Time {
	y, m, d := now.UTC().Date()
	return time.Date(y, m, d+1, 0, 0, 0, 0, time.UTC)
}
