package pipedrive

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/sandbox/journal"
)

// Config is what the stand-in is made of.
type Config struct {
	URL       string // where the stand-in is reached; empty: wherever a request says it is
	Companies []Company
	Lag       time.Duration // how long a change stays invisible to search
	Now       func() time.Time
}

// Company is one Pipedrive company and the tenant behind it.
type Company struct {
	TenantID     string
	Token        string // API token of a user; empty: OAuth only
	ClientID     string // of an OAuth app; empty: none is installed
	ClientSecret string
	RefreshToken string // the installation's first
	Domain       string // company domain; empty: made of the tenant's id
	Plan         string // lite growth premium ultimate; empty: lite
	Seats        int    // 0: one
	OpenDeals    int    // how many open deals and leads the plan allows; 0: any number
	SpacedTimes  bool   // call logs take "2026-11-20 16:15:02" instead of RFC 3339
}

// Server is the stand-in. It is safe for concurrent use.
type Server struct {
	cfg       Config
	companies []*company

	mu     sync.Mutex
	grants map[string]*grant // by access token
}

// New returns a stand-in that serves the companies.
func New(cfg Config) (*Server, error) {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	s := &Server{cfg: cfg, grants: map[string]*grant{}}
	seen := map[string]bool{}
	for i, settings := range cfg.Companies {
		name := settings.Token + "\n" + settings.ClientID + "\n" + settings.RefreshToken
		if settings.Token == "" && settings.ClientID == "" || seen[name] {
			return nil, fmt.Errorf("company of tenant %s: token is missing or another company's", settings.TenantID)
		}
		seen[name] = true
		c, err := newCompany(settings, i+1, cfg)
		if err != nil {
			return nil, fmt.Errorf("company of tenant %s: %w", settings.TenantID, err)
		}
		s.companies = append(s.companies, c)
	}
	return s, nil
}

// Handler serves the API.
func (s *Server) Handler() http.Handler {
	mux := http.NewServeMux()
	for _, route := range routes {
		mux.HandleFunc(route.pattern, s.serve(route))
	}
	for _, gone := range []string{"persons", "deals", "activities"} {
		mux.HandleFunc("/api/v1/"+gone, s.serve(endpoint{cost: 1, handle: outOfSupport}))
		mux.HandleFunc("/api/v1/"+gone+"/", s.serve(endpoint{cost: 1, handle: outOfSupport}))
	}
	mux.HandleFunc("POST /oauth/token", s.token)
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		refused(http.StatusNotFound, "Unknown method.").write(w)
	})
	return mux
}

// result is a good answer.
type result struct {
	status int
	data   any
	more   any // additional_data
}

func ok(data any) (result, *apiError) { return result{status: http.StatusOK, data: data}, nil }

// created is the answer to a create.
func created(data any) (result, *apiError) {
	return result{status: http.StatusCreated, data: data}, nil
}

// handler answers a request of an admitted company, under its lock.
type handler func(c *company, r *http.Request) (result, *apiError)

// endpoint is one method of the API with what it costs of the day's budget.
type endpoint struct {
	pattern string
	cost    int
	handle  handler
}

// serve runs a handler for the company that the token opens.
func (s *Server) serve(e endpoint) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		c, isOAuth, err := s.companyOf(r)
		if err != nil {
			err.write(w)
			return
		}
		journal.SetTenant(r.Context(), c.settings.TenantID)
		if !c.admit(w, admission{cost: e.cost, isOAuth: isOAuth, isSearch: strings.HasSuffix(r.URL.Path, "/search")}) {
			return
		}
		c.mu.Lock()
		defer c.mu.Unlock()
		got, err := e.handle(c, r)
		if err != nil {
			err.write(w)
			return
		}
		answer(w, got.status, map[string]any{"success": true, "data": got.data, "additional_data": got.more})
	}
}

// companyOf returns the company of the request's API token or access token.
func (s *Server) companyOf(r *http.Request) (c *company, isOAuth bool, err *apiError) {
	token := r.Header.Get("x-api-token")
	if token == "" && strings.HasPrefix(r.URL.Path, "/api/v1/") {
		token = r.URL.Query().Get("api_token")
	}
	for _, c := range s.companies {
		if token != "" && token == c.settings.Token && !c.isRevoked() {
			return c, false, nil
		}
	}
	if access, found := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); found && token == "" {
		if c := s.grantee(access); c != nil {
			return c, true, nil
		}
	}
	return nil, false, unauthorized()
}

// Objects returns persons, deals, leads, activities, notes and call logs with their
// fields, custom ones by hash.
func (s *Server) Objects(tenantID string) []journal.Object {
	objects := []journal.Object{}
	for _, c := range s.companies {
		if tenantID == "" || tenantID == c.settings.TenantID {
			objects = append(objects, c.inventory()...)
		}
	}
	return objects
}

// Reset forgets records and used-up limits. Fields and grants stay.
func (s *Server) Reset() {
	for _, c := range s.companies {
		c.reset()
	}
}

// Revoke takes the tenant's tokens away, or gives them back.
func (s *Server) Revoke(tenantID string, revoked bool) error {
	for _, c := range s.companies {
		if c.settings.TenantID == tenantID {
			c.mu.Lock()
			c.revoked = revoked
			c.mu.Unlock()
			return nil
		}
	}
	return fmt.Errorf("tenant %s has no company", tenantID)
}
