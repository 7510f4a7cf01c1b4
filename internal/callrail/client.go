package callrail

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/pkg/config"
	"github.com/your-org/multi-tenant-pipeline/pkg/outbound"
)

// DefaultBaseURL is CallRail's API.
const DefaultBaseURL = "https://api.callrail.com"

// maxAnswer bounds an answer held in memory. A call with a long transcript and waveform is
// some hundred kilobytes.
const maxAnswer = 8 << 20

// callFields are the fields to ask for by name: the default answer leaves out where the call
// came from, without a word about it.
var callFields = strings.Join([]string{
	"answered", "business_phone_number", "call_summary", "call_type", "campaign", "company_id", "created_at",
	"customer_city", "customer_country", "customer_name", "customer_phone_number", "customer_state",
	"direction", "duration", "first_call", "gclid", "id", "keywords", "landing_page_url", "lead_status",
	"medium", "milestones", "note", "person_id", "recording", "recording_duration", "referring_url",
	"source", "source_name", "start_time", "tags", "tracking_phone_number", "transcription",
	"utm_campaign", "utm_medium", "utm_source", "utm_term", "value", "voicemail", "zip_code",
}, ",")

// Settings choose the API's address, and how much it is asked.
type Settings struct {
	BaseURL string `env:"CALLRAIL_BASE_URL, default=https://api.callrail.com"`
	Limits
}

// Validate reports an address that is neither HTTPS nor on this machine, and limits below 1.
func (s *Settings) Validate() error {
	err := config.HTTPURL("CALLRAIL_BASE_URL", s.BaseURL)
	if s.PerHour < 1 || s.PerDay < 1 {
		err = errors.Join(err, errors.New("CALLRAIL_REQUESTS_PER_HOUR and CALLRAIL_REQUESTS_PER_DAY must be at least 1"))
	}
	return err
}

// Config is what a Client needs. Both HTTP clients must be guarded ones that do not follow
// redirects; Media's timeout must be long enough for the longest recording.
type Config struct {
	BaseURL string // empty: DefaultBaseURL; http to loopback: the sandbox, which also serves media
	Limits  Limits // zero: what CallRail documents
	HTTP    *http.Client
	Media   *http.Client
	Now     func() time.Time // nil: time.Now
}

// Client asks the API v3. It is safe for concurrent use; one serves all accounts and keeps
// each within its rate limit.
type Client struct {
	base   *url.URL
	http   *http.Client
	media  *http.Client
	now    func() time.Time
	limits *limits
	tracer trace.Tracer
}

// NewClient returns a client.
func NewClient(cfg Config) (*Client, error) {
	base, err := url.Parse(strings.TrimSuffix(cmp.Or(cfg.BaseURL, DefaultBaseURL), "/"))
	if err != nil || base.Host == "" {
		return nil, errors.New("callrail client: base URL is not absolute")
	}
	if cfg.HTTP == nil || cfg.Media == nil {
		return nil, errors.New("callrail client: both HTTP clients are needed")
	}
	now := cfg.Now
	if now == nil {
		now = time.Now
	}
	return &Client{
		base: base, http: cfg.HTTP, media: cfg.Media, now: now, limits: newLimits(cfg.Limits, now),
		tracer: otel.Tracer("github.com/your-org/multi-tenant-pipeline/internal/callrail"),
	}, nil
}

// Access is one tenant's way into the API.
type Access struct {
	AccountID         string
	APIKey            string
	CompanyResourceID string   // COM…: whatever the key sees beyond it belongs to somebody else
	MediaHosts        []string // further hosts that recordings may come from
	Spare             bool     // takes what is left of the account's allowance: for what can wait
}

// Call is what the API says about a call.
type Call struct {
	ID        string
	CompanyID string // COM…
	root      *value
}

// Call fetches a call. A call of another company than the access's is refused, and so is
// every call if the access names no company: there would be nothing to compare.
func (c *Client) Call(ctx context.Context, a Access, id string) (call *Call, err error) {
	ctx, span := c.tracer.Start(ctx, "callrail.fetch_call")
	defer func() { endSpan(span, err) }()

	address := c.address(a, "calls", id+".json") + "?fields=" + callFields
	resp, err := c.get(ctx, a, address, c.limits.wait)
	if err != nil {
		return nil, fmt.Errorf("fetch call: %w", err)
	}
	root, err := decodeAnswer(resp)
	if err != nil {
		return nil, fmt.Errorf("fetch call: %w", err)
	}
	call = &Call{ID: root.first("id", "resource_id"), CompanyID: root.first("company_id"), root: root}
	if call.CompanyID == "" || call.CompanyID != a.CompanyResourceID {
		return nil, fmt.Errorf("fetch call: %w", ErrForeignCompany)
	}
	if call.ID != id {
		return nil, fmt.Errorf("fetch call: %w: another call was returned", ErrTransient)
	}
	return call, nil
}

// Merge writes the call's values onto a request: what the API says wins, what it does not
// say stays. Region is the tenant's, for phone numbers.
func (call *Call) Merge(r *request.Request, region string) { applyCall(call.root, r, region) }

// address returns the address of something in the access's account.
func (c *Client) address(a Access, path ...string) string {
	elements := []string{c.base.String(), "v3", "a", url.PathEscape(a.AccountID)}
	for _, p := range path {
		elements = append(elements, url.PathEscape(p))
	}
	return strings.Join(elements, "/")
}

// turn takes a request out of an account's allowance: limits.wait for one that begins something,
// limits.follow for one that goes on with it.
type turn func(ctx context.Context, a Access) error

// get asks the API with the account's key when it is the account's turn. The caller closes the
// body of the response, which is a 200.
func (c *Client) get(ctx context.Context, a Access, address string, in turn) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, http.NoBody)
	if err != nil {
		return nil, fmt.Errorf("%w: bad address", ErrRejected)
	}
	return c.send(a, req, in)
}

// send sends a request with the account's key when it is the account's turn. The caller
// closes the body of the response, which is a 200, or a 201 if it made something.
func (c *Client) send(a Access, req *http.Request, in turn) (*http.Response, error) {
	if err := in(req.Context(), a); err != nil {
		return nil, err
	}
	req.Header.Set("Authorization", `Token token="`+a.APIKey+`"`)
	req.Header.Set("Accept", "application/json")
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, transportError(err)
	}
	if resp.StatusCode == http.StatusOK || resp.StatusCode == http.StatusCreated {
		c.limits.open(a)
		return resp, nil
	}
	err = c.statusError(resp)
	var limited *RateLimitedError
	if errors.As(err, &limited) {
		c.limits.rest(a, limited.RetryAt)
	}
	return nil, errors.Join(err, resp.Body.Close())
}

// decodeAnswer reads a JSON object and closes the body.
func decodeAnswer(resp *http.Response) (*value, error) {
	body, err := outbound.ReadAll(resp.Body, maxAnswer)
	if err = errors.Join(err, resp.Body.Close()); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrTransient, err)
	}
	if !utf8.Valid(body) {
		return nil, fmt.Errorf("%w: %w", ErrTransient, errEncoding)
	}
	root, err := parseJSON(body)
	if err == nil && root.kind != object {
		err = errNotObject
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrTransient, err)
	}
	return root, nil
}

func endSpan(span trace.Span, err error) {
	if err != nil {
		span.SetStatus(codes.Error, err.Error())
	}
	span.End()
}
