package salesforce

import (
	"context"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"sync"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/crm"
)

// quotaPoll is how long nothing is sent when the daily requests are used up. The day is a
// rolling one: there is no hour at which it begins anew.
const quotaPoll = 15 * time.Minute

// opPrepare names the errors of waiting for what another delivery asks the org.
const opPrepare = "prepare salesforce org"

// Accounts makes connectors. What belongs to an org rather than to one delivery (token,
// limits, metadata) is shared by all connectors of that org.
type Accounts struct {
	now    func() time.Time
	shared crm.Shared[account]
}

// NewFactory returns the factory of a process: all its connectors share what they learn.
func NewFactory() crm.Factory { return NewAccounts(time.Now).Connect }

// NewAccounts returns an empty set of accounts.
func NewAccounts(now func() time.Time) *Accounts {
	return &Accounts{now: now}
}

// Connect is the crm.Factory of Salesforce.
func (a *Accounts) Connect(s crm.Settings, hc *http.Client) (crm.Connector, error) {
	config, err := parseConfig(s.Config)
	if err != nil {
		return nil, err
	}
	credentials, err := parseCredentials(s.Credentials, config)
	if err != nil {
		return nil, err
	}
	account := a.account(config, s.Credentials)
	return &Connector{
		config:  config,
		account: account,
		client:  &client{http: hc, credentials: credentials, config: config, account: account, now: a.now},
	}, nil
}

func (a *Accounts) account(c Config, credentials string) *account {
	return a.shared.Get(crm.AccountKey(c.LoginURL+" "+c.APIVersion, credentials), func() *account {
		return &account{
			general: crm.NewWindow(c.RequestsPer10s, 10*time.Second, a.now),
			minting: crm.NewTurn(),
			reading: crm.NewTurn(),
			schemas: make(map[string]schema),
		}
	})
}

// account is what all connectors of one org share.
type account struct {
	general *crm.Window

	minting crm.Turn // held by whoever mints a token: one at a time
	reading crm.Turn // and by whoever reads an object's description

	mu      sync.Mutex
	current token
	schemas map[string]schema
	spent   time.Time // until when nothing is sent, because of the daily requests
	usage   string    // how many are used, in words
}

func (a *account) token() token {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.current
}

func (a *account) keep(t token) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.current = t
}

// schema returns an object's description if it was read lately.
func (a *account) schema(typ string, now time.Time) (schema, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	s, ok := a.schemas[typ]
	return s, ok && now.Sub(s.read) < schemaLife
}

// admit waits until a request may go.
func (a *account) admit(ctx context.Context, now time.Time) error {
	a.mu.Lock()
	until, usage := a.spent, a.usage
	a.mu.Unlock()
	if now.Before(until) {
		return &crm.Error{Fault: crm.QuotaSpent, Op: "wait for the daily limit", Message: usage, RetryAt: until}
	}
	return a.general.Wait(ctx)
}

var usagePattern = regexp.MustCompile(`(?:^|[\s,;])api-usage=(\d+)/(\d+)`)

// count believes the org's own count of requests, which includes those of its other
// programs, and stops before the last of them are used up.
func (a *account) count(h http.Header, reservePercent int, now time.Time) {
	m := usagePattern.FindStringSubmatch(h.Get("Sforce-Limit-Info"))
	if m == nil {
		return
	}
	used, err := strconv.ParseInt(m[1], 10, 64)
	if err != nil {
		return
	}
	limit, err := strconv.ParseInt(m[2], 10, 64)
	if err != nil || limit <= 0 || used < limit-limit*int64(reservePercent)/100 {
		return
	}
	a.spend(fmt.Sprintf("%d of %d requests of 24 hours are used; the rest is left to the org's other programs.", used, limit), now.Add(quotaPoll))
}

func (a *account) spend(usage string, until time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.usage, a.spent = usage, until
}
