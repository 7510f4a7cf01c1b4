package gemini

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/your-org/multi-tenant-pipeline/internal/analyze/prompt"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

// server answers generateContent as told and keeps what it was asked.
type server struct {
	*httptest.Server
	paths  []string
	bodies [][]byte
	header http.Header
}

func newServer(t *testing.T, answer func(call int, w http.ResponseWriter, r *http.Request)) *server {
	t.Helper()
	s := &server{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		s.paths, s.bodies, s.header = append(s.paths, r.URL.Path), append(s.bodies, body), r.Header
		w.Header().Set("Content-Type", "application/json")
		answer(len(s.paths), w, r)
	}))
	t.Cleanup(s.Close)
	return s
}

func write(w http.ResponseWriter, status int, body string) {
	w.WriteHeader(status)
	_, _ = io.WriteString(w, body) // the client's problem shows in the test
}

func newClient(t *testing.T, s *server, models string) *Client {
	t.Helper()
	cfg := Config{Project: "demo", Location: "us-central1", BaseURL: s.URL, Timeout: 10 * time.Second}
	if err := cfg.Models.UnmarshalText([]byte(models)); err != nil {
		t.Fatal(err)
	}
	c, err := New(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

const fine = `{"candidates":[{"content":{"role":"model","parts":[{"text":"{\"a\":"},{"text":"1}"}]},"finishReason":"STOP"}],
"modelVersion":"gemini-2.5-flash-001","usageMetadata":{"promptTokenCount":900,"candidatesTokenCount":120,"thoughtsTokenCount":7}}`

var question = prompt.Prompt{System: "what to do", User: "the request"}

func TestGenerateReturnsTheAnswerWithVersionAndTokens(t *testing.T) {
	t.Parallel()
	s := newServer(t, func(_ int, w http.ResponseWriter, _ *http.Request) { write(w, 200, fine) })
	got, err := newClient(t, s, "gemini-2.5-flash").Generate(t.Context(), question)
	if err != nil {
		t.Fatal(err)
	}
	want := Reply{
		Text: `{"a":1}`, Model: "gemini-2.5-flash", Version: "gemini-2.5-flash-001",
		Usage: request.Usage{InputTokens: 900, OutputTokens: 120, ThinkingTokens: 7},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("reply differs (-want +got):\n%s", diff)
	}
	if want := "/v1/projects/demo/locations/us-central1/publishers/google/models/gemini-2.5-flash:generateContent"; s.paths[0] != want {
		t.Errorf("path = %s, want %s", s.paths[0], want)
	}
	if auth := s.header.Get("Authorization"); auth != "" {
		t.Error("a server on this machine was sent credentials")
	}
}

func TestFailuresAreToldApart(t *testing.T) {
	t.Parallel()
	candidate := func(reason string) string {
		return `{"candidates":[{"content":{"parts":[{"text":"{"}]},"finishReason":"` + reason + `"}]}`
	}
	refused, busy, unavailable := &RefusedError{}, &BusyError{}, &UnavailableError{}
	for _, tc := range []struct {
		name, body string
		status     int
		want       error
		says       string
	}{
		{"prompt blocked", `{"promptFeedback":{"blockReason":"PROHIBITED_CONTENT"}}`, 200, refused, "PROHIBITED_CONTENT"},
		{"answer cut off", candidate("MAX_TOKENS"), 200, refused, "cut off"},
		{"answer stopped", candidate("SAFETY"), 200, refused, "SAFETY"},
		{"no candidates and no reason", `{}`, 200, refused, "blocked"},
		{"empty answer", `{"candidates":[{"finishReason":"STOP"}]}`, 200, refused, "empty"},
		{"quota", `{"error":{"code":429,"status":"RESOURCE_EXHAUSTED","details":[{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"17s"}]}}`, 429, busy, "429"},
		{"overload", `{"error":{"code":503,"status":"UNAVAILABLE"}}`, 503, unavailable, "503"},
		{"not JSON at all", `<html>oops</html>`, 502, unavailable, "502"},
		{"no permission", `{"error":{"code":403,"status":"PERMISSION_DENIED","message":"secret words of the prompt"}}`, 403, unavailable, "403"},
		{"every model gone", `{"error":{"code":404,"status":"NOT_FOUND"}}`, 404, unavailable, "gone"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			s := newServer(t, func(_ int, w http.ResponseWriter, _ *http.Request) { write(w, tc.status, tc.body) })
			_, err := newClient(t, s, "gemini-2.5-flash").Generate(t.Context(), question)
			if got, want := reflect.TypeOf(err), reflect.TypeOf(tc.want); got != want {
				t.Fatalf("error is %v (%v), want %v", got, err, want)
			}
			if !strings.Contains(err.Error(), tc.says) || strings.Contains(err.Error(), "secret words") {
				t.Errorf("error = %q, want %q in it and nothing of the message", err, tc.says)
			}
			if len(s.paths) != 1 {
				t.Errorf("calls = %d, want 1: retries are not the client's business", len(s.paths))
			}
		})
	}
}

func TestBusyCarriesTheWaitThatTheServiceNames(t *testing.T) {
	t.Parallel()
	s := newServer(t, func(_ int, w http.ResponseWriter, _ *http.Request) {
		write(w, 429, `{"error":{"code":429,"details":[{"@type":"type.googleapis.com/google.rpc.Help"},{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"17s"}]}}`)
	})
	_, err := newClient(t, s, "gemini-2.5-flash").Generate(t.Context(), question)
	var busy *BusyError
	if !errors.As(err, &busy) || busy.Wait != 17*time.Second {
		t.Errorf("error = %v, want a wait of 17s", err)
	}
}

func TestASlowModelIsUnavailableButACancelledCallIsCancelled(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	s := newServer(t, func(_ int, _ http.ResponseWriter, r *http.Request) {
		select {
		case <-release:
		case <-r.Context().Done():
		}
	})
	defer close(release)
	c := newClient(t, s, "gemini-2.5-flash")
	c.cfg.Timeout = time.Millisecond
	_, err := c.Generate(t.Context(), question)
	var unavailable *UnavailableError
	if !errors.As(err, &unavailable) || unavailable.Lasting {
		t.Errorf("slow model: error = %v, want a passing UnavailableError", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := c.Generate(ctx, question); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: error = %v, want context.Canceled", err)
	}
}
