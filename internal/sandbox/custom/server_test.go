package custom_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/sandbox/custom"
)

// Secrets of tenant a: it replaces the old one by the new one.
const (
	oldKey = "0123456789abcdef01234567"
	newKey = "76543210fedcba9876543210fedcba98"
)

const lead = `{"type":"lead.created","timestamp":"2026-11-20T16:00:00Z","data":{"request_id":"req_0001"}}`

func secret(key string) string { return "whsec_" + base64.StdEncoding.EncodeToString([]byte(key)) }

type fixture struct {
	*custom.Server
	url  string
	now  time.Time
	work func() // with a delivery to a, if it is not nil
}

func newFixture(t *testing.T) *fixture {
	t.Helper()
	f := &fixture{now: time.Date(2026, 11, 20, 16, 0, 0, 0, time.UTC)}
	server, err := custom.New(custom.Config{
		Now: func() time.Time { return f.now },
		Endpoints: []custom.Endpoint{
			{TenantID: "a", Secrets: []string{secret(oldKey), secret(newKey)}, Work: func() {
				if f.work != nil {
					f.work()
				}
			}},
			{TenantID: "b", Path: "/hooks/b", Secrets: []string{secret(strings.Repeat("b", 64))}, Bearer: "token-b"},
		},
	})
	if err != nil {
		t.Fatalf("New: %v", err)
	}
	f.Server = server
	web := httptest.NewServer(server.Handler())
	t.Cleanup(web.Close)
	f.url = web.URL
	return f
}

// delivery is a request to the endpoint. Its headers are made of the rest unless they are
// given; a header that is given as empty is left out.
type delivery struct {
	method, path, body, id, key string
	header                      map[string]string
}

// valid returns a delivery that is taken.
func valid() delivery {
	return delivery{method: "POST", path: "/a", body: lead, id: "req_0001-1", key: newKey, header: map[string]string{}}
}

// with returns a valid delivery with one header that is different.
func with(name, value string) delivery {
	d := valid()
	d.header[name] = value
	return d
}

func (d delivery) sign(stamp int64) string {
	mac := hmac.New(sha256.New, []byte(d.key))
	_, _ = fmt.Fprintf(mac, "%s.%d.%s", d.id, stamp, d.body) // a hash never fails
	return "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// reply is a decoded answer.
type reply struct {
	status int
	header http.Header
	id     string
	raw    string
}

func (f *fixture) request(t *testing.T, d delivery, body io.Reader) *http.Request {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), d.method, f.url+d.path, body)
	if err != nil {
		t.Fatalf("make request: %v", err)
	}
	stamp := f.now.Unix()
	for name, value := range map[string]string{
		"Content-Type": "application/json", "Webhook-Id": d.id, "Webhook-Timestamp": fmt.Sprint(stamp),
		"Webhook-Signature": d.sign(stamp), "Idempotency-Key": `"` + d.id + `"`,
	} {
		req.Header.Set(name, value)
	}
	for name, value := range d.header {
		req.Header.Set(name, value)
		if value == "" {
			req.Header.Del(name)
		}
	}
	return req
}

func (f *fixture) send(t *testing.T, req *http.Request) reply {
	t.Helper()
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatalf("%s %s: %v", req.Method, req.URL, err)
	}
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatalf("read answer: %v", err)
	}
	if err := resp.Body.Close(); err != nil {
		t.Fatalf("close answer: %v", err)
	}
	var body struct{ ID string }
	_ = json.Unmarshal(raw, &body) // a refusal has no id
	return reply{status: resp.StatusCode, header: resp.Header, id: body.ID, raw: string(raw)}
}

func (f *fixture) deliver(t *testing.T, d delivery) reply {
	t.Helper()
	return f.send(t, f.request(t, d, strings.NewReader(d.body)))
}

func TestDelivery_is_taken_once(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	first := f.deliver(t, valid())
	if first.status != 201 || first.id == "" || first.header.Get("Idempotent-Replayed") != "" {
		t.Fatalf("first = %d %s", first.status, first.raw)
	}
	f.now = f.now.Add(time.Hour) // the timestamp is of the attempt
	again := f.deliver(t, valid())
	if again.status != 201 || again.id != first.id || again.header.Get("Idempotent-Replayed") != "true" {
		t.Errorf("again = %d %s, want the first answer", again.status, again.raw)
	}
	other := valid()
	other.body = `{"type":"lead.created"}`
	if got := f.deliver(t, other); got.status != 422 {
		t.Errorf("another body under the key = %d %s, want 422", got.status, got.raw)
	}
	next := valid()
	next.id = "req_0001-2"
	if got := f.deliver(t, next); got.status != 201 || got.id == first.id {
		t.Errorf("another key = %d %s, want another id", got.status, got.raw)
	}
	objects := f.Objects("a")
	if len(objects) != 2 || objects[0].Type != "deliveries" || objects[0].ID != first.id || objects[0].Fields["attempts"] != 2 {
		t.Fatalf("Objects(a) = %v", objects)
	}
	body, _ := objects[0].Fields["body"].(map[string]any)
	if body["type"] != "lead.created" || objects[0].Fields["webhook_id"] != "req_0001-1" {
		t.Errorf("fields = %v", objects[0].Fields)
	}
	if other := f.Objects("b"); len(other) != 0 {
		t.Errorf("Objects(b) = %v, want none", other)
	}
	f.Reset()
	if left := f.Objects(""); len(left) != 0 {
		t.Errorf("Objects after Reset = %v, want none", left)
	}
	if got := f.deliver(t, other); got.status != 201 {
		t.Errorf("another body after Reset = %d %s, want 201", got.status, got.raw)
	}
}

func TestDelivery_that_was_refused_leaves_its_key_free(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	bad := valid()
	bad.key = "stranger"
	if got := f.deliver(t, bad); got.status != 401 {
		t.Fatalf("bad signature = %d %s, want 401", got.status, got.raw)
	}
	if got := f.deliver(t, valid()); got.status != 201 || got.header.Get("Idempotent-Replayed") != "" {
		t.Errorf("good signature = %d %s, want 201", got.status, got.raw)
	}
}

func TestDelivery_beside_one_that_is_under_way_is_refused(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	begun, end := make(chan struct{}), make(chan struct{})
	f.work = func() {
		close(begun)
		<-end
	}
	req := f.request(t, valid(), strings.NewReader(lead))
	first := make(chan reply, 1)
	go func() { first <- f.send(t, req) }()
	<-begun
	if got := f.deliver(t, valid()); got.status != 409 {
		t.Errorf("beside it = %d %s, want 409", got.status, got.raw)
	}
	close(end)
	if got := <-first; got.status != 201 {
		t.Errorf("the first = %d %s, want 201", got.status, got.raw)
	}
	if got := f.deliver(t, valid()); got.status != 201 || got.header.Get("Idempotent-Replayed") != "true" {
		t.Errorf("after it = %d %s, want its answer", got.status, got.raw)
	}
}

func TestFaults_may_redirect(t *testing.T) {
	t.Parallel()
	for _, status := range []int{308, 410, 429, 503} {
		w := httptest.NewRecorder()
		custom.WriteError(w, httptest.NewRequest(http.MethodPost, "/a", http.NoBody), status)
		if w.Code != status || (w.Header().Get("Location") == "a/moved") != (status == 308) {
			t.Errorf("%d = %d, Location %q", status, w.Code, w.Header().Get("Location"))
		}
	}
}

func TestNew_refuses_endpoints(t *testing.T) {
	t.Parallel()
	for name, e := range map[string]custom.Endpoint{
		"no secret":               {TenantID: "a"},
		"a secret without prefix": {TenantID: "a", Secrets: []string{base64.StdEncoding.EncodeToString([]byte(newKey))}},
		"a short secret":          {TenantID: "a", Secrets: []string{secret("short")}},
		"a path without slash":    {TenantID: "a", Path: "a", Secrets: []string{secret(newKey)}},
	} {
		if _, err := custom.New(custom.Config{Endpoints: []custom.Endpoint{e}}); err == nil {
			t.Errorf("%s: err = nil, want one", name)
		}
	}
}
