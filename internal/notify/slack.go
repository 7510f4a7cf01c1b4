package notify

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/codes"

	"github.com/your-org/multi-tenant-pipeline/internal/secret"
	"github.com/your-org/multi-tenant-pipeline/internal/stage"
	"github.com/your-org/multi-tenant-pipeline/pkg/outbound"
)

// A webhook that is throttled without a time to wait is tried again after rateWait; no
// time that Slack names is believed beyond maxRateWait.
const (
	rateWait    = 30 * time.Second
	maxRateWait = time.Hour
	maxReply    = 1 << 10
)

// noAddress is why a channel without a webhook is refused.
const noAddress = "the secret with its address does not exist"

// slackSender posts to incoming webhooks. Their address is a secret: it must not reach a
// log or an error.
type slackSender struct {
	http    *http.Client
	secrets Secrets
	now     func() time.Time
}

func (s *slackSender) send(ctx context.Context, secretName string, c card) (string, error) {
	ctx, span := otel.Tracer(scope).Start(ctx, "slack.post_message")
	defer span.End()
	err := s.post(ctx, secretName, c)
	if err != nil {
		span.SetStatus(codes.Error, "not sent")
		return "", err
	}
	return told, nil
}

func (s *slackSender) post(ctx context.Context, secretName string, c card) error {
	address, err := s.secrets.Get(ctx, secretName)
	if errors.Is(err, secret.ErrNotFound) {
		return &refusal{why: noAddress}
	}
	if err != nil {
		return fmt.Errorf("read webhook address: %w", err)
	}
	payload, err := json.Marshal(slackMessage(c))
	if err != nil {
		return fmt.Errorf("encode message: %w", err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, strings.TrimSpace(address), bytes.NewReader(payload))
	if err != nil {
		return &refusal{why: "its address is not a URL"}
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := s.http.Do(req)
	if err != nil {
		return withoutAddress(err)
	}
	defer resp.Body.Close()
	return s.judge(resp)
}

// withoutAddress takes the webhook's address out of a client's error.
func withoutAddress(err error) error {
	if errors.Is(err, outbound.ErrBlocked) {
		return &refusal{why: "its address is not allowed"}
	}
	var withURL *url.Error
	if errors.As(err, &withURL) {
		err = withURL.Err
	}
	return fmt.Errorf("post to webhook: %w", err)
}

// judge tells success, a wait, a refusal and a passing fault apart.
func (s *slackSender) judge(resp *http.Response) error {
	switch code := resp.StatusCode; {
	case code == http.StatusOK:
		return nil
	case code == http.StatusTooManyRequests:
		return stage.Later(s.now().Add(retryAfter(resp)), "slack asked to wait")
	case code >= http.StatusInternalServerError, code == http.StatusRequestTimeout:
		return fmt.Errorf("post to webhook: status %d", code)
	default:
		return &refusal{why: slackCode(resp)}
	}
}

func retryAfter(resp *http.Response) time.Duration {
	seconds, err := strconv.Atoi(resp.Header.Get("Retry-After"))
	if err != nil || seconds < 0 {
		return rateWait
	}
	return time.Duration(min(seconds, int(maxRateWait.Seconds()))) * time.Second
}

var codePattern = regexp.MustCompile(`^[a-z_]{1,64}$`)

// slackCode returns Slack's word for the refusal, such as no_service. Anything else may
// be a proxy's page and is not quoted.
func slackCode(resp *http.Response) string {
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxReply))
	if word := strings.TrimSpace(string(body)); err == nil && codePattern.MatchString(word) {
		return word
	}
	return "status " + strconv.Itoa(resp.StatusCode)
}
