package speech

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"cloud.google.com/go/longrunning/autogen/longrunningpb"
	"cloud.google.com/go/speech/apiv2/speechpb"
	"google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/grpc/codes"
	grpcstatus "google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/anypb"
	"google.golang.org/protobuf/types/known/emptypb"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/your-org/multi-tenant-pipeline/internal/sandbox/journal"
)

const defaultPage = 100

// operation is one batch.
type operation struct {
	name    string
	request *speechpb.BatchRecognizeRequest
	created time.Time
	cancel  context.CancelFunc
	done    chan struct{} // closed at the end
	lost    bool          // nobody can ask for it any more; under the server's lock

	mu       sync.Mutex
	response *speechpb.BatchRecognizeResponse
	failure  *status.Status // of the operation as a whole
	ended    time.Time      // zero while it runs
}

func newOperation(parent string, r *speechpb.BatchRecognizeRequest, now time.Time, cancel context.CancelFunc) *operation {
	return &operation{
		name:    parent + "/operations/" + strconv.FormatInt(rand.Int64(), 10), //nolint:gosec // a name, not a secret
		request: proto.CloneOf(r), created: now, cancel: cancel, done: make(chan struct{}),
	}
}

func (o *operation) finish(response *speechpb.BatchRecognizeResponse, failure *status.Status, now time.Time) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.response, o.failure, o.ended = response, failure, now
	close(o.done)
}

// tenantOf returns the tenant of a recording, by recording.Object: recordings/{tenant}/….
func tenantOf(uri string) string {
	_, object, _ := splitURI(uri)
	parts := strings.Split(object, "/")
	if len(parts) < 3 {
		return ""
	}
	return parts[1]
}

// describe returns the operation as the API shows it.
func (s *Server) describe(o *operation) *longrunningpb.Operation {
	o.mu.Lock()
	defer o.mu.Unlock()
	percent, updated := int32(100), o.ended
	if o.ended.IsZero() {
		updated = s.cfg.Now()
		percent = progress(updated.Sub(o.created), s.cfg.Duration)
	}
	described := &longrunningpb.Operation{Name: o.name, Metadata: mustPack(o.metadata(percent, updated))}
	switch {
	case o.ended.IsZero():
	case o.failure != nil:
		described.Done = true
		described.Result = &longrunningpb.Operation_Error{Error: o.failure}
	default:
		described.Done = true
		described.Result = &longrunningpb.Operation_Response{Response: mustPack(o.response)}
	}
	return described
}

// progress never says that a running operation is complete.
func progress(passed, total time.Duration) int32 {
	if total <= 0 || passed >= total {
		return 99
	}
	return int32(max(0, 99*passed/total)) //nolint:gosec // 0 to 99
}

func (o *operation) metadata(percent int32, updated time.Time) *speechpb.OperationMetadata {
	files := map[string]*speechpb.BatchRecognizeTranscriptionMetadata{}
	for _, file := range o.request.GetFiles() {
		outcome := o.response.GetResults()[file.GetUri()]
		files[file.GetUri()] = &speechpb.BatchRecognizeTranscriptionMetadata{
			ProgressPercent: percent, Error: outcome.GetError(), Uri: outcome.GetCloudStorageResult().GetUri(),
		}
	}
	return &speechpb.OperationMetadata{
		CreateTime: timestamppb.New(o.created), UpdateTime: timestamppb.New(updated),
		Resource: o.request.GetRecognizer(), Method: "google.cloud.speech.v2.Speech.BatchRecognize",
		Request:         &speechpb.OperationMetadata_BatchRecognizeRequest{BatchRecognizeRequest: o.request},
		ProgressPercent: percent,
		Metadata: &speechpb.OperationMetadata_BatchRecognizeMetadata{
			BatchRecognizeMetadata: &speechpb.BatchRecognizeMetadata{TranscriptionMetadata: files},
		},
	}
}

// mustPack cannot fail for messages that this package made itself.
func mustPack(m proto.Message) *anypb.Any {
	packed, err := anypb.New(m)
	if err != nil {
		panic(fmt.Sprintf("pack %T: %v", m, err))
	}
	return packed
}

func (s *Server) find(ctx context.Context, name string) (*operation, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.IndexFunc(s.operations, func(o *operation) bool { return o.name == name && !o.lost })
	if i < 0 {
		return nil, grpcstatus.Errorf(codes.NotFound, "Operation %s not found.", name)
	}
	journal.SetTenant(ctx, tenantOf(s.operations[i].request.GetFiles()[0].GetUri()))
	return s.operations[i], nil
}

// GetOperation tells how far an operation is.
func (s *Server) GetOperation(ctx context.Context, r *longrunningpb.GetOperationRequest) (*longrunningpb.Operation, error) {
	op, err := s.find(ctx, r.GetName())
	if err != nil {
		return nil, err
	}
	return s.describe(op), nil
}

// WaitOperation answers when the operation is done, at the latest when the timeout ends.
func (s *Server) WaitOperation(ctx context.Context, r *longrunningpb.WaitOperationRequest) (*longrunningpb.Operation, error) {
	op, err := s.find(ctx, r.GetName())
	if err != nil {
		return nil, err
	}
	if r.GetTimeout() != nil {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, r.GetTimeout().AsDuration())
		defer cancel()
	}
	select {
	case <-op.done:
	case <-ctx.Done():
	}
	return s.describe(op), nil
}

// ListOperations lists the operations of a location, newest first.
func (s *Server) ListOperations(_ context.Context, r *longrunningpb.ListOperationsRequest) (*longrunningpb.ListOperationsResponse, error) {
	from := 0
	if token := r.GetPageToken(); token != "" {
		var err error
		if from, err = strconv.Atoi(token); err != nil || from < 0 {
			return nil, invalid("Invalid page token.")
		}
	}
	size := int(r.GetPageSize())
	if size <= 0 {
		size = defaultPage
	}
	var found []*operation
	s.mu.Lock()
	for _, o := range slices.Backward(s.operations) {
		if !o.lost && strings.HasPrefix(o.name, r.GetName()+"/operations/") {
			found = append(found, o)
		}
	}
	s.mu.Unlock()
	resp := &longrunningpb.ListOperationsResponse{}
	for _, o := range found[min(from, len(found)):min(from+size, len(found))] {
		resp.Operations = append(resp.Operations, s.describe(o))
	}
	if from+size < len(found) {
		resp.NextPageToken = strconv.Itoa(from + size)
	}
	return resp, nil
}

// CancelOperation ends an operation that still runs.
func (s *Server) CancelOperation(ctx context.Context, r *longrunningpb.CancelOperationRequest) (*emptypb.Empty, error) {
	op, err := s.find(ctx, r.GetName())
	if err != nil {
		return nil, err
	}
	op.cancel()
	return &emptypb.Empty{}, nil
}

// DeleteOperation forgets an operation; one that runs goes on.
func (s *Server) DeleteOperation(ctx context.Context, r *longrunningpb.DeleteOperationRequest) (*emptypb.Empty, error) {
	op, err := s.find(ctx, r.GetName())
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.operations = slices.DeleteFunc(s.operations, func(o *operation) bool { return o == op })
	return &emptypb.Empty{}, nil
}

// Objects lists the operations, lost ones too.
func (s *Server) Objects(tenantID string) []journal.Object {
	s.mu.Lock()
	defer s.mu.Unlock()
	objects := []journal.Object{}
	for _, o := range s.operations {
		file := o.request.GetFiles()[0].GetUri()
		owner := tenantOf(file)
		if tenantID != "" && owner != tenantID {
			continue
		}
		described := s.describe(o)
		fields := map[string]any{
			"done": described.GetDone(), "uri": file, "create_time": o.created, "lost": o.lost,
			"output": o.request.GetRecognitionOutputConfig().GetGcsOutputConfig().GetUri(),
		}
		if described.GetError() != nil {
			fields["error"] = described.GetError().GetMessage()
		}
		objects = append(objects, journal.Object{Type: "Operation", ID: o.name, TenantID: owner, Fields: fields})
	}
	return objects
}
