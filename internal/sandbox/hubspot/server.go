package hubspot

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/sandbox/journal"
)

// Versions of the API that are alive.
var versions = []string{"2025-09", "2026-03", "2026-09"}

// Config is what the stand-in is made of.
type Config struct {
	Portals []Portal
	Lag     time.Duration // how long a change stays invisible to search
	Now     func() time.Time
}

// Portal is one HubSpot account and the tenant behind it.
type Portal struct {
	TenantID string
	Token    string   // service key
	Scopes   []string // nil: all
	TimeZone string   // IANA name; fixes the daily quota's reset. Empty: UTC
}

// Server is the stand-in. It is safe for concurrent use.
type Server struct {
	accounts []*account
}

// New returns a stand-in that serves the portals.
func New(cfg Config) (*Server, error) {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	s := &Server{}
	tokens := map[string]bool{}
	for i, p := range cfg.Portals {
		if p.Token == "" || tokens[p.Token] {
			return nil, fmt.Errorf("portal of tenant %s: token is missing or another portal's", p.TenantID)
		}
		tokens[p.Token] = true
		a, err := newAccount(p, 24_000_001+i, cfg)
		if err != nil {
			return nil, fmt.Errorf("portal of tenant %s: %w", p.TenantID, err)
		}
		s.accounts = append(s.accounts, a)
	}
	return s, nil
}

// Handler serves the API.
func (s *Server) Handler() http.Handler {
	mux := http.NewServeMux()
	for pattern, h := range map[string]handler{
		"POST /crm/objects/{version}/{type}":                                      (*account).createObject,
		"GET /crm/objects/{version}/{type}/{id}":                                  (*account).readObject,
		"PATCH /crm/objects/{version}/{type}/{id}":                                (*account).updateObject,
		"DELETE /crm/objects/{version}/{type}/{id}":                               (*account).archiveObject,
		"POST /crm/objects/{version}/{type}/search":                               (*account).searchObjects,
		"POST /crm/objects/{version}/{type}/batch/upsert":                         (*account).upsertObjects,
		"PUT /crm/objects/{version}/{type}/{id}/associations/default/{to}/{toID}": (*account).associate,
		"GET /crm/objects/{version}/{type}/{id}/associations/{to}":                (*account).listAssociations,
		"GET /crm/properties/{version}/{type}":                                    (*account).listProperties,
		"POST /crm/properties/{version}/{type}":                                   (*account).createProperty,
		"POST /crm/properties/{version}/{type}/batch/create":                      (*account).createProperties,
		"GET /crm/properties/{version}/{type}/groups":                             (*account).listGroups,
		"POST /crm/properties/{version}/{type}/groups":                            (*account).createGroup,
		"GET /crm/properties/{version}/{type}/{name}":                             (*account).readProperty,
		"PATCH /crm/properties/{version}/{type}/{name}":                           (*account).updateProperty,
		"DELETE /crm/properties/{version}/{type}/{name}":                          (*account).archiveProperty,
		"GET /crm/pipelines/{version}/{type}":                                     (*account).listPipelines,
		"GET /crm/owners/{version}":                                               (*account).listOwners,
		"GET /account-info/{version}/details":                                     (*account).details,
	} {
		mux.HandleFunc(pattern, s.serve(h))
	}
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { notFound().write(w) })
	return mux
}

// request is what a handler works on.
type request struct {
	*http.Request

	kind string // name of the object type in the path, empty without one
}

// handler answers a request of an account that was admitted.
type handler func(a *account, r request) (status int, body any, err *apiError)

// serve runs a handler for the account that the token opens.
func (s *Server) serve(h handler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		a, err := s.accountOf(r)
		if err != nil {
			err.write(w)
			return
		}
		journal.SetTenant(r.Context(), a.portal.TenantID)
		if err := a.admit(w, r); err != nil {
			err.write(w)
			return
		}
		req := request{Request: r}
		if name := r.PathValue("type"); name != "" {
			if req.kind = typeName(name); req.kind == "" {
				invalid("Unable to infer object type from: " + name).write(w)
				return
			}
		}
		if !slices.Contains(versions, r.PathValue("version")) {
			notFound().write(w)
			return
		}
		status, body, err := h(a, req)
		if err != nil {
			err.write(w)
			return
		}
		answer(w, status, body)
	}
}

// accountOf returns the account of the request's bearer token.
func (s *Server) accountOf(r *http.Request) (*account, *apiError) {
	token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !ok || token == "" {
		return nil, unauthenticated("Authentication credentials not found. This API supports OAuth 2.0 authentication.")
	}
	for _, a := range s.accounts {
		if a.portal.Token == token {
			return a, nil
		}
	}
	return nil, unauthenticated("Authentication credentials are invalid.")
}

// Objects returns contacts, deals, calls, notes and tasks with their properties, and
// with their associations as ids by type.
func (s *Server) Objects(tenantID string) []journal.Object {
	objects := []journal.Object{}
	for _, a := range s.accounts {
		if tenantID == "" || tenantID == a.portal.TenantID {
			objects = append(objects, a.inventory()...)
		}
	}
	return objects
}

// Reset forgets objects and used-up quotas. Properties stay: they belong to the
// account's settings.
func (s *Server) Reset() {
	for _, a := range s.accounts {
		a.reset()
	}
}
