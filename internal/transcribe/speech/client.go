package speech

import (
	"context"
	"fmt"
	"io"
	"iter"
	"log/slog"
	"time"

	speech "cloud.google.com/go/speech/apiv2"
	"cloud.google.com/go/speech/apiv2/speechpb"
	"github.com/googleapis/gax-go/v2"
	"go.opentelemetry.io/otel"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/your-org/multi-tenant-pipeline/internal/recording"
)

var tracer = otel.Tracer("github.com/your-org/multi-tenant-pipeline/internal/transcribe/speech")

// Objects is where the audio lies and where results are written.
type Objects interface {
	URI(object string) string
	Reader(ctx context.Context, object string) (io.ReadCloser, error)
	List(ctx context.Context, prefix string) iter.Seq2[recording.Entry, error]
}

// Client asks Speech-to-Text. It is safe for concurrent use.
type Client struct {
	cfg     Config
	api     *speech.Client
	objects Objects
}

// New connects to the service. The caller closes the client.
func New(ctx context.Context, cfg Config, objects Objects) (*Client, error) {
	if err := cfg.Validate(); err != nil {
		return nil, fmt.Errorf("new speech client: %w", err)
	}
	options, err := cfg.options()
	if err != nil {
		return nil, fmt.Errorf("new speech client: %w", err)
	}
	api, err := speech.NewClient(ctx, options...)
	if err != nil {
		return nil, fmt.Errorf("new speech client: %w", err)
	}
	// By default the client repeats these for over an hour when no answer comes, and
	// pays each time.
	api.CallOptions.BatchRecognize = []gax.CallOption{}
	api.CallOptions.Recognize = []gax.CallOption{}
	return &Client{cfg: cfg, api: api, objects: objects}, nil
}

// Close releases the connection.
func (c *Client) Close() error { return c.api.Close() }

// Model returns the model's name, to be kept with a transcript.
func (c *Client) Model() string { return c.cfg.Model }

// Recognize transcribes audio that Options call short. It is paid for once it is
// answered, and again if it is repeated.
func (c *Client) Recognize(ctx context.Context, audio []byte, opts Options) (*Transcript, error) {
	ctx, span := tracer.Start(ctx, "speech.recognize")
	defer span.End()
	ctx, cancel := context.WithTimeout(ctx, c.cfg.Timeout)
	defer cancel()

	var resp *speechpb.RecognizeResponse
	err := c.asked(ctx, opts, func(config *speechpb.RecognitionConfig) (err error) {
		resp, err = c.api.Recognize(ctx, &speechpb.RecognizeRequest{
			Recognizer:  c.cfg.recognizer(),
			Config:      config,
			AudioSource: &speechpb.RecognizeRequest_Content{Content: audio},
		})
		return err
	})
	if err != nil {
		return nil, classify("recognize", err)
	}
	return transcriptOf(resp.GetResults(), resp.GetMetadata()), nil
}

// Start begins the transcription of an object and returns the operation's name. The
// answer will be written under the output prefix. After an error other than ErrRefused
// the operation may have been started nevertheless: see Find.
func (c *Client) Start(ctx context.Context, object, output string, opts Options) (string, error) {
	ctx, span := tracer.Start(ctx, "speech.start")
	defer span.End()
	if opts.DurationS > maxBatchS {
		return "", fmt.Errorf("start: %w", &TooLongError{DurationS: opts.DurationS})
	}
	ctx, cancel := context.WithTimeout(ctx, min(c.cfg.Timeout, 30*time.Second))
	defer cancel()

	var op *speech.BatchRecognizeOperation
	err := c.asked(ctx, opts, func(config *speechpb.RecognitionConfig) (err error) {
		op, err = c.api.BatchRecognize(ctx, &speechpb.BatchRecognizeRequest{
			Recognizer: c.cfg.recognizer(),
			Config:     config,
			Files: []*speechpb.BatchRecognizeFileMetadata{{
				AudioSource: &speechpb.BatchRecognizeFileMetadata_Uri{Uri: c.objects.URI(object)},
			}},
			RecognitionOutputConfig: &speechpb.RecognitionOutputConfig{
				Output: &speechpb.RecognitionOutputConfig_GcsOutputConfig{
					GcsOutputConfig: &speechpb.GcsOutputConfig{Uri: c.objects.URI(output)},
				},
			},
			ProcessingStrategy: opts.strategy(),
		})
		return err
	})
	if err != nil {
		return "", classify("start", err)
	}
	return op.Name(), nil
}

// asked makes a call, and again for the words alone if the service does not take what it was
// asked for: not every language and location has speakers, times of words and hints, and a call
// without words is a lead that nobody has read. A refusal costs nothing.
func (c *Client) asked(ctx context.Context, opts Options, call func(*speechpb.RecognitionConfig) error) error {
	err := call(c.recognition(opts))
	if opts.Plain || status.Code(err) != codes.InvalidArgument {
		return err
	}
	slog.WarnContext(ctx, "speech refused, asked for the words alone", "language", opts.Language, "error", err)
	opts.Plain = true
	return call(c.recognition(opts))
}
