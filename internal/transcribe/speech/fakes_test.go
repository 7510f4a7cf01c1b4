package speech

import (
	"context"
	"io"
	"io/fs"
	"iter"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"cloud.google.com/go/longrunning/autogen/longrunningpb"
	"cloud.google.com/go/speech/apiv2/speechpb"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/your-org/multi-tenant-pipeline/internal/recording"
)

// server is the API as far as the tests need it. It notes what it is asked.
type server struct {
	speechpb.UnimplementedSpeechServer
	longrunningpb.UnimplementedOperationsServer

	mu         sync.Mutex
	recognized []*speechpb.RecognizeRequest
	started    []*speechpb.BatchRecognizeRequest
	operations []*longrunningpb.Operation
	fail       error
	lacks      bool // everything but words
}

// answer is what the server says to a configuration.
func (s *server) answer(c *speechpb.RecognitionConfig) error {
	f := c.GetFeatures()
	if s.lacks && (f.GetDiarizationConfig() != nil || f.GetEnableWordTimeOffsets() || c.GetAdaptation() != nil) {
		return status.Error(codes.InvalidArgument, "Recognizer does not support feature: speaker_diarization")
	}
	return s.fail
}

func (s *server) Recognize(_ context.Context, r *speechpb.RecognizeRequest) (*speechpb.RecognizeResponse, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.recognized = append(s.recognized, r)
	return &speechpb.RecognizeResponse{}, s.answer(r.GetConfig())
}

func (s *server) BatchRecognize(_ context.Context, r *speechpb.BatchRecognizeRequest) (*longrunningpb.Operation, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.started = append(s.started, r)
	return &longrunningpb.Operation{Name: "projects/p/locations/us/operations/1"}, s.answer(r.GetConfig())
}

func (s *server) GetOperation(_ context.Context, r *longrunningpb.GetOperationRequest) (*longrunningpb.Operation, error) {
	for _, op := range s.operations {
		if op.GetName() == r.GetName() {
			return op, nil
		}
	}
	return nil, status.Error(codes.NotFound, "no such operation")
}

// ListOperations gives one operation per page.
func (s *server) ListOperations(_ context.Context, r *longrunningpb.ListOperationsRequest) (*longrunningpb.ListOperationsResponse, error) {
	if r.GetName() != "projects/p/locations/us" {
		return nil, status.Error(codes.InvalidArgument, r.GetName())
	}
	at := len(r.GetPageToken())
	resp := &longrunningpb.ListOperationsResponse{Operations: s.operations[at : at+1]}
	if at+1 < len(s.operations) {
		resp.NextPageToken = strings.Repeat("x", at+1)
	}
	return resp, nil
}

// objects are Cloud Storage in memory.
type objects map[string]string

func (o objects) URI(object string) string { return "gs://bucket/" + object }

func (o objects) Reader(_ context.Context, object string) (io.ReadCloser, error) {
	content, ok := o[object]
	if !ok {
		return nil, fs.ErrNotExist
	}
	return io.NopCloser(strings.NewReader(content)), nil
}

func (o objects) List(_ context.Context, prefix string) iter.Seq2[recording.Entry, error] {
	return func(yield func(recording.Entry, error) bool) {
		for name := range o {
			if strings.HasPrefix(name, prefix) && !yield(recording.Entry{Object: name}, nil) {
				return
			}
		}
	}
}

// newClient returns a client of the server.
func newClient(t *testing.T, s *server, o objects) *Client {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	g := grpc.NewServer()
	speechpb.RegisterSpeechServer(g, s)
	longrunningpb.RegisterOperationsServer(g, s)
	go func() { _ = g.Serve(listener) }() // ends with Stop
	t.Cleanup(g.Stop)
	cfg := Config{
		Project: "p", Location: "us", Model: "chirp_3", Timeout: time.Minute,
		Endpoint: "http://" + listener.Addr().String(),
	}
	c, err := New(t.Context(), cfg, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}
