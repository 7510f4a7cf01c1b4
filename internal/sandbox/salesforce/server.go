package salesforce

import (
	"cmp"
	"crypto/rsa"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/sandbox/journal"
)

// defaultSession is how long a session lives without being used, as in a new org.
const defaultSession = 2 * time.Hour

// Config is what the stand-in is made of.
type Config struct {
	URL     string // where the stand-in is reached; empty: wherever a request says it is
	Orgs    []Org
	Lag     time.Duration // how long a change stays invisible to SOSL
	Session time.Duration // how long an unused session lives; 0: two hours
	Now     func() time.Time
}

// Org is one Salesforce org, its external client app, and the tenant behind it.
type Org struct {
	TenantID       string
	ClientID       string            // consumer key
	ClientSecret   string            // of the client credentials flow; empty: the flow is off
	Username       string            // the user that the app acts for
	PublicKey      *rsa.PublicKey    // of the certificate for the JWT bearer flow; nil: the flow is off
	Sandbox        bool              // tokens are for test.salesforce.com
	DailyRequests  int               // limit of a rolling day; 0: 100,000
	DuplicateRules map[string]Action // by object; absent: the rule is not active
}

// Server is the stand-in. It is safe for concurrent use.
type Server struct {
	cfg  Config
	orgs []*org

	mu       sync.Mutex
	sessions map[string]*session // by access token
}

// New returns a stand-in that serves the orgs.
func New(cfg Config) (*Server, error) {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	cfg.Session = cmp.Or(cfg.Session, defaultSession)
	s := &Server{cfg: cfg, sessions: map[string]*session{}}
	clients := map[string]bool{}
	for i, settings := range cfg.Orgs {
		if settings.ClientID == "" || clients[settings.ClientID] {
			return nil, fmt.Errorf("org of tenant %s: client id is missing or another org's", settings.TenantID)
		}
		clients[settings.ClientID] = true
		s.orgs = append(s.orgs, newOrg(settings, i+1, cfg))
	}
	return s, nil
}

// Handler serves the API.
func (s *Server) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /services/oauth2/token", s.token)
	mux.HandleFunc("GET /services/data", listVersions)
	mux.HandleFunc("GET /services/data/{$}", listVersions)
	mux.HandleFunc("/services/data/{version}/", s.data)
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { notFound().write(w) })
	return mux
}

// data serves the API of the org whose session the request belongs to.
func (s *Server) data(w http.ResponseWriter, r *http.Request) {
	o := s.orgOf(r)
	if o == nil {
		invalidSession().write(w)
		return
	}
	journal.SetTenant(r.Context(), o.settings.TenantID)
	if err := o.admit(w); err != nil {
		err.write(w)
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.api.ServeHTTP(w, r)
}

// orgOf returns the org of the request's session, and keeps that session alive.
func (s *Server) orgOf(r *http.Request) *org {
	kind, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(kind, "Bearer") && !strings.EqualFold(kind, "OAuth") {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	open, ok := s.sessions[token]
	if !ok {
		return nil
	}
	if now := s.cfg.Now(); now.Sub(open.used) < s.cfg.Session {
		open.used = now
		return open.org
	}
	delete(s.sessions, token)
	return nil
}

// Objects returns the records with their fields.
func (s *Server) Objects(tenantID string) []journal.Object {
	objects := []journal.Object{}
	for _, o := range s.orgs {
		if tenantID == "" || tenantID == o.settings.TenantID {
			objects = append(objects, o.inventory()...)
		}
	}
	return objects
}

// Reset forgets records and used-up limits. Fields, rules and sessions stay.
func (s *Server) Reset() {
	for _, o := range s.orgs {
		o.reset()
	}
}

// versions of the API that are alive, by their season.
var versions = []struct {
	Label   string `json:"label"`
	URL     string `json:"url"`
	Version string `json:"version"`
}{
	{"Winter '19", "/services/data/v44.0", "44.0"},
	{"Summer '25", "/services/data/v64.0", "64.0"},
	{"Winter '26", "/services/data/v65.0", "65.0"},
	{"Spring '26", "/services/data/v66.0", "66.0"},
	{"Summer '26", "/services/data/v67.0", "67.0"},
	{"Winter '27", "/services/data/v68.0", "68.0"},
}

// listVersions needs no session.
func listVersions(w http.ResponseWriter, _ *http.Request) { answer(w, http.StatusOK, versions) }
