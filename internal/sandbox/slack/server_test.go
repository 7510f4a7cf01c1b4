package slack_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/sandbox/slack"
)

const (
	hookA = "/services/T000/B000/aaaa"
	good  = `{"text":"New lead","blocks":[
		{"type":"header","text":{"type":"plain_text","text":"Hot lead: kitchen"}},
		{"type":"section","text":{"type":"mrkdwn","text":"*Dana*"},"fields":[{"type":"mrkdwn","text":"Score 91"}]},
		{"type":"context","elements":[{"type":"mrkdwn","text":"from Google Ads"}]},
		{"type":"actions","elements":[{"type":"button","text":{"type":"plain_text","text":"Open"},"url":"https://example.com/r"}]},
		{"type":"divider"}]}`
)

func newServer(t *testing.T) (*slack.Server, string) {
	t.Helper()
	now := time.Date(2026, 11, 20, 16, 0, 0, 0, time.UTC)
	s, err := slack.New(slack.Config{
		Now:   func() time.Time { return now },
		Hooks: []slack.Hook{{TenantID: "a", Path: hookA}, {TenantID: "b", Path: "/services/T000/B000/bbbb"}},
	})
	if err != nil {
		t.Fatalf("New: %v", err)
	}
	web := httptest.NewServer(s.Handler())
	t.Cleanup(web.Close)
	return s, web.URL
}

func post(t *testing.T, address, contentType, body string) (status int, word string, header http.Header) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, address, strings.NewReader(body))
	if err != nil {
		t.Fatalf("make request: %v", err)
	}
	req.Header.Set("Content-Type", contentType)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatalf("post: %v", err)
	}
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatalf("read answer: %v", err)
	}
	if err := resp.Body.Close(); err != nil {
		t.Fatalf("close answer: %v", err)
	}
	return resp.StatusCode, string(raw), resp.Header
}

func TestPost_takes_what_Slack_takes(t *testing.T) {
	t.Parallel()
	section := func(text string) string {
		return `{"blocks":[{"type":"section","text":{"type":"mrkdwn","text":"` + text + `"}}]}`
	}
	header := func(kind, text string) string {
		return `{"text":"x","blocks":[{"type":"header","text":{"type":"` + kind + `","text":"` + text + `"}}]}`
	}
	tests := []struct {
		name, path, body string
		status           int
		word             string
	}{
		{"text alone", hookA, `{"text":"New lead"}`, 200, "ok"},
		{"blocks", hookA, good, 200, "ok"},
		{"3,000 characters", hookA, section(strings.Repeat("é", 3000)), 200, "ok"},
		{"an unknown hook", "/services/T000/B000/cccc", good, 404, "no_service"},
		{"another path", "/api/chat.postMessage", good, 404, "no_service"},
		{"not JSON", hookA, `text=x`, 400, "invalid_payload"},
		{"a list", hookA, `[]`, 400, "invalid_payload"},
		{"text of the wrong type", hookA, `{"text":5}`, 400, "invalid_payload"},
		{"nothing to show", hookA, `{}`, 400, "no_text"},
		{"blocks of the wrong type", hookA, `{"text":"x","blocks":{}}`, 400, "invalid_blocks"},
		{"an unknown block", hookA, `{"text":"x","blocks":[{"type":"table_of_contents"}]}`, 400, "invalid_blocks"},
		{"51 blocks", hookA, `{"text":"x","blocks":[` + strings.Repeat(`{"type":"divider"},`, 50) + `{"type":"divider"}]}`, 400, "invalid_blocks"},
		{"a section of 3,001 characters", hookA, section(strings.Repeat("x", 3001)), 400, "invalid_blocks"},
		{"an empty section", hookA, section(""), 400, "invalid_blocks"},
		{"a section without text or fields", hookA, `{"text":"x","blocks":[{"type":"section"}]}`, 400, "invalid_blocks"},
		{"a header in mrkdwn", hookA, header("mrkdwn", "x"), 400, "invalid_blocks"},
		{"a header of 151 characters", hookA, header("plain_text", strings.Repeat("x", 151)), 400, "invalid_blocks"},
		{"a button without its text", hookA, `{"blocks":[{"type":"actions","elements":[{"type":"button","url":"https://example.com"}]}]}`, 400, "invalid_blocks"},
		{"a button to nowhere", hookA, `{"blocks":[{"type":"actions","elements":[{"type":"button","text":{"type":"plain_text","text":"x"},"url":"example"}]}]}`, 400, "invalid_blocks"},
		{"an image without words", hookA, `{"blocks":[{"type":"image","image_url":"https://example.com/i.png"}]}`, 400, "invalid_blocks"},
		{"one block id twice", hookA, `{"text":"x","blocks":[{"type":"divider","block_id":"a"},{"type":"divider","block_id":"a"}]}`, 400, "invalid_blocks"},
		{"an empty context", hookA, `{"text":"x","blocks":[{"type":"context","elements":[]}]}`, 400, "invalid_blocks"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s, base := newServer(t)
			status, word, _ := post(t, base+tt.path, "application/json", tt.body)
			if status != tt.status || word != tt.word {
				t.Errorf("answer = %d %q, want %d %q", status, word, tt.status, tt.word)
			}
			if kept := len(s.Objects("a")); kept != map[bool]int{true: 1}[tt.status == 200] {
				t.Errorf("kept %d messages after a %d", kept, status)
			}
		})
	}
}

func TestPost_takes_a_form_and_keeps_tenants_apart(t *testing.T) {
	t.Parallel()
	s, base := newServer(t)
	form := url.Values{"payload": {good}}.Encode()
	if status, word, _ := post(t, base+hookA, "application/x-www-form-urlencoded", form); status != 200 {
		t.Fatalf("answer = %d %q", status, word)
	}
	got := s.Objects("a")
	if len(got) != 1 || got[0].Type != "messages" || got[0].Fields["text"] != "New lead" || len(s.Objects("b")) != 0 {
		t.Errorf("Objects(a) = %v, Objects(b) = %v", got, s.Objects("b"))
	}
	s.Reset()
	if left := s.Objects(""); len(left) != 0 {
		t.Errorf("Objects after Reset = %v", left)
	}
}

func TestPost_slows_down_a_hook_that_talks_too_much(t *testing.T) {
	t.Parallel()
	_, base := newServer(t)
	for i := range 20 {
		if status, _, _ := post(t, base+hookA, "application/json", `{"text":"x"}`); status != 200 {
			t.Fatalf("message %d: status = %d, want 200", i+1, status)
		}
	}
	status, word, header := post(t, base+hookA, "application/json", `{"text":"x"}`)
	if status != 429 || word != "rate_limited" || header.Get("Retry-After") != "1" {
		t.Errorf("message 21 = %d %q %v", status, word, header)
	}
	if status, _, _ := post(t, base+"/services/T000/B000/bbbb", "application/json", `{"text":"x"}`); status != 200 {
		t.Errorf("another hook: status = %d, want 200", status)
	}
}
