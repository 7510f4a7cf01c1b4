package store_test

import (
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/stage"
	"github.com/your-org/multi-tenant-pipeline/internal/store"
)

// formOf is a form under an id.
func formOf(id, hash string, fields ...request.Field) request.Intake {
	return request.Intake{
		Request: &request.Request{
			TenantID: demo, ID: request.ID(demo, request.NamespaceForm, id), Kind: request.Form,
			Namespace: request.NamespaceForm, ExternalID: id, Details: request.Details{Fields: fields},
		},
		Body: []byte(`{}`), BodyHash: hash, Change: true,
	}
}

// contentOf is a form without an id, sent in one stretch of time.
func contentOf(stretch string) request.Intake {
	before := map[string]string{"b": "a", "c": "b", "d": "c"}[stretch]
	in := formOf("content/"+stretch, "hash")
	in.Change, in.Within = false, 10*time.Minute
	in.Alike = []string{request.ID(demo, request.NamespaceForm, "content/"+before)}
	return in
}

func TestTheSameContentIsAcceptedOnceWithinItsTime(t *testing.T) {
	t.Parallel()
	s, clock := newStore(t)
	scope := s.ForTenant(demo)
	outcome := func(in request.Intake) request.Acceptance {
		t.Helper()
		got, err := scope.Accept(t.Context(), in)
		must(t, err)
		return got
	}
	if got := outcome(contentOf("b")); got.Outcome != request.Accepted || !got.Announce {
		t.Errorf("first: %+v", got)
	}
	if got := outcome(contentOf("b")); got.Outcome != request.Duplicate || got.Original != "" {
		t.Errorf("again: %+v", got)
	}
	clock.Advance(9 * time.Minute)
	if got := outcome(contentOf("c")); got.Outcome != request.Duplicate || got.Original != contentOf("b").Request.ID {
		t.Errorf("nine minutes later, in the next stretch: %+v", got)
	}
	clock.Advance(2 * time.Minute)
	if got := outcome(contentOf("c")); got.Outcome != request.Accepted {
		t.Errorf("eleven minutes later: %+v", got)
	}
}

// A form that was kept until the store was back says when it was sent. The next one of the same
// content may have been committed before it.
func TestAKeptFormIsComparedByWhenItWasSent(t *testing.T) {
	t.Parallel()
	s, clock := newStore(t)
	scope := s.ForTenant(demo)
	kept := func(stretch string, sent time.Time, neighbours ...string) request.Acceptance {
		t.Helper()
		in := contentOf(stretch)
		in.Request.StartedAt, in.Alike = sent, nil
		for _, n := range neighbours {
			in.Alike = append(in.Alike, request.ID(demo, request.NamespaceForm, "content/"+n))
		}
		got, err := scope.Accept(t.Context(), in)
		must(t, err)
		return got
	}
	begin := clock.Now()
	live, err := scope.Accept(t.Context(), contentOf("c"))
	must(t, err)
	clock.Advance(time.Hour)
	if got := kept("b", begin.Add(-9*time.Minute), "a", "c"); live.Outcome != request.Accepted || got.Original != contentOf("c").Request.ID {
		t.Errorf("sent nine minutes before one that is here: %+v, %+v", live, got)
	}
	if got := kept("b", begin.Add(-11*time.Minute), "a", "c"); got.Outcome != request.Accepted {
		t.Errorf("sent eleven minutes before one that is here: %+v", got)
	}
	if got := kept("a", begin.Add(-20*time.Minute), "9", "b"); got.Outcome != request.Duplicate || got.Original != contentOf("b").Request.ID {
		t.Errorf("sent nine minutes before one that was kept as well: %+v", got)
	}
	if got := kept("b", begin.Add(-11*time.Minute), "a", "c"); got.Outcome != request.Duplicate || got.Original != "" {
		t.Errorf("drained again: %+v", got)
	}
}

// Two instances whose clocks differ by a little stand on both sides of a stretch's beginning.
func TestTheSameContentIsAcceptedOnceByManyInstances(t *testing.T) {
	t.Parallel()
	s, _ := newStore(t)
	var mu sync.Mutex
	var wg sync.WaitGroup
	outcomes := map[request.Outcome]int{}
	for range 20 {
		wg.Go(func() {
			got, err := s.ForTenant(demo).Accept(t.Context(), contentOf("b"))
			if err != nil {
				t.Error(err)
			}
			mu.Lock()
			defer mu.Unlock()
			outcomes[got.Outcome]++
		})
	}
	wg.Wait()
	if diff := cmp.Diff(map[request.Outcome]int{request.Accepted: 1, request.Duplicate: 19}, outcomes); diff != "" {
		t.Error(diff)
	}
}

func TestAFormThatIsSentAgainUpdatesItsRow(t *testing.T) {
	t.Parallel()
	name, message := request.Field{Name: "name", Value: "Robin Example"}, request.Field{Name: "message", Value: "A new kitchen"}
	begun := formOf("FRM1", "first", name)
	begun.Request.Caller = request.Caller{Name: "Robin Example"}
	whole := formOf("FOR1", "second", message)
	whole.Request.Caller = request.Caller{Phone: "+13035550142"}
	for _, tt := range []struct {
		name string
		step func(t *testing.T, scope *store.Scope)
		want request.Acceptance
	}{
		{"before anybody has taken it up", func(*testing.T, *store.Scope) {},
			request.Acceptance{Outcome: request.Updated, Status: request.Transcribed, Run: 1}},
		{"while it is analysed", func(t *testing.T, scope *store.Scope) { claimed(t, scope, begun) },
			request.Acceptance{Outcome: request.Updated, Status: request.Transcribed, Run: 2, Announce: true}},
		{"after it was analysed", func(t *testing.T, scope *store.Scope) {
			must(t, claimed(t, scope, begun).Advance(t.Context(), request.Analyzed, stage.Result{}, request.Event{Step: "analyze", Name: "done"}))
		}, request.Acceptance{Outcome: request.Updated, Status: request.Transcribed, Run: 2, Announce: true}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s, _ := newStore(t)
			scope := s.ForTenant(demo)
			accept(t, scope, begun)
			tt.step(t, scope)
			got, err := scope.Accept(t.Context(), whole)
			must(t, err)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
			row, err := scope.Request(t.Context(), begun.Request.ID)
			must(t, err)
			if diff := cmp.Diff([]request.Field{message, name}, row.Details.Fields); diff != "" {
				t.Errorf("fields: %s", diff)
			}
			if diff := cmp.Diff(request.Caller{Name: "Robin Example", Phone: "+13035550142"}, row.Caller); diff != "" {
				t.Errorf("caller: %s", diff)
			}
			if row.Run != tt.want.Run || row.Status != request.Transcribed {
				t.Errorf("run %d, status %s", row.Run, row.Status)
			}
			again, err := scope.Accept(t.Context(), whole)
			must(t, err)
			if again.Outcome != request.Duplicate {
				t.Errorf("again: %+v", again)
			}
			same := whole
			same.BodyHash = "third"
			if again, err = scope.Accept(t.Context(), same); err != nil || again.Outcome != request.Updated || again.Announce || again.Run != row.Run {
				t.Errorf("with nothing new in it: %+v, %v", again, err)
			}
		})
	}
}

func claimed(t *testing.T, scope *store.Scope, in request.Intake) *store.Claim {
	t.Helper()
	claim, err := scope.Claim(t.Context(), wanted(in, request.Transcribed))
	must(t, err)
	return claim
}
