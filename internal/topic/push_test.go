package topic

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"
)

// onlyToken accepts one token.
type onlyToken string

func (v onlyToken) Verify(_ context.Context, token string) error {
	if token != string(v) {
		return errors.New("another token")
	}
	return nil
}

const goodData = `{"tenant_id":"tenant_demo","request_id":"req_a","run":2}`

func pushed(data, rest string) string {
	return fmt.Sprintf(`{"message":{"data":%q,%s},"subscription":"projects/demo/subscriptions/analyze","deliveryAttempt":3}`,
		base64.StdEncoding.EncodeToString([]byte(data)), rest)
}

func push(t *testing.T, h http.Handler, authorization, body string) int {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", strings.NewReader(body))
	r.Header.Set("Authorization", authorization)
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, r)
	return rec.Code
}

func TestHandlerAnswers(t *testing.T) {
	t.Parallel()
	good := pushed(goodData, `"messageId":"1"`)
	broken := errors.New("store is down")
	for _, test := range []struct {
		name          string
		authorization string
		body          string
		err           error
		want          int
		worked        bool
	}{
		{"done", "Bearer good", good, nil, 204, true},
		{"scheme in lower case", "bearer good", good, nil, 204, true},
		{"the emulator's spelling", "Bearer good", pushed(goodData, `"message_id":"1"`), nil, 204, true},
		{"the step failed", "Bearer good", good, broken, 500, true},
		{"no token", "", good, nil, 401, false},
		{"another token", "Bearer bad", good, nil, 401, false},
		{"another scheme", "Basic good", good, nil, 401, false},
		{"not JSON", "Bearer good", `{`, nil, 400, false},
		{"two envelopes", "Bearer good", good + good, nil, 400, false},
		{"data is not base64", "Bearer good", `{"message":{"data":"!"}}`, nil, 400, false},
		{"data is not a message", "Bearer good", pushed(`[]`, `"messageId":"1"`), nil, 400, false},
		{"no request id", "Bearer good", pushed(`{"tenant_id":"tenant_demo"}`, `"messageId":"1"`), nil, 400, false},
		{"too large", "Bearer good", pushed(strings.Repeat(" ", maxEnvelope)+goodData, `"messageId":"1"`), nil, 400, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			worked := false
			h := Handler(onlyToken("good"), "analyze", func(context.Context, Message) error {
				worked = true
				return test.err
			})
			if got := push(t, h, test.authorization, test.body); got != test.want || worked != test.worked {
				t.Errorf("status %d, worked %t, want %d, %t", got, worked, test.want, test.worked)
			}
		})
	}
}

func TestWorkGetsTheMessageAndItsTrace(t *testing.T) {
	t.Parallel()
	otel.SetTextMapPropagator(propagation.TraceContext{}) // the same in every test
	const traceID = "0af7651916cd43dd8448eb211c80319c"
	attrs := map[string]string{"traceparent": "00-" + traceID + "-b7ad6b7169203331-01", "tenant_id": "tenant_demo"}
	body := pushed(goodData, `"messageId":"1","attributes":{"traceparent":"`+attrs["traceparent"]+`","tenant_id":"tenant_demo"}`)
	var got Message
	var trc string
	h := Handler(onlyToken("good"), "analyze", func(ctx context.Context, m Message) error {
		got, trc = m, trace.SpanContextFromContext(ctx).TraceID().String()
		return nil
	})
	if status := push(t, h, "Bearer good", body); status != http.StatusNoContent {
		t.Fatalf("status %d, want 204", status)
	}
	want := Message{TenantID: "tenant_demo", RequestID: "req_a", Run: 2, Attempt: 3, Attributes: attrs}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("message differs (-want +got):\n%s", diff)
	}
	if trc != traceID {
		t.Errorf("trace %s, want the message's %s", trc, traceID)
	}
}

func FuzzEnvelope(f *testing.F) {
	f.Add([]byte(pushed(goodData, `"messageId":"1"`)))
	f.Add([]byte(pushed(goodData, `"message_id":"1","attributes":{"traceparent":"00-x"}`)))
	f.Add([]byte(`{"message":{"data":null,"attributes":null}}`))
	f.Add([]byte(`{"message":[]}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		e, m, err := readEnvelope(strings.NewReader(string(body)))
		if err != nil {
			return
		}
		if m.TenantID == "" || m.RequestID == "" || e == nil {
			t.Errorf("accepted %q as %+v", body, m)
		}
	})
}
