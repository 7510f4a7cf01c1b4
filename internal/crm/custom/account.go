package custom

import (
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/crm"
)

// Accounts makes connectors. The limit of an address and the compiled expression of its body
// are shared by all connectors of one integration.
type Accounts struct {
	now func() time.Time

	mu       sync.Mutex
	accounts map[string]*account // by tenant and integration
}

// account is what all connectors of one integration share.
type account struct {
	limit  int
	window *crm.Window
	body   *body // of the newest settings
}

// NewFactory returns the factory of a process.
func NewFactory() crm.Factory { return NewAccounts(time.Now).Connect }

// NewAccounts returns an empty set of accounts.
func NewAccounts(now func() time.Time) *Accounts {
	return &Accounts{now: now, accounts: make(map[string]*account)}
}

// Connect is the crm.Factory of custom destinations. The credentials are a signing secret,
// or JSON with several, and what the authentication needs.
func (a *Accounts) Connect(s crm.Settings, hc *http.Client) (crm.Connector, error) {
	config, err := parseConfig(s.Config)
	if err != nil {
		return nil, err
	}
	have, err := parseCredentials(s.Credentials)
	if err != nil {
		return nil, fmt.Errorf("custom: %w", err)
	}
	if err := config.checkWith(have); err != nil {
		return nil, fmt.Errorf("custom: %w", err)
	}
	window, body, err := a.share(s.TenantID+" "+s.IntegrationID, config)
	if err != nil {
		return nil, err
	}
	return &Connector{
		config: config, destination: s.IntegrationID, body: body,
		client: &client{http: unredirected(hc), config: config, credentials: have, window: window, now: a.now},
	}, nil
}

// share returns what the integration's connectors share. Compiling and trying out a body
// takes about as long as a hundred deliveries' own work, so it is done once.
func (a *Accounts) share(key string, c Config) (*crm.Window, *body, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	acc := a.accounts[key]
	if acc == nil || acc.limit != c.RequestsPer10s {
		acc = &account{limit: c.RequestsPer10s, window: crm.NewWindow(c.RequestsPer10s, 10*time.Second, a.now)}
		a.accounts[key] = acc
	}
	switch {
	case c.Body == "":
		return acc.window, nil, nil
	case acc.body == nil || acc.body.source != c.Body:
		compiled, err := newBody(c.Body)
		if err != nil {
			return nil, nil, err
		}
		acc.body = compiled
	}
	return acc.window, acc.body, nil
}

// unredirected returns a client that takes a redirect for the answer that it is.
func unredirected(hc *http.Client) *http.Client {
	same := *hc
	same.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &same
}
