package custom

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/sandbox/journal"
)

// Config is what the stand-in is made of.
type Config struct {
	Endpoints []Endpoint
	Now       func() time.Time
}

// Endpoint is where one tenant's deliveries go.
type Endpoint struct {
	TenantID string
	Path     string   // what lies below it is the endpoint's too; empty: / and the tenant's id
	Secrets  []string // whsec_ and base64 of 24 to 64 bytes; several while one is replaced by another
	Bearer   string   // a token that is asked for besides; empty: none
	Work     func()   // what is done with a delivery before it is answered; nil: nothing that takes time
}

// Server is the stand-in. It is safe for concurrent use.
type Server struct {
	now       func() time.Time
	endpoints []*endpoint

	mu sync.Mutex
	id int // of the last delivery
}

// endpoint is an Endpoint at work. The server's lock guards what was received.
type endpoint struct {
	Endpoint
	keys       [][]byte
	deliveries []*delivery
}

// New returns a stand-in with the endpoints.
func New(cfg Config) (*Server, error) {
	s := &Server{now: cfg.Now}
	if s.now == nil {
		s.now = time.Now
	}
	paths := map[string]bool{}
	for _, e := range cfg.Endpoints {
		if e.Path == "" {
			e.Path = "/" + e.TenantID
		}
		if !strings.HasPrefix(e.Path, "/") || paths[e.Path] {
			return nil, fmt.Errorf("endpoint of tenant %s: path is none or another endpoint's", e.TenantID)
		}
		paths[e.Path] = true
		keys, err := decodeSecrets(e.Secrets)
		if err != nil {
			return nil, fmt.Errorf("endpoint of tenant %s: %w", e.TenantID, err)
		}
		s.endpoints = append(s.endpoints, &endpoint{Endpoint: e, keys: keys})
	}
	return s, nil
}

// decodeSecrets returns the keys in the secrets.
func decodeSecrets(secrets []string) ([][]byte, error) {
	var keys [][]byte
	for _, secret := range secrets {
		text, ok := strings.CutPrefix(secret, "whsec_")
		key, err := base64.StdEncoding.DecodeString(text)
		if !ok || err != nil || len(key) < 24 || len(key) > 64 {
			return nil, errors.New("secret is not whsec_ with the base64 of 24 to 64 bytes")
		}
		keys = append(keys, key)
	}
	if len(keys) == 0 {
		return nil, errors.New("no secret")
	}
	return keys, nil
}

// Handler serves the endpoints.
func (s *Server) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/", s.receive)
	return mux
}

// at returns the endpoint that a path belongs to, nil without one.
func (s *Server) at(path string) *endpoint {
	for _, e := range s.endpoints {
		if path == e.Path || strings.HasPrefix(path, strings.TrimSuffix(e.Path, "/")+"/") {
			return e
		}
	}
	return nil
}

// Objects returns the deliveries that were taken, each once, with what was sent and how
// often.
func (s *Server) Objects(tenantID string) []journal.Object {
	s.mu.Lock()
	defer s.mu.Unlock()
	objects := []journal.Object{}
	for _, e := range s.endpoints {
		if tenantID != "" && tenantID != e.TenantID {
			continue
		}
		for _, d := range e.deliveries {
			if d.taken {
				objects = append(objects, journal.Object{Type: "deliveries", ID: d.id, TenantID: e.TenantID, Fields: d.fields()})
			}
		}
	}
	return objects
}

// Reset forgets deliveries with their keys.
func (s *Server) Reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, e := range s.endpoints {
		e.deliveries = nil
	}
}
