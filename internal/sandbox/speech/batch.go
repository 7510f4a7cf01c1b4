package speech

import (
	"context"
	"errors"
	"fmt"
	"path"
	"strings"
	"time"

	"cloud.google.com/go/longrunning/autogen/longrunningpb"
	"cloud.google.com/go/speech/apiv2/speechpb"
	"google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/grpc/codes"
	grpcstatus "google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protojson"

	"github.com/your-org/multi-tenant-pipeline/internal/sandbox/journal"
)

// BatchRecognize starts an operation. Asked twice it starts two, and bills both.
func (s *Server) BatchRecognize(ctx context.Context, r *speechpb.BatchRecognizeRequest) (*longrunningpb.Operation, error) {
	parent, err := s.checkRecognizer(r.GetRecognizer())
	if err != nil {
		return nil, err
	}
	if err := s.checkConfig(r.GetConfig()); err != nil {
		return nil, err
	}
	if err := checkBatch(r); err != nil {
		return nil, err
	}
	journal.SetTenant(ctx, tenantOf(r.GetFiles()[0].GetUri()))
	// The operation outlives the request that starts it; Close and CancelOperation end it.
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	op := newOperation(parent, r, s.cfg.Now(), cancel)
	_, op.lost = s.cfg.Modes.Next("speech", "lose")
	s.mu.Lock()
	s.operations = append(s.operations, op)
	s.running[op] = true
	s.mu.Unlock()
	s.ended.Go(func() {
		defer cancel()
		s.transcribe(ctx, op)
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.running, op)
	})
	return s.describe(op), nil
}

// transcribe sees an operation through to its end.
func (s *Server) transcribe(ctx context.Context, op *operation) {
	response := &speechpb.BatchRecognizeResponse{Results: map[string]*speechpb.BatchRecognizeFileResult{}}
	least := time.NewTimer(s.cfg.Duration)
	defer least.Stop()
	for _, file := range op.request.GetFiles() {
		outcome, err := s.transcribeFile(ctx, op.request, file.GetUri())
		if err != nil {
			outcome = &speechpb.BatchRecognizeFileResult{Error: grpcstatus.Convert(apiError(ctx, err)).Proto()}
		}
		response.Results[file.GetUri()] = outcome
	}
	select {
	case <-least.C:
	case <-ctx.Done():
	}
	var failure *status.Status
	if ctx.Err() != nil {
		failure = grpcstatus.New(codes.Canceled, "Operation was cancelled.").Proto()
	}
	op.finish(response, failure, s.cfg.Now())
}

func (s *Server) transcribeFile(ctx context.Context, r *speechpb.BatchRecognizeRequest, uri string) (*speechpb.BatchRecognizeFileResult, error) {
	heard, err := s.listenToObject(ctx, uri)
	if err != nil {
		return nil, err
	}
	if heard.durationS > maxBatchS {
		return nil, invalid("Audio can be of a maximum of 60 minutes.")
	}
	if heard.durationS > maxBatchWordsS && r.GetConfig().GetFeatures().GetEnableWordTimeOffsets() {
		return nil, invalid("Audio with word timestamps can be of a maximum of 20 minutes.")
	}
	meta := &speechpb.RecognitionResponseMetadata{RequestId: newID(), TotalBilledDuration: billed(heard, r.GetConfig())}
	transcript := &speechpb.BatchRecognizeResults{Results: results(heard, r.GetConfig()), Metadata: meta}
	outcome := &speechpb.BatchRecognizeFileResult{Metadata: meta}
	if output := r.GetRecognitionOutputConfig().GetGcsOutputConfig(); output != nil {
		written, err := s.writeOutput(ctx, output.GetUri(), uri, transcript)
		if err != nil {
			return nil, err
		}
		outcome.Uri = written //nolint:staticcheck // deprecated, and still filled in by the service
		outcome.Result = &speechpb.BatchRecognizeFileResult_CloudStorageResult{
			CloudStorageResult: &speechpb.CloudStorageResult{Uri: written},
		}
		return outcome, nil
	}
	outcome.Transcript = transcript //nolint:staticcheck // as above
	outcome.Result = &speechpb.BatchRecognizeFileResult_InlineResult{
		InlineResult: &speechpb.InlineResult{Transcript: transcript},
	}
	return outcome, nil
}

// writeOutput names its object as the service does: after the audio, with an id.
func (s *Server) writeOutput(ctx context.Context, prefix, audioURI string, t *speechpb.BatchRecognizeResults) (string, error) {
	content, err := protojson.Marshal(t)
	if err != nil {
		return "", fmt.Errorf("encode transcript: %w", err)
	}
	base := strings.TrimSuffix(path.Base(audioURI), path.Ext(audioURI))
	uri := strings.TrimSuffix(prefix, "/") + "/" + base + "_transcript_" + newID() + ".json"
	bucket, object, _ := splitURI(uri)
	w := s.storage.Bucket(bucket).Object(object).NewWriter(ctx)
	w.ContentType = "application/json"
	_, err = w.Write(content)
	err = errors.Join(err, w.Close())
	if grpcstatus.Code(err) == codes.NotFound {
		return "", grpcstatus.Errorf(codes.NotFound, "Requested entity was not found: %s.", prefix)
	}
	if err != nil {
		return "", fmt.Errorf("write transcript: %w", err)
	}
	return uri, nil
}
