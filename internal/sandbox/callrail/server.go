package callrail

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/sandbox/quota"
)

// documented are the limits of the API, per account.
var documented = Limits{PerHour: 1_000, PerDay: 10_000}

// deliveryTimeout bounds one delivery. CallRail publishes no figure.
const deliveryTimeout = 10 * time.Second

// Config is what the stand-in is made of.
type Config struct {
	BaseURL   string // where it is reached, for links in answers
	Companies []Company
	Limits    Limits       // of each account; zero: the documented ones
	Client    *http.Client // posts deliveries; nil: a client with a timeout
	Now       func() time.Time
	Log       *slog.Logger
}

// Limits are how many requests an account may make.
type Limits struct{ PerHour, PerDay int }

// Company is one CallRail company and the tenant behind it.
type Company struct {
	TenantID   string
	ID         string // the number of webhooks
	ResourceID string // COM…
	AccountID  string // ACC…
	APIKey     string // several companies may share one
	SigningKey string
	Name       string
	TimeZone   string // IANA name; empty: UTC
}

func (c *Company) location() *time.Location {
	loc, err := time.LoadLocation(c.TimeZone)
	if err != nil {
		return time.UTC
	}
	return loc
}

// Server is the stand-in. It is safe for concurrent use.
type Server struct {
	cfg       Config
	companies []*Company

	pending sync.WaitGroup // deliveries that a change set off

	mu           sync.Mutex
	calls        []*call // in the order in which they were added
	forms        []*form
	integrations []*integration
	quotas       map[string]*accountQuota // by account
	nextID       int
}

type accountQuota struct{ hour, day *quota.Window }

// New returns a stand-in that serves the companies.
func New(cfg Config) (*Server, error) {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Client == nil {
		cfg.Client = &http.Client{Timeout: deliveryTimeout}
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	s := &Server{cfg: cfg, quotas: map[string]*accountQuota{}}
	seen := map[string]bool{}
	for _, c := range cfg.Companies {
		if seen[c.ID] || seen[c.ResourceID] {
			return nil, fmt.Errorf("company %s (%s): belongs to another tenant", c.ID, c.ResourceID)
		}
		seen[c.ID], seen[c.ResourceID] = true, true
		if s.quotas[c.AccountID] == nil {
			s.quotas[c.AccountID] = &accountQuota{
				hour: quota.NewWindow(cmp.Or(cfg.Limits.PerHour, documented.PerHour), time.Hour, cfg.Now),
				day:  quota.NewWindow(cmp.Or(cfg.Limits.PerDay, documented.PerDay), 24*time.Hour, cfg.Now),
			}
		}
		s.companies = append(s.companies, &c)
	}
	return s, nil
}

// Handler serves the API under /v3 and the recordings beside it.
func (s *Server) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /v3/a.json", s.signedIn(s.listAccounts))
	mux.HandleFunc("GET /v3/a/{account}/companies.json", s.inAccount(s.listCompanies))
	mux.HandleFunc("GET /v3/a/{account}/calls.json", s.inAccount(s.listCalls))
	mux.HandleFunc("GET /v3/a/{account}/calls/{file}", s.inAccount(s.getCall))
	mux.HandleFunc("PUT /v3/a/{account}/calls/{file}", s.inAccount(s.updateCall))
	mux.HandleFunc("GET /v3/a/{account}/calls/{id}/recording.json", s.inAccount(s.getRecording))
	mux.HandleFunc("GET /v3/a/{account}/form_submissions.json", s.inAccount(s.listForms))
	mux.HandleFunc("PUT /v3/a/{account}/form_submissions/{file}", s.inAccount(s.updateForm))
	mux.HandleFunc("GET /v3/a/{account}/integrations.json", s.inAccount(s.listIntegrations))
	mux.HandleFunc("POST /v3/a/{account}/integrations.json", s.inAccount(s.createIntegration))
	mux.HandleFunc("GET /v3/a/{account}/integrations/{file}", s.inAccount(s.getIntegration))
	mux.HandleFunc("PUT /v3/a/{account}/integrations/{file}", s.inAccount(s.updateIntegration))
	mux.HandleFunc("DELETE /v3/a/{account}/integrations/{file}", s.inAccount(s.disableIntegration))
	mux.HandleFunc("GET /calls/{id}/recording/redirect", s.redirectToMedia)
	mux.HandleFunc("GET /media/{file}", s.serveMedia)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { WriteError(w, r, http.StatusNotFound) })
	return mux
}

// Reset forgets calls, forms and used-up quotas. Integrations stay: they belong to the
// account's settings.
func (s *Server) Reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls, s.forms = nil, nil
	for _, q := range s.quotas {
		q.hour.Reset()
		q.day.Reset()
	}
}

// Wait returns when the deliveries that changes set off are through.
func (s *Server) Wait() { s.pending.Wait() }

// later runs a delivery that nobody waits for, as CallRail does after a change.
func (s *Server) later(ctx context.Context, deliver func(context.Context) error) {
	s.pending.Add(1)
	go func() {
		defer s.pending.Done()
		if err := deliver(context.WithoutCancel(ctx)); err != nil {
			// CallRail never retries: a delivery that fails is gone.
			s.cfg.Log.WarnContext(ctx, "callrail stand-in: delivery failed", "error", err)
		}
	}()
}
