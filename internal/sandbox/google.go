package sandbox

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"net"
	"strings"

	gcs "cloud.google.com/go/storage"
	"google.golang.org/api/option"
	"google.golang.org/grpc"

	"github.com/your-org/multi-tenant-pipeline/internal/sandbox/control"
	"github.com/your-org/multi-tenant-pipeline/internal/sandbox/secretmanager"
	"github.com/your-org/multi-tenant-pipeline/internal/sandbox/speech"
	"github.com/your-org/multi-tenant-pipeline/internal/sandbox/storage"
)

func (s *Sandbox) startStorage(ctx context.Context) error {
	var buckets []string
	if s.cfg.Bucket != "" {
		buckets = append(buckets, s.cfg.Bucket)
	}
	server, err := storage.Start(ctx, storage.Config{Listen: loopback, Buckets: buckets, Faults: s.faults})
	if err != nil {
		return err
	}
	s.storage = server
	s.defers(server.Stop)
	return nil
}

// startGoogle serves Speech-to-Text and Secret Manager on one gRPC server.
func (s *Sandbox) startGoogle(ctx context.Context) error {
	objects, err := gcs.NewClient(context.WithoutCancel(ctx), option.WithEndpoint("http://"+s.storage.Host()+"/storage/v1/"),
		option.WithoutAuthentication(), gcs.WithJSONReads())
	if err != nil {
		return fmt.Errorf("open storage: %w", err)
	}
	s.defers(func() { _ = objects.Close() }) // nothing is left to send
	speechConfig := s.cfg.Speech
	speechConfig.Now, speechConfig.Modes = s.cfg.Now, s.modes
	s.speech = speech.New(speechConfig, objects)
	s.defers(s.speech.Close)
	s.secrets = secretmanager.New(s.cfg.Project, s.cfg.Now)

	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", loopback)
	if err != nil {
		return fmt.Errorf("listen for gRPC: %w", err)
	}
	s.grpc = listener.Addr()
	server := grpc.NewServer(append(speech.ServerOptions(), grpc.ChainUnaryInterceptor(
		bySystem(s.journal.Unary), // outside: it sees disturbed calls too
		bySystem(s.faults.Unary),
	))...)
	s.speech.Register(server)
	s.secrets.Register(server)
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := server.Serve(listener); err != nil && !errors.Is(err, grpc.ErrServerStopped) {
			s.cfg.Log.ErrorContext(ctx, "sandbox does not serve gRPC any more", "error", err)
		}
	}()
	s.defers(func() {
		server.Stop()
		<-done
	})
	return nil
}

// bySystem returns an interceptor that treats each call as its own system's.
func bySystem(of func(system string) grpc.UnaryServerInterceptor) grpc.UnaryServerInterceptor {
	speech, secrets := of("speech"), of("secretmanager")
	return func(ctx context.Context, req any, info *grpc.UnaryServerInfo, next grpc.UnaryHandler) (any, error) {
		if strings.HasPrefix(info.FullMethod, "/google.cloud.secretmanager.") {
			return secrets(ctx, req, info, next)
		}
		return speech(ctx, req, info, next) // its operations have a service of their own
	}
}

// know tells the recogniser what is said in a recording.
func (s *Sandbox) know(audio []byte, transcript []control.Turn) {
	if len(transcript) > 0 {
		listener{s.speech}.Know(sha256.Sum256(audio), transcript)
	}
}

// listener is the recogniser as the control API sees it.
type listener struct{ speech *speech.Server }

// Know makes the transcript what is heard in the audio with this sum.
func (l listener) Know(sum [sha256.Size]byte, transcript []control.Turn) {
	turns := make([]speech.Turn, 0, len(transcript))
	for _, t := range transcript {
		turns = append(turns, speech.Turn(t))
	}
	l.speech.Know(sum, turns)
}
