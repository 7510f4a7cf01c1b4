package speech

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"

	"cloud.google.com/go/speech/apiv2/speechpb"
	"cloud.google.com/go/storage"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/your-org/multi-tenant-pipeline/internal/sandbox/journal"
)

// Recognize transcribes up to a minute of audio at once.
func (s *Server) Recognize(ctx context.Context, r *speechpb.RecognizeRequest) (*speechpb.RecognizeResponse, error) {
	if _, err := s.checkRecognizer(r.GetRecognizer()); err != nil {
		return nil, err
	}
	if err := s.checkConfig(r.GetConfig()); err != nil {
		return nil, err
	}
	heard, err := s.listenToRequest(ctx, r)
	if err != nil {
		return nil, apiError(ctx, err)
	}
	if heard.durationS > maxRecognizeS {
		return nil, invalid("Audio can be of a maximum of 60 seconds.")
	}
	return &speechpb.RecognizeResponse{
		Results: results(heard, r.GetConfig()),
		Metadata: &speechpb.RecognitionResponseMetadata{
			RequestId: newID(), TotalBilledDuration: billed(heard, r.GetConfig()),
		},
	}, nil
}

func (s *Server) listenToRequest(ctx context.Context, r *speechpb.RecognizeRequest) (audio, error) {
	switch source := r.GetAudioSource().(type) {
	case *speechpb.RecognizeRequest_Content:
		if len(source.Content) > maxContent {
			return audio{}, invalid("Request payload size exceeds the limit: %d bytes.", maxContent)
		}
		return s.listen(ctx, bytes.NewReader(source.Content))
	case *speechpb.RecognizeRequest_Uri:
		journal.SetTenant(ctx, tenantOf(source.Uri))
		return s.listenToObject(ctx, source.Uri)
	default:
		return audio{}, invalid("Audio source is required: set content or uri.")
	}
}

func (s *Server) listenToObject(ctx context.Context, uri string) (heard audio, err error) {
	bucket, object, ok := splitURI(uri)
	if !ok {
		return audio{}, invalid("Invalid audio URI %q.", uri)
	}
	r, err := s.storage.Bucket(bucket).Object(object).NewReader(ctx)
	if errors.Is(err, storage.ErrObjectNotExist) || errors.Is(err, storage.ErrBucketNotExist) {
		return audio{}, status.Errorf(codes.NotFound, "Requested entity was not found: %s.", uri)
	}
	if err != nil {
		return audio{}, fmt.Errorf("open audio: %w", err)
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	return s.listen(ctx, io.Reader(r))
}

// apiError keeps an answer of the service, and hides what is this stand-in's own trouble
// as the service would; the log has it.
func apiError(ctx context.Context, err error) error {
	if _, ok := status.FromError(err); ok {
		return err
	}
	if ctx.Err() != nil {
		return status.FromContextError(ctx.Err()).Err()
	}
	slog.ErrorContext(ctx, "speech stand-in failed", "error", err)
	return status.Error(codes.Internal, "Internal error encountered.")
}

// newID returns an id in the form of the service's.
func newID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	h := hex.EncodeToString(b[:])
	return h[:8] + "-0000-" + h[8:12] + "-" + h[12:16] + "-" + h[16:28]
}
