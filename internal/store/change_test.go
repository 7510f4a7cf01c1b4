package store_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/stage"
	"github.com/your-org/multi-tenant-pipeline/internal/store"
)

// modification is what CallRail says of the call CAL1 later.
func modification(hash string, d request.Details) request.Intake {
	in := call("CAL1")
	in.Change, in.BodyHash, in.Request.Details = true, hash, d
	return in
}

func TestAModificationIsNotLostToAStepThatSavesItsOlderCopy(t *testing.T) {
	t.Parallel()
	event := request.Event{Step: "transcribe", Name: "done"}
	saves := map[string]func(*testing.T, *store.Claim) error{
		"checkpoint": func(t *testing.T, c *store.Claim) error { return c.Checkpoint(t.Context(), c.Request) },
		"advance": func(t *testing.T, c *store.Claim) error {
			return c.Advance(t.Context(), request.Transcribed, stage.Result{}, event)
		},
		"postpone": func(t *testing.T, c *store.Claim) error {
			return c.Postpone(t.Context(), time.Now().Add(time.Hour), "wait", false, event)
		},
		"fail": func(t *testing.T, c *store.Claim) error { return c.Fail(t.Context(), "no", event) },
	}
	for name, save := range saves {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, _ := newStore(t)
			scope, in := s.ForTenant(demo), call("CAL1")
			accept(t, scope, in)
			claim, err := scope.Claim(t.Context(), wanted(in, request.Received))
			must(t, err)
			claim.Request.Details.City = "Denver" // what the step found out itself
			accept(t, scope, modification("m1", request.Details{Answered: true, Tags: []string{"vip"}, Note: "call back"}))
			must(t, save(t, claim))
			got, err := scope.Request(t.Context(), in.Request.ID)
			must(t, err)
			want := request.Details{Answered: true, Tags: []string{"vip"}, Note: "call back", City: "Denver"}
			if diff := cmp.Diff(want, got.Details); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(want, claim.Request.Details); diff != "" {
				t.Errorf("the step goes on with an older copy: %s", diff)
			}
		})
	}
}

func TestTheFirstAudioIsNotLostToAStepThatIsJustGivingUpOnIt(t *testing.T) {
	t.Parallel()
	s, _ := newStore(t)
	scope, in := s.ForTenant(demo), call("CAL1")
	accept(t, scope, in)
	claim, err := scope.Claim(t.Context(), wanted(in, request.Received))
	must(t, err)
	got, err := scope.Accept(t.Context(), modification("m1", request.Details{HasRecording: true}))
	must(t, err)
	want := request.Acceptance{Outcome: request.Updated, Status: request.Received, Run: 2, Announce: true}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	claim.Request.Recording.Absent = "never_came"
	if err := claim.Advance(t.Context(), request.Transcribed, stage.Result{}, request.Event{Step: "transcribe", Name: "done"}); err == nil {
		t.Error("the step went on without the audio")
	}
}

func TestAModificationThatSaysNothingNewOfTheAudioLeavesTheStepAlone(t *testing.T) {
	t.Parallel()
	s, _ := newStore(t)
	scope, in := s.ForTenant(demo), call("CAL1")
	in.Request.Details.HasRecording = true
	accept(t, scope, in)
	claim, err := scope.Claim(t.Context(), wanted(in, request.Received))
	must(t, err)
	accept(t, scope, modification("m1", request.Details{HasRecording: true, Note: "call back"}))
	must(t, claim.Checkpoint(t.Context(), claim.Request))
}

func TestWhatIsLongerThanItsColumnIsCutNotLost(t *testing.T) {
	t.Parallel()
	s, _ := newStore(t)
	long := strings.Repeat("ü", 2000)
	in := call("CAL1")
	in.ContentType, in.Request.TraceParent = long, long
	in.Request.Caller = request.Caller{Name: "Dana \xff", Phone: long, Email: long}
	in.Request.Details.Source = long
	got, err := s.ForTenant(demo).Accept(t.Context(), in)
	must(t, err)
	if got.Outcome != request.Accepted {
		t.Errorf("got %s", got.Outcome)
	}
}

func TestWhatANewRunSkipsIsNoLongerDueFromTheOldOne(t *testing.T) {
	t.Parallel()
	s, clock := newStore(t)
	scope, in := s.ForTenant(demo), call("CAL1")
	accept(t, scope, in)
	plan := func(run int64, p store.Plan) []*store.DeliveryClaim {
		for _, from := range []request.Status{request.Received, request.Transcribed, request.Analyzed} {
			w := wanted(in, from)
			w.Run = run
			claim, err := scope.Claim(t.Context(), w)
			must(t, err)
			if from == request.Analyzed {
				claims, err := claim.PlanDeliveries(t.Context(), []store.Plan{p}, time.Minute)
				must(t, err)
				return claims
			}
			next := map[request.Status]request.Status{request.Received: request.Transcribed, request.Transcribed: request.Analyzed}[from]
			must(t, claim.Advance(t.Context(), next, stage.Result{}, request.Event{Step: "test", Name: "done"}))
		}
		return nil
	}
	claims := plan(1, store.Plan{Destination: "hubspot", Connector: "hubspot"})
	down := store.Settlement{State: request.DeliveryPending, DueAt: clock.Now().Add(time.Hour), Attempt: true}
	must(t, claims[0].Settle(t.Context(), down, request.Event{Step: "push", Name: "delivery_pending"}))
	accept(t, scope, modification("m1", request.Details{HasRecording: true}))
	plan(2, store.Plan{Destination: "hubspot", Connector: "hubspot", Skip: "spam"})
	all, err := scope.Deliveries(t.Context(), in.Request.ID)
	must(t, err)
	if all[0].State != request.DeliverySkipped || !all[0].DueAt.IsZero() {
		t.Errorf("got %s, due at %s", all[0].State, all[0].DueAt)
	}
}
