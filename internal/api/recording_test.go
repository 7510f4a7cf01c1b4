package api_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/api"
	"github.com/your-org/multi-tenant-pipeline/internal/api/access"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/stage"
	"github.com/your-org/multi-tenant-pipeline/internal/store"
)

// unsigned is an audit log that refuses to take a line once it is broken.
type unsigned struct {
	api.Scope
	broken *bool
	lines  *[]string
}

func (u unsigned) Audit(_ context.Context, _, action, target string) error {
	if *u.broken {
		return errors.New("no space left")
	}
	*u.lines = append(*u.lines, action+" "+target)
	return nil
}

func TestARecordingIsGivenForAFewMinutesAndOnlyWithATrace(t *testing.T) {
	t.Parallel()
	var lines []string
	var broken bool
	w := newWorld(t, func(s api.Scope) api.Scope { return unsigned{s, &broken, &lines} })
	token := w.token(t, access.TenantViewer, demo)
	id := w.call(t, demo, "CAL1")
	path := requestPath(demo, id) + "/recording"
	if got := w.get(t, path, token); got.status != http.StatusNotFound || len(lines) > 0 {
		t.Errorf("without audio: %d, audited %v", got.status, lines)
	}
	w.step(t, demo, id, request.Received, func(c *store.Claim) stage.Result {
		c.Request.Recording = request.Recording{Object: "recordings/a", ContentType: "audio/wav", DurationS: 61.5}
		return stage.Result{Transcript: &request.Transcript{Origin: request.OriginSpeech}}
	})
	before := time.Now()
	got := w.get(t, path, token)
	if got.status != http.StatusOK {
		t.Fatalf("%d %s", got.status, got.body)
	}
	link := decode[api.RecordingLink](t, got)
	if link.URL != "https://storage.example.com/recordings/a?type=audio/wav&ttl=5m0s" || link.ContentType != "audio/wav" || link.DurationS != 61.5 {
		t.Errorf("link %+v", link)
	}
	if e := link.ExpiresAt; e.Before(before.Add(5*time.Minute)) || e.After(time.Now().Add(5*time.Minute)) {
		t.Errorf("expires at %v, want in five minutes", e)
	}
	if len(lines) != 1 || lines[0] != "recording.read "+id {
		t.Errorf("audited %v", lines)
	}
	if got := w.get(t, path, w.token(t, access.TenantAdmin, other)); got.status != http.StatusNotFound {
		t.Errorf("another tenant's: %d", got.status)
	}
	if got := w.get(t, requestPath(other, id)+"/recording", w.token(t, access.TenantAdmin, other)); got.status != http.StatusNotFound {
		t.Errorf("under another tenant's address: %d", got.status)
	}
	broken = true
	if got := w.get(t, path, token); got.status != http.StatusInternalServerError || strings.Contains(string(got.body), "storage.example.com") {
		t.Errorf("without an audit log: %d %s", got.status, got.body)
	}
}
