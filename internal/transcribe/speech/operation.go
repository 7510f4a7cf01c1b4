package speech

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"cloud.google.com/go/longrunning/autogen/longrunningpb"
	"cloud.google.com/go/speech/apiv2/speechpb"
	"google.golang.org/api/iterator"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protojson"
)

const (
	pollTimeout = 20 * time.Second
	// listTimeout bounds Find. The list holds days of operations and has no filter on
	// the output, so that all of it is read; giving up early would pay twice.
	listTimeout = 60 * time.Second
	listPage    = 200
	// maxResultBytes is many times what an hour of words takes.
	maxResultBytes = 64 << 20
)

// Status is how far an operation has come.
type Status struct {
	Done     bool
	Err      error // why it failed, of the whole or of its one file; nil while it runs
	Progress int   // percent
}

// Poll asks for an operation's status. An error is the call's own; the operation's is in
// the status.
func (c *Client) Poll(ctx context.Context, name string) (Status, error) {
	ctx, span := tracer.Start(ctx, "speech.poll")
	defer span.End()
	ctx, cancel := context.WithTimeout(ctx, pollTimeout)
	defer cancel()

	op, err := c.api.GetOperation(ctx, &longrunningpb.GetOperationRequest{Name: name})
	if err != nil {
		return Status{}, classify("poll", err)
	}
	s := Status{Done: op.GetDone(), Progress: int(metadataOf(op).GetProgressPercent())}
	if s.Done {
		s.Err = failureOf(op)
	}
	return s, nil
}

// Find returns the name of the operation that writes under an output prefix, for a
// caller that started it and did not come to note its name. It is empty if there is none.
func (c *Client) Find(ctx context.Context, output string) (string, error) {
	ctx, span := tracer.Start(ctx, "speech.find")
	defer span.End()
	ctx, cancel := context.WithTimeout(ctx, listTimeout)
	defer cancel()

	want := c.objects.URI(output)
	it := c.api.ListOperations(ctx, &longrunningpb.ListOperationsRequest{Name: c.cfg.parent(), PageSize: listPage})
	for {
		op, err := it.Next()
		if errors.Is(err, iterator.Done) {
			return "", nil
		}
		if err != nil {
			return "", classify("find", err)
		}
		config := metadataOf(op).GetBatchRecognizeRequest().GetRecognitionOutputConfig()
		if config.GetGcsOutputConfig().GetUri() == want {
			return op.GetName(), nil
		}
	}
}

// Result reads what an operation wrote under its output prefix. The error is ErrNoResult
// if nothing is there (yet).
func (c *Client) Result(ctx context.Context, output string) (*Transcript, error) {
	ctx, span := tracer.Start(ctx, "speech.result")
	defer span.End()
	for entry, err := range c.objects.List(ctx, output) {
		if err != nil {
			return nil, fmt.Errorf("result: %w", err)
		}
		// The service names its object after the audio: {audio}_transcript_{id}.json.
		if strings.HasSuffix(entry.Object, ".json") {
			return c.readResult(ctx, entry.Object)
		}
	}
	return nil, fmt.Errorf("result %s: %w", output, ErrNoResult)
}

func (c *Client) readResult(ctx context.Context, object string) (*Transcript, error) {
	r, err := c.objects.Reader(ctx, object)
	if err != nil {
		return nil, fmt.Errorf("result: %w", err)
	}
	content, err := io.ReadAll(io.LimitReader(r, maxResultBytes))
	if err := errors.Join(err, r.Close()); err != nil {
		return nil, fmt.Errorf("result %s: %w", object, err)
	}
	var results speechpb.BatchRecognizeResults
	// The service may know fields that this build does not.
	if err := (protojson.UnmarshalOptions{DiscardUnknown: true}).Unmarshal(content, &results); err != nil {
		// The error would quote the transcript.
		return nil, fmt.Errorf("result %s: not a recognition result (%d bytes)", object, len(content))
	}
	return transcriptOf(results.GetResults(), results.GetMetadata()), nil
}

// metadataOf returns nil, whose getters work, if the metadata are of another kind.
func metadataOf(op *longrunningpb.Operation) *speechpb.OperationMetadata {
	var m speechpb.OperationMetadata
	if op.GetMetadata() == nil || op.GetMetadata().UnmarshalTo(&m) != nil {
		return nil
	}
	return &m
}

// failureOf returns why a finished operation has no transcript. One that succeeds as a
// whole can have failed for its only file.
func failureOf(op *longrunningpb.Operation) error {
	if op.GetError() != nil {
		return classify("operation", status.ErrorProto(op.GetError()))
	}
	var resp speechpb.BatchRecognizeResponse
	if err := op.GetResponse().UnmarshalTo(&resp); err != nil {
		return fmt.Errorf("operation: %w", err)
	}
	for _, file := range resp.GetResults() {
		if file.GetError().GetCode() != 0 {
			return classify("file", status.ErrorProto(file.GetError()))
		}
	}
	return nil
}
