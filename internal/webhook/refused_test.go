package webhook

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/your-org/multi-tenant-pipeline/internal/callrail"
)

// The sentences are the contract: whoever sends what cannot be taken reads one of these.
func TestARefusalIsAStatusACodeAndAFixedSentence(t *testing.T) {
	t.Parallel()
	unreadable := &problem{http.StatusBadRequest, "unreadable", "The body could not be read as a CallRail delivery."}
	for _, tt := range []struct {
		name, body string
		want       *problem
	}{
		{"malformed JSON", `{"tenant_id":"tenant_demo","call_id":"PRIVATE"`, unreadable},
		{"bad UTF-8", "{\"tenant_id\":\"tenant_demo\",\"call_id\":\"PRIVATE\xff\"}", unreadable},
		{"bad UTF-8 that a form escapes", "tenant_id=tenant_demo&call_id=PRIVATE%ff", unreadable},
		{"lists without end", `{"tenant_id":"tenant_demo","call_id":"PRIVATE","x":` + strings.Repeat("[", 10_000), unreadable},
		{"no id", `{"tenant_id":"tenant_demo","note":"PRIVATE"}`, &problem{http.StatusBadRequest, "missing_id", "The delivery names no call, form or text."}},
		{"an id of the wrong type", `{"tenant_id":"tenant_demo","call_id":{"PRIVATE":1}}`, &problem{http.StatusBadRequest, "missing_id", "The delivery names no call, form or text."}},
		{"over 1 MiB", strings.Repeat("PRIVATE", maxBody/7+1), &problem{http.StatusRequestEntityTooLarge, "too_large", "The body is larger than 1 MiB."}},
		{"a tenant of the wrong type", `{"tenant_id":["tenant_demo"],"call_id":"PRIVATE"}`, &problem{http.StatusUnauthorized, "unauthorized", "The signature is missing or wrong."}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			w := httptest.NewRecorder()
			f.ServeHTTP(w, signedRequest(t, endpoint, tt.body, demoKey))
			wantRefusal(t, f, w.Code, w.Body.String(), tt.want)
		})
	}
}

// These need a connection: the sender is slow, breaks off, or never says how much will come.
func TestOfABodyThatDoesNotEndNothingIsKept(t *testing.T) {
	t.Parallel()
	const post = "POST " + endpoint + " HTTP/1.1\r\nHost: x\r\n"
	slow := &problem{http.StatusBadRequest, "unreadable", "The body did not arrive completely in time."}
	for _, tt := range []struct {
		name, sent string
		timeout    time.Duration
		want       *problem
	}{
		{"slow", post + "Content-Length: 100\r\n\r\n{\"call_id\":\"PRIVATE\",", 50 * time.Millisecond, slow},
		{"slow between chunks", post + "Transfer-Encoding: chunked\r\n\r\n9\r\n{\"PRIVATE\r\n", 50 * time.Millisecond, slow},
		{
			"a chunk over 1 MiB", post + fmt.Sprintf("Transfer-Encoding: chunked\r\n\r\n%x\r\n", maxBody+7) + strings.Repeat("PRIVATE", maxBody/7+1), time.Minute,
			&problem{http.StatusRequestEntityTooLarge, "too_large", "The body is larger than 1 MiB."},
		},
		{
			"a chunk that is none", post + "Transfer-Encoding: chunked\r\n\r\nPRIVATE\r\n", time.Minute,
			&problem{http.StatusBadRequest, "unreadable", "The body could not be read as a CallRail delivery."},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := newFixtureWith(t, Config{BodyTimeout: tt.timeout})
			resp, err := http.ReadResponse(dial(t, f, tt.sent), nil)
			if err != nil {
				t.Fatal(err)
			}
			body, err := io.ReadAll(resp.Body)
			if err != nil {
				t.Fatal(err)
			}
			if err := resp.Body.Close(); err != nil {
				t.Fatal(err)
			}
			wantRefusal(t, f, resp.StatusCode, string(body), tt.want)
		})
	}
}

// A sender who signs, sends half and hangs up has delivered nothing. Answer and log come when
// the handler ends, which the server's Close waits for.
func TestHalfADeliveryIsNone(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	srv := httptest.NewServer(f)
	var d net.Dialer
	conn, err := d.DialContext(t.Context(), "tcp", srv.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	private := strings.Replace(call, "CAL1", "PRIVATE", 1)
	_, err = fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: x\r\n%s: %s\r\nContent-Length: %d\r\n\r\n%s",
		endpoint, callrail.HeaderSHA256, callrail.SignSHA256([]byte(private), demoKey), len(private), private[:len(private)/2])
	if err != nil {
		t.Fatal(err)
	}
	if err := conn.(*net.TCPConn).CloseWrite(); err != nil {
		t.Fatal(err)
	}
	answer, err := io.ReadAll(conn)
	if err != nil {
		t.Fatal(err)
	}
	if err := conn.Close(); err != nil {
		t.Fatal(err)
	}
	srv.Close()
	if len(f.store.intakes) != 0 || strings.Contains(f.log.String()+string(answer), "PRIVATE") {
		t.Errorf("stored %d, log %s, answer %s", len(f.store.intakes), f.log, answer)
	}
}

// wantRefusal checks that the answer is the problem's alone, and that nothing was stored,
// announced or logged of a body whose every secret is the word PRIVATE.
func wantRefusal(t *testing.T, f *fixture, status int, reply string, want *problem) {
	t.Helper()
	var got refusal
	if err := json.Unmarshal([]byte(reply), &got); err != nil {
		t.Fatalf("reply %q: %v", reply, err)
	}
	expected := refusal{Error: refusalBody{Code: want.code, Message: want.message}}
	if diff := cmp.Diff(expected, got); diff != "" || status != want.status {
		t.Errorf("status %d, want %d (-want +got)\n%s", status, want.status, diff)
	}
	if len(f.store.intakes) != 0 || len(f.announcer.told) != 0 {
		t.Errorf("stored %d, announced %q", len(f.store.intakes), f.announcer.told)
	}
	if kept := f.log.String() + reply + strings.Join(*f.counts, " "); strings.Contains(kept, "PRIVATE") {
		t.Errorf("of the body was kept: %s", kept)
	}
}
