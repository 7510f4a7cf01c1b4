package speech

import (
	"crypto/sha256"
	"slices"
	"sync"
	"time"

	"cloud.google.com/go/longrunning/autogen/longrunningpb"
	"cloud.google.com/go/speech/apiv2/speechpb"
	"cloud.google.com/go/storage"
	"google.golang.org/grpc"

	"github.com/your-org/multi-tenant-pipeline/internal/sandbox/fault"
)

// Config describes the service.
type Config struct {
	// Location is the region that is served; a recognizer elsewhere is refused.
	Location string
	// Command recognises unknown audio. It is run by sh with the path of an audio file as
	// $1 and in AUDIO_FILE, and prints lines of text or [{speaker,start,end,text}].
	Command string `env:"SANDBOX_SPEECH_COMMAND"`
	// CommandTimeout bounds one run of it.
	CommandTimeout time.Duration `env:"SANDBOX_SPEECH_COMMAND_TIMEOUT, default=10m"`
	// Duration is how long a batch takes at least.
	Duration time.Duration `env:"SANDBOX_SPEECH_DURATION, default=300ms"`
	// Modes lose operations; nil: none.
	Modes *fault.Modes
	// Now is the clock; nil: the system's.
	Now func() time.Time
}

// Turn is what one speaker says in one go.
type Turn struct {
	Speaker string  `json:"speaker"` // any name; the service only tells speakers apart
	Start   float64 `json:"start"`   // seconds from the beginning
	End     float64 `json:"end"`
	Text    string  `json:"text"`
}

// Server is Speech-to-Text. It is safe for concurrent use.
type Server struct {
	speechpb.UnimplementedSpeechServer
	longrunningpb.UnimplementedOperationsServer
	cfg     Config
	storage *storage.Client
	command chan struct{} // held while a command runs: engines take a whole machine

	mu         sync.Mutex
	known      map[[sha256.Size]byte][]Turn
	operations []*operation // oldest first
	running    map[*operation]bool
	ended      sync.WaitGroup
}

// New returns a server that reads gs:// audio and writes results with the storage client.
// The caller closes it.
func New(cfg Config, objects *storage.Client) *Server {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	return &Server{
		cfg: cfg, storage: objects, command: make(chan struct{}, 1),
		known: map[[sha256.Size]byte][]Turn{}, running: map[*operation]bool{},
	}
}

// ServerOptions returns what a gRPC server needs to carry this service: requests hold
// more audio than gRPC's four megabytes.
func ServerOptions() []grpc.ServerOption {
	return []grpc.ServerOption{grpc.MaxRecvMsgSize(16 << 20)}
}

// Register adds the service and its operations to a gRPC server.
func (s *Server) Register(server *grpc.Server) {
	speechpb.RegisterSpeechServer(server, s)
	longrunningpb.RegisterOperationsServer(server, s)
}

// Know makes the turns what is heard in the audio with this SHA-256.
func (s *Server) Know(sum [sha256.Size]byte, turns []Turn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.known[sum] = slices.Clone(turns)
}

// Lose forgets all operations, as after days: those that run go on and write their
// results, but nobody can ask for them any more. Inspection still shows them.
func (s *Server) Lose() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, o := range s.operations {
		o.lost = true
	}
}

// Reset ends and forgets all operations. What was learnt about recordings stays: it is
// not something that the service holds.
func (s *Server) Reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.cancelAll()
	s.operations = nil
}

// Close ends all operations and waits for them.
func (s *Server) Close() {
	s.mu.Lock()
	s.cancelAll()
	s.mu.Unlock()
	s.ended.Wait()
}

func (s *Server) cancelAll() {
	for op := range s.running {
		op.cancel()
	}
}
