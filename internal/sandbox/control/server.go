// Package control is the sandbox's front door: it mounts the stand-ins behind their
// journal and faults, and lets a test or a person look inside, disturb, feed, play and
// empty them.
//
//	GET /inspect/{system}   what a system holds and was asked
//	PUT GET DELETE /faults  what goes wrong between a system and its clients
//	PUT GET DELETE /modes   what goes wrong inside one: relay, gemini, speech
//	POST /callrail/calls    a call that CallRail would know
//	POST /play              deliver a sample
//	POST /reset             empty everything
//	/{mount}/…              the systems themselves, at the paths of the real ones
package control

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"slices"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/sandbox/fault"
	"github.com/your-org/multi-tenant-pipeline/internal/sandbox/journal"
)

// CallRail is where calls are added.
type CallRail interface {
	// TenantOf returns the tenant that a webhook-shaped call belongs to.
	TenantOf(call json.RawMessage) (string, error)
	// AddCall makes a call known, and returns its id. It delivers nothing.
	AddCall(tenantID string, call json.RawMessage, audio []byte) (string, error)
}

// Recogniser learns what is said in a recording.
type Recogniser interface {
	// Know makes the transcript the answer to this audio. The sum is its SHA-256.
	Know(sum [32]byte, transcript []Turn)
}

// Player delivers samples.
type Player interface {
	// Play delivers a sample and returns the id of its call or form. A name that is no
	// sample's is ErrUnknownSample.
	Play(ctx context.Context, sample string) (id string, err error)
}

// ErrUnknownSample says that there is no sample of that name.
var ErrUnknownSample = errors.New("unknown sample")

// Turn is one turn of a recorded conversation.
type Turn struct {
	Speaker string  `json:"speaker"`
	Start   float64 `json:"start"` // seconds from the beginning
	End     float64 `json:"end"`
	Text    string  `json:"text"`
}

// System is one stand-in.
type System struct {
	Name    string            // as faults and inspection name it
	Handler http.Handler      // serves its HTTP API; nil if it has none here
	Error   fault.ErrorWriter // its way to say that something failed; nil: plain JSON
	Objects journal.Lister    // nil: it holds nothing
	Reset   func()            // empties it; nil: nothing to empty
}

// Config is what the control API works on.
type Config struct {
	Systems    []System
	Mounts     map[string]http.Handler // further handlers, by their prefix such as /oidc
	Faults     *fault.Set
	Modes      *fault.Modes
	Journal    *journal.Journal
	CallRail   CallRail
	Recogniser Recogniser
	Player     Player // nil: nothing can be played
	Log        *slog.Logger
}

// Server answers the control API. It is safe for concurrent use.
type Server struct {
	cfg     Config
	systems map[string]System
}

// New returns a server of the control API.
func New(cfg Config) *Server {
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	s := &Server{cfg: cfg, systems: map[string]System{}}
	for _, system := range cfg.Systems {
		s.systems[system.Name] = system
	}
	return s
}

// Handler serves the control API and the systems.
func (s *Server) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /inspect/{system}", s.inspect)
	mux.HandleFunc("PUT /faults", s.replaceFaults)
	mux.HandleFunc("GET /faults", s.listFaults)
	mux.HandleFunc("DELETE /faults", s.clearFaults)
	mux.HandleFunc("PUT /modes", s.replaceModes)
	mux.HandleFunc("GET /modes", s.listModes)
	mux.HandleFunc("DELETE /modes", s.clearModes)
	mux.HandleFunc("POST /callrail/calls", s.addCall)
	mux.HandleFunc("POST /play", s.play)
	mux.HandleFunc("POST /reset", s.reset)
	for _, system := range s.cfg.Systems {
		if system.Handler != nil {
			mux.Handle("/"+system.Name+"/", http.StripPrefix("/"+system.Name, s.watched(system)))
		}
	}
	for prefix, handler := range s.cfg.Mounts {
		mux.Handle(prefix+"/", http.StripPrefix(prefix, handler))
	}
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		refuse(w, http.StatusNotFound, "no such path in the sandbox")
	})
	return mux
}

// watched puts a system behind its faults, and both behind the journal, at the paths
// that its clients see.
func (s *Server) watched(system System) http.Handler {
	return s.cfg.Journal.HTTP(system.Name, s.cfg.Faults.HTTP(system.Name, system.Error, system.Handler))
}

func (s *Server) reset(w http.ResponseWriter, _ *http.Request) {
	for _, system := range s.cfg.Systems {
		if system.Reset != nil {
			system.Reset()
		}
	}
	s.cfg.Journal.Reset()
	w.WriteHeader(http.StatusNoContent)
}

// playTimeout bounds a delivery together with what the webhook does before it answers.
const playTimeout = 30 * time.Second

func (s *Server) play(w http.ResponseWriter, r *http.Request) {
	name := r.URL.Query().Get("sample")
	if name == "" {
		refuse(w, http.StatusBadRequest, "sample is missing")
		return
	}
	if s.cfg.Player == nil {
		refuse(w, http.StatusNotImplemented, "this sandbox has no samples")
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), playTimeout)
	defer cancel()
	id, err := s.cfg.Player.Play(ctx, name)
	switch {
	case errors.Is(err, ErrUnknownSample):
		refuse(w, http.StatusNotFound, err.Error())
	case err != nil:
		s.cfg.Log.WarnContext(ctx, "sample not delivered", "error", err)
		refuse(w, http.StatusBadGateway, err.Error())
	default:
		answer(w, http.StatusOK, map[string]string{"id": id})
	}
}

func (s *Server) names() []string {
	names := make([]string, 0, len(s.systems))
	for name := range s.systems {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

func answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // the client may have gone
}

// refuse answers with the reason. Whoever drives a sandbox needs to know it, and nobody
// else can reach it.
func refuse(w http.ResponseWriter, status int, reason string) {
	answer(w, status, map[string]string{"error": reason})
}
