package hubspot

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"cloud.google.com/go/civil"

	"github.com/your-org/multi-tenant-pipeline/internal/calendar"
	"github.com/your-org/multi-tenant-pipeline/internal/crm"
	"github.com/your-org/multi-tenant-pipeline/internal/crm/oauth"
)

// Accounts makes connectors. What belongs to an account rather than to one delivery (its
// rate limits, which of our properties it has) is shared by all connectors of that account.
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

// Connect is the crm.Factory of HubSpot. The credentials are a service key or another
// bearer token, or those of package oauth.
func (a *Accounts) Connect(s crm.Settings, hc *http.Client) (crm.Connector, error) {
	config, err := parseConfig(s.Config)
	if err != nil {
		return nil, err
	}
	if s.Credentials == "" {
		return nil, errors.New("hubspot: no service key")
	}
	c := &client{http: hc, tokens: key(s.Credentials), config: config, now: a.now}
	who, requests := s.Credentials, DefaultRequestsPer10s
	if oauth.IsCredentials(s.Credentials) {
		if c.tokens, err = a.sources.Source(s, tokenEndpoint(config), hc); err != nil {
			return nil, fmt.Errorf("hubspot: %w", err)
		}
		who, requests = s.TenantID+" "+s.IntegrationID, OAuthRequestsPer10s // the credentials change
	}
	config.RequestsPer10s = cmp.Or(config.RequestsPer10s, requests)
	c.account = a.account(config, who)
	return &Connector{config: config, account: c.account, client: c}, nil
}

func (a *Accounts) account(c Config, who string) *account {
	return a.shared.Get(crm.AccountKey(c.BaseURL, who), func() *account {
		return &account{
			general: crm.NewWindow(c.RequestsPer10s, 10*time.Second, a.now),
			search:  crm.NewWindow(c.SearchesPerSec, time.Second, a.now),
			turn:    crm.NewTurn(),
			schemas: make(map[string]schema), catalogs: make(map[string]catalog),
		}
	})
}

// account is what all connectors of one HubSpot account share.
type account struct {
	general *crm.Window
	search  *crm.Window

	turn crm.Turn // held by whoever asks the account about itself: one at a time

	mu       sync.Mutex
	details  *details // nil: not asked yet
	schemas  map[string]schema
	catalogs map[string]catalog // as the account last told
}

// catalog is an object type's properties at a time.
type catalog struct {
	properties map[string]property
	at         time.Time
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
	return calendar.Start(civil.DateOf(now.In(loc)).AddDays(1), loc)
}
