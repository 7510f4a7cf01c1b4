// Package slack is the sandbox's Slack: incoming webhooks that keep what is posted.
//
// A hook is a path of three secrets; whoever knows it may post to its channel. Messages
// are checked as Slack checks them (text or blocks, and the limits of each block), so
// that a message that is kept here would have been shown there.
package slack

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/your-org/multi-tenant-pipeline/internal/sandbox/journal"
)

// Rate of one hook: one message a second, and short bursts above that, whose length
// Slack does not publish.
const (
	perSecond = 1
	burst     = 20
)

const maxBody = 1 << 20

// Hook is one incoming webhook and the tenant behind it.
type Hook struct {
	TenantID string
	Path     string // /services/T…/B…/X…
}

// Config is what the stand-in is made of.
type Config struct {
	Hooks []Hook
	Now   func() time.Time
}

// Server is the stand-in. It is safe for concurrent use.
type Server struct {
	now   func() time.Time
	hooks map[string]Hook // by path

	mu       sync.Mutex
	limits   map[string]*rate.Limiter // by path
	messages []journal.Object
}

// New returns a stand-in with the hooks.
func New(cfg Config) (*Server, error) {
	s := &Server{now: cfg.Now, hooks: map[string]Hook{}, limits: map[string]*rate.Limiter{}}
	if s.now == nil {
		s.now = time.Now
	}
	for _, h := range cfg.Hooks {
		if parts := strings.Split(h.Path, "/"); len(parts) != 5 || parts[1] != "services" {
			return nil, fmt.Errorf("hook of tenant %s: path is not /services/T…/B…/X…", h.TenantID)
		}
		if _, taken := s.hooks[h.Path]; taken {
			return nil, fmt.Errorf("hook of tenant %s: path is another hook's", h.TenantID)
		}
		s.hooks[h.Path] = h
	}
	return s, nil
}

// Handler serves the hooks.
func (s *Server) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /services/{team}/{bot}/{secret}", s.post)
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { reply(w, http.StatusNotFound, "no_service") })
	return mux
}

// Objects returns the messages as they were posted.
func (s *Server) Objects(tenantID string) []journal.Object {
	s.mu.Lock()
	defer s.mu.Unlock()
	found := []journal.Object{}
	for _, m := range s.messages {
		if tenantID == "" || tenantID == m.TenantID {
			found = append(found, m)
		}
	}
	return found
}

// Reset forgets messages and used-up rates.
func (s *Server) Reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.messages, s.limits = nil, map[string]*rate.Limiter{}
}

func (s *Server) post(w http.ResponseWriter, r *http.Request) {
	hook, ok := s.hooks[r.URL.Path]
	if !ok {
		reply(w, http.StatusNotFound, "no_service")
		return
	}
	journal.SetTenant(r.Context(), hook.TenantID)
	if !s.withinRate(hook.Path) {
		w.Header().Set("Retry-After", "1")
		reply(w, http.StatusTooManyRequests, "rate_limited")
		return
	}
	payload, err := readPayload(w, r)
	if err != nil {
		reply(w, http.StatusBadRequest, "invalid_payload")
		return
	}
	var message map[string]any
	if err := json.Unmarshal(payload, &message); err != nil {
		reply(w, http.StatusBadRequest, "invalid_payload")
		return
	}
	if code := checkMessage(payload); code != "" {
		reply(w, http.StatusBadRequest, code)
		return
	}
	s.keep(hook, message)
	reply(w, http.StatusOK, "ok")
}

// readPayload returns the JSON of a message: the body, or the payload field of a form.
func readPayload(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		return nil, fmt.Errorf("read body: %w", err)
	}
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")) // unknown kinds are read as JSON
	if kind != "application/x-www-form-urlencoded" {
		return body, nil
	}
	form, err := url.ParseQuery(string(body))
	if err != nil || !form.Has("payload") {
		return nil, errors.New("form without payload")
	}
	return []byte(form.Get("payload")), nil
}

func (s *Server) withinRate(path string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.limits[path] == nil {
		s.limits[path] = rate.NewLimiter(perSecond, burst)
	}
	return s.limits[path].AllowN(s.now(), 1)
}

func (s *Server) keep(hook Hook, message map[string]any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	s.messages = append(s.messages, journal.Object{
		Type: "messages", ID: fmt.Sprintf("%d.%06d", now.Unix(), len(s.messages)+1), TenantID: hook.TenantID, Time: now, Fields: message,
	})
}

// WriteError answers with a status as Slack does, for faults that are injected.
func WriteError(w http.ResponseWriter, _ *http.Request, status int) {
	words := map[int]string{
		http.StatusBadRequest: "invalid_payload", http.StatusForbidden: "action_prohibited", http.StatusNotFound: "no_service",
		http.StatusGone: "channel_is_archived", http.StatusTooManyRequests: "rate_limited",
	}
	word, ok := words[status]
	if !ok {
		word = "rollup_error"
	}
	reply(w, status, word)
}

// reply answers in plain words, as hooks do.
func reply(w http.ResponseWriter, status int, word string) {
	w.Header().Set("Content-Type", "text/html")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, word) // the client may have gone
}
