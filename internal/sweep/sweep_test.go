package sweep_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.opentelemetry.io/otel/trace"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/store"
	"github.com/your-org/multi-tenant-pipeline/internal/sweep"
	"github.com/your-org/multi-tenant-pipeline/internal/topic"
)

// turns hands out one slice of due rows after the other.
type turns struct {
	rows   [][]store.Due
	err    error
	except [][]string // of each turn
}

func (s *turns) TakeDue(_ context.Context, _ int, except ...string) ([]store.Due, error) {
	s.except = append(s.except, except)
	if len(s.rows) == 0 {
		return nil, s.err
	}
	next := s.rows[0]
	s.rows = s.rows[1:]
	return next, nil
}

// published records what was announced, with the trace that it belongs to.
type published struct {
	got []string
	err error
}

func (p *published) Publish(ctx context.Context, name topic.Name, m topic.Message) error {
	p.got = append(p.got, string(name)+" "+m.RequestID+m.Destination+" "+trace.SpanContextFromContext(ctx).TraceID().String()[:4])
	return p.err
}

const parent = "00-abcd0000000000000000000000000001-00f067aa0ba902b7-01"

func newSweeper(rows *turns) (*sweep.Sweeper, *published) {
	p := &published{}
	return &sweep.Sweeper{Config: sweep.Config{Each: 10, Repeats: 2, Budget: time.Minute}, Due: rows, Publisher: p}, p
}

func TestWhatIsDueIsAnnouncedOnItsTopicUntilNothingIsLeft(t *testing.T) {
	t.Parallel()
	s, p := newSweeper(&turns{rows: [][]store.Due{
		{{RequestID: "req_1", Status: request.Received, TraceParent: parent}, {RequestID: "req_2", Status: request.Pushed, TraceParent: parent}},
		{{RequestID: "req_3", Destination: "hubspot", Status: "pending", TraceParent: parent}},
	}})
	n, err := s.Sweep(t.Context())
	if err != nil || n != 3 {
		t.Fatalf("got %d, %v", n, err)
	}
	want := []string{"request-received req_1 abcd", "request-pushed req_2 abcd", "delivery-due req_3hubspot abcd"}
	if diff := cmp.Diff(want, p.got); diff != "" {
		t.Error(diff)
	}
}

func TestRowsThatWereAnnouncedInVainLeaveTheirPlaceToOthers(t *testing.T) {
	t.Parallel()
	row := func(tenant string, before int64) store.Due {
		return store.Due{TenantID: tenant, RequestID: "req_1", Status: request.Received, Announced: before}
	}
	rows := &turns{rows: [][]store.Due{
		{row("new", 0), row("backlog", 1)}, {row("new", 0), row("backlog", 3)}, {row("new", 0)},
	}}
	s, p := newSweeper(rows)
	if _, err := s.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([][]string{nil, nil, {"backlog/received"}, {"backlog/received"}}, rows.except); diff != "" {
		t.Error(diff)
	}
	if len(p.got) != 5 {
		t.Errorf("%d rows were announced, want all 5 that were taken", len(p.got))
	}
}

func TestARowThatCannotBeAnnouncedDoesNotStopTheOthers(t *testing.T) {
	t.Parallel()
	s, p := newSweeper(&turns{rows: [][]store.Due{{{RequestID: "req_1", Status: request.Received}, {RequestID: "req_2", Status: request.Received}}}})
	p.err = errors.New("pubsub is down")
	if _, err := s.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	if len(p.got) != 2 {
		t.Errorf("got %d announcements, want 2", len(p.got))
	}
}

func TestTheSchedulerIsToldWhenTheStoreIsAway(t *testing.T) {
	t.Parallel()
	s, _ := newSweeper(&turns{err: errors.New("unavailable")})
	w := httptest.NewRecorder()
	s.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/sweep", nil))
	if w.Code != http.StatusInternalServerError {
		t.Errorf("got %d", w.Code)
	}
}

// backlog hands out a row and then has more than there is time for.
type backlog struct{}

func (backlog) TakeDue(ctx context.Context, _ int, _ ...string) ([]store.Due, error) {
	<-ctx.Done()
	return []store.Due{{RequestID: "req_1", Status: request.Received}}, ctx.Err()
}

// live takes announcements only as long as there is time.
type live struct{ got int }

func (l *live) Publish(ctx context.Context, _ topic.Name, _ topic.Message) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	l.got++
	return nil
}

func TestWhatWasTakenIsAnnouncedThoughTheTimeIsOver(t *testing.T) {
	t.Parallel()
	l := &live{}
	s := &sweep.Sweeper{Config: sweep.Config{Each: 10, Budget: time.Millisecond}, Due: backlog{}, Publisher: l}
	n, err := s.Sweep(t.Context())
	if err != nil || n != 1 {
		t.Errorf("got %d, %v; the end of the time is no failure", n, err)
	}
	if l.got != 1 {
		t.Errorf("got %d announcements, want 1", l.got)
	}
}
