package gemini

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"google.golang.org/genai"

	"github.com/your-org/multi-tenant-pipeline/internal/analyze/prompt"
	"github.com/your-org/multi-tenant-pipeline/internal/analyze/verdict"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

var tracer = otel.Tracer("internal/analyze/gemini")

// Reply is what a model answered.
type Reply struct {
	Text    string // should be the JSON of a verdict.Answer; the caller checks
	Model   string
	Version string // as the service names what answered
	Usage   request.Usage
}

// Client asks models.
type Client struct {
	cfg     Config
	models  map[string]*genai.Models // by location
	metrics metrics
	now     func() time.Time

	mu   sync.Mutex
	gone map[string]time.Time // until when a model is left out
}

// New returns a client. It finds the machine's default credentials, but for a server on
// this machine, which gets none.
func New(ctx context.Context, cfg Config) (*Client, error) {
	if err := cfg.Validate(); err != nil {
		return nil, fmt.Errorf("new gemini client: %w", err)
	}
	if cfg.Off() {
		return nil, errors.New("new gemini client: no model is configured")
	}
	c := &Client{cfg: cfg, models: map[string]*genai.Models{}, now: time.Now, gone: map[string]time.Time{}}
	var err error
	if c.metrics, err = newMetrics(); err != nil {
		return nil, fmt.Errorf("new gemini client: %w", err)
	}
	for _, p := range cfg.Models {
		if err := c.open(ctx, c.cfg.locationOf(p)); err != nil {
			return nil, err
		}
		if why, ok := retiring[p.ID]; ok {
			slog.WarnContext(ctx, "model is being retired", "model", p.ID, "why", why)
		}
	}
	return c, nil
}

// open makes the library's client for a location.
func (c *Client) open(ctx context.Context, location string) error {
	if c.models[location] != nil {
		return nil
	}
	cc := &genai.ClientConfig{
		Backend: genai.BackendVertexAI, Project: c.cfg.Project, Location: location,
		HTTPOptions: genai.HTTPOptions{BaseURL: c.cfg.BaseURL, APIVersion: "v1"},
	}
	if c.cfg.sandboxed() {
		cc.HTTPClient = &http.Client{Transport: otelhttp.NewTransport(http.DefaultTransport)}
	}
	client, err := genai.NewClient(ctx, cc)
	if err != nil {
		return fmt.Errorf("new gemini client for %s: %w", location, err)
	}
	c.models[location] = client.Models
	return nil
}

// Fingerprint stands for everything besides the prompt that an answer depends on.
func (c *Client) Fingerprint() string {
	data, err := json.Marshal([]any{c.cfg.Models, verdict.ResponseSchema()})
	if err != nil { // plain data always encodes
		return ""
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// ask makes one call.
func (c *Client) ask(ctx context.Context, profile Profile, p prompt.Prompt) (Reply, error) {
	ctx, span := tracer.Start(ctx, "gemini.generate_content")
	defer span.End()
	span.SetAttributes(attribute.String("gen_ai.request.model", profile.ID))
	limited, cancel := context.WithTimeout(ctx, c.cfg.Timeout)
	defer cancel()
	response, err := c.models[c.cfg.locationOf(profile)].GenerateContent(limited, profile.ID, contents(p), profile.config(p))
	if err != nil {
		err = classify(ctx, err)
		span.SetStatus(codes.Error, err.Error())
		c.metrics.called(ctx, profile.ID, outcome(err))
		return Reply{Model: profile.ID}, err
	}
	reply := Reply{Model: profile.ID, Version: response.ModelVersion, Usage: usage(response.UsageMetadata)}
	c.metrics.spent(ctx, profile.ID, reply.Usage)
	reply.Text, err = text(response)
	if err != nil {
		span.SetStatus(codes.Error, err.Error())
	}
	c.metrics.called(ctx, profile.ID, outcome(err))
	return reply, err
}
