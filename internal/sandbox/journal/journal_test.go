package journal_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/your-org/multi-tenant-pipeline/internal/sandbox/fault"
	"github.com/your-org/multi-tenant-pipeline/internal/sandbox/journal"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func TestHTTPRecordsWhatWasAskedAndAnswered(t *testing.T) {
	t.Parallel()
	j := journal.New(func() time.Time { return noon })
	faults := fault.New(1)
	if err := faults.Replace([]fault.Fault{
		{System: "hubspot", PathPrefix: "/broken", Drop: fault.DropBefore},
		{System: "hubspot", PathPrefix: "/lost", Drop: fault.DropAfter},
	}); err != nil {
		t.Fatal(err)
	}
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if tenant := r.Header.Get("Tenant"); tenant != "" {
			journal.SetTenant(r.Context(), tenant)
		}
		if r.URL.Path == "/missing" {
			http.NotFound(w, r)
		}
		_, _ = io.WriteString(w, "") // an answer without WriteHeader
	})
	server := httptest.NewServer(j.HTTP("hubspot", faults.HTTP("hubspot", nil, handler)))
	defer server.Close()
	post(t, server.URL+"/made?hapikey=secret", "a")
	post(t, server.URL+"/missing", "b")
	post(t, server.URL+"/broken", "a")
	post(t, server.URL+"/lost", "a")

	want := []journal.Entry{
		{Time: noon, Method: "POST", Path: "/made", Status: 200, TenantID: "a"},
		{Time: noon, Method: "POST", Path: "/missing", Status: 404, TenantID: "b"},
		{Time: noon, Method: "POST", Path: "/broken", Status: 0},
		{Time: noon, Method: "POST", Path: "/lost", Status: 0, TenantID: "a"},
	}
	if diff := cmp.Diff(want, j.Requests("hubspot", "")); diff != "" {
		t.Errorf("all requests (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]journal.Entry{want[1], want[2]}, j.Requests("hubspot", "b")); diff != "" {
		t.Errorf("requests of tenant b and of nobody (-want +got):\n%s", diff)
	}
	if got := j.Requests("slack", ""); got == nil || len(got) != 0 {
		t.Errorf("requests of another system: got %v, want an empty list", got)
	}
	j.Reset()
	if got := j.Requests("hubspot", ""); len(got) != 0 {
		t.Errorf("after Reset: got %v", got)
	}
}

func TestUnaryRecordsTheHTTPEquivalent(t *testing.T) {
	t.Parallel()
	j := journal.New(func() time.Time { return noon })
	info := &grpc.UnaryServerInfo{FullMethod: "/google.cloud.speech.v2.Speech/Recognize"}
	for _, err := range []error{nil, status.Error(codes.NotFound, "gone"), status.Error(codes.DataLoss, "odd")} {
		_, _ = j.Unary("speech")(t.Context(), nil, info, func(ctx context.Context, _ any) (any, error) {
			journal.SetTenant(ctx, "a")
			return nil, err
		})
	}
	var got []int
	for _, e := range j.Requests("speech", "a") {
		if e.Path != info.FullMethod || e.Method != "gRPC" || e.TenantID != "a" {
			t.Errorf("got %+v, want the full method of tenant a", e)
		}
		got = append(got, e.Status)
	}
	if diff := cmp.Diff([]int{200, 404, 500}, got); diff != "" {
		t.Errorf("statuses (-want +got):\n%s", diff)
	}
}

// post ignores the answer: what matters is what the journal says of it.
func post(t *testing.T, url, tenant string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Tenant", tenant)
	if resp, err := http.DefaultClient.Do(req); err == nil {
		_ = resp.Body.Close()
	}
}
