package fault_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/your-org/multi-tenant-pipeline/internal/sandbox/fault"
)

func TestHTTPFaults(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		fault      fault.Fault
		wantStatus int // 0: no answer
		wantDone   bool
		wantRetry  string
	}{
		"status answers without doing it": {fault.Fault{Status: 429, RetryAfterS: 3}, 429, false, "3"},
		"latency only delays":             {fault.Fault{LatencyMS: 1}, 200, true, ""},
		"drop before does nothing":        {fault.Fault{Drop: fault.DropBefore}, 0, false, ""},
		"drop after does it":              {fault.Fault{Drop: fault.DropAfter, Status: 500}, 0, true, ""},
		"another path is left alone":      {fault.Fault{PathPrefix: "/other", Status: 500}, 200, true, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test.fault.System = "slack"
			done := make(chan bool, 1)
			work := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				done <- true
				_, _ = io.WriteString(w, "ok")
			})
			vendor := func(w http.ResponseWriter, _ *http.Request, code int) {
				http.Error(w, "vendor's shape", code)
			}
			server := httptest.NewServer(newSet(t, test.fault).HTTP("slack", vendor, work))
			defer server.Close()
			resp, err := http.Post(server.URL+"/x", "text/plain", strings.NewReader("hello"))
			if got := statusOf(resp, err); got != test.wantStatus {
				t.Fatalf("status: got %d (%v), want %d", got, err, test.wantStatus)
			}
			if got := len(done) == 1; got != test.wantDone {
				t.Errorf("work done: got %v, want %v", got, test.wantDone)
			}
			if resp == nil {
				return
			}
			defer resp.Body.Close()
			if got := resp.Header.Get("Retry-After"); got != test.wantRetry {
				t.Errorf("Retry-After: got %q, want %q", got, test.wantRetry)
			}
			if body, _ := io.ReadAll(resp.Body); test.wantStatus >= 400 && string(body) != "vendor's shape\n" {
				t.Errorf("body: got %q, want the vendor's", body)
			}
		})
	}
}

func statusOf(resp *http.Response, err error) int {
	if err != nil {
		return 0
	}
	return resp.StatusCode
}

func TestLatencyEndsWithTheCaller(t *testing.T) {
	t.Parallel()
	set := newSet(t, fault.Fault{System: "slack", LatencyMS: int(time.Hour / time.Millisecond)})
	server := httptest.NewServer(set.HTTP("slack", nil, http.NotFoundHandler()))
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, server.URL, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	if resp, err := http.DefaultClient.Do(req); err == nil {
		_ = resp.Body.Close()
		t.Errorf("got status %d, want no answer", resp.StatusCode)
	}
	server.Close() // would wait an hour for a handler that ignores its caller
}

func TestGRPCFaults(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		fault    fault.Fault
		want     codes.Code
		wantDone bool
	}{
		"429":                {fault.Fault{Status: 429, RetryAfterS: 4}, codes.ResourceExhausted, false},
		"503":                {fault.Fault{Status: 503}, codes.Unavailable, false},
		"404":                {fault.Fault{Status: 404}, codes.NotFound, false},
		"401":                {fault.Fault{Status: 401}, codes.Unauthenticated, false},
		"403":                {fault.Fault{Status: 403}, codes.PermissionDenied, false},
		"400":                {fault.Fault{Status: 400}, codes.InvalidArgument, false},
		"409":                {fault.Fault{Status: 409}, codes.AlreadyExists, false},
		"500":                {fault.Fault{Status: 500}, codes.Internal, false},
		"504":                {fault.Fault{Status: 504}, codes.DeadlineExceeded, false},
		"drop before":        {fault.Fault{Drop: fault.DropBefore}, codes.Unavailable, false},
		"drop after":         {fault.Fault{Drop: fault.DropAfter}, codes.Unavailable, true},
		"latency":            {fault.Fault{LatencyMS: 1}, codes.OK, true},
		"another method":     {fault.Fault{PathPrefix: "/google.longrunning.", Status: 500}, codes.OK, true},
		"the method's start": {fault.Fault{PathPrefix: "/google.cloud.speech", Status: 500}, codes.Internal, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test.fault.System = "speech"
			done := false
			work := func(context.Context, any) (any, error) { done = true; return "ok", nil }
			info := &grpc.UnaryServerInfo{FullMethod: "/google.cloud.speech.v2.Speech/Recognize"}
			_, err := newSet(t, test.fault).Unary("speech")(t.Context(), nil, info, work)
			if got := status.Code(err); got != test.want || done != test.wantDone {
				t.Errorf("got %v, done %v; want %v, %v", got, done, test.want, test.wantDone)
			}
			if got := retryDelay(err); got != test.fault.RetryAfter() {
				t.Errorf("retry delay: got %v, want %v", got, test.fault.RetryAfter())
			}
		})
	}
}

func retryDelay(err error) time.Duration {
	for _, detail := range status.Convert(err).Details() {
		if info, ok := detail.(*errdetails.RetryInfo); ok {
			return info.GetRetryDelay().AsDuration()
		}
	}
	return 0
}
