package store_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"cloud.google.com/go/civil"
	"github.com/google/go-cmp/cmp"

	"github.com/your-org/multi-tenant-pipeline/internal/job"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/stage"
	"github.com/your-org/multi-tenant-pipeline/internal/store"
	"github.com/your-org/multi-tenant-pipeline/internal/store/storetest"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

// canary stands in everything that the owner has.
const canary = "canary-hummingbird"

// method is how a test calls a method of Scope, with ids of the owner's.
type method struct {
	call    func(ctx context.Context, s *store.Scope, x storetest.Things) (any, error)
	shows   bool // the owner's own call returns the canary
	changes bool // the owner's own call changes what the owner has
	counts  bool // the owner's own call returns a number above zero
	walks   bool // it is not told ids, and must not tell the owner's, not even as a place in a list
	private bool // it reads and writes nothing
}

// methods are all of Scope's; the test fails for one that is not here.
var methods = map[string]method{
	"Accept": {changes: true, call: func(ctx context.Context, s *store.Scope, x storetest.Things) (any, error) {
		return s.Accept(ctx, request.Intake{Change: true, BodyHash: "new", Request: &request.Request{ // of the owner's request
			TenantID: owner, ID: x.Fresh, Kind: request.Call, Namespace: request.NamespaceCall, ExternalID: "x",
		}})
	}},
	"Audit": {changes: true, call: func(ctx context.Context, s *store.Scope, _ storetest.Things) (any, error) {
		return nil, s.Audit(ctx, "ann", "transcript.read", "x")
	}},
	"AuditLog": {shows: true, call: func(ctx context.Context, s *store.Scope, _ storetest.Things) (any, error) {
		lines, _, err := s.AuditLog(ctx, store.AuditFilter{Limit: 10})
		return lines, err
	}},
	"Changes": {shows: true, walks: true, call: func(ctx context.Context, s *store.Scope, _ storetest.Things) (any, error) {
		rows, next, err := s.Changes(ctx, store.Position{}, 10)
		return []any{rows, next}, err
	}},
	"Request": {shows: true, call: func(ctx context.Context, s *store.Scope, x storetest.Things) (any, error) {
		return s.Request(ctx, x.Done)
	}},
	"Transcript": {shows: true, call: func(ctx context.Context, s *store.Scope, x storetest.Things) (any, error) {
		return s.Transcript(ctx, x.Done)
	}},
	"Answer": {shows: true, call: func(ctx context.Context, s *store.Scope, x storetest.Things) (any, error) {
		return s.Answer(ctx, x.Done)
	}},
	"Analysis": {shows: true, call: func(ctx context.Context, s *store.Scope, x storetest.Things) (any, error) {
		return s.Analysis(ctx, x.Done)
	}},
	"Notices": {shows: true, call: func(ctx context.Context, s *store.Scope, x storetest.Things) (any, error) {
		return s.Notices(ctx, x.Done)
	}},
	"Events": {shows: true, call: func(ctx context.Context, s *store.Scope, x storetest.Things) (any, error) {
		return s.Events(ctx, x.Done)
	}},
	"Claim": {shows: true, changes: true, call: func(ctx context.Context, s *store.Scope, x storetest.Things) (any, error) {
		return s.Claim(ctx, stage.Wanted{RequestID: x.Fresh, Run: 1, From: request.Received, Lease: time.Minute, Limit: 5})
	}},
	"Corrections": {shows: true, call: func(ctx context.Context, s *store.Scope, x storetest.Things) (any, error) {
		return s.Corrections(ctx, x.Done)
	}},
	"Correct": {changes: true, call: func(ctx context.Context, s *store.Scope, x storetest.Things) (any, error) {
		return s.Correct(ctx, x.Done, store.Correcting{Actor: "ann", Values: []request.Correction{{Field: "timeline", Value: []byte(`"immediate"`)}}})
	}},
	"Assessed": {shows: true, walks: true, call: func(ctx context.Context, s *store.Scope, _ storetest.Things) (any, error) {
		newest, err := s.Assessed(ctx, store.Filter{Limit: 1})
		finished, err2 := s.Assessed(ctx, store.Filter{Limit: 1, Status: request.Completed})
		return []store.AssessedPage{newest, finished}, errors.Join(err, err2)
	}},
	"AuditEach": {changes: true, call: func(ctx context.Context, s *store.Scope, _ storetest.Things) (any, error) {
		return nil, s.AuditEach(ctx, "ann", "transcript.export", []string{"x", "y"})
	}},
	"Corrected": {shows: true, walks: true, call: func(ctx context.Context, s *store.Scope, _ storetest.Things) (any, error) {
		found, next, err := s.Corrected(ctx, "", 1)
		return []any{found, next}, err
	}},
	"Reassess": {changes: true, call: func(ctx context.Context, s *store.Scope, x storetest.Things) (any, error) {
		return s.Reassess(ctx, x.Done, rated(42, 1))
	}},
	"SourceCounts": {shows: true, call: func(ctx context.Context, s *store.Scope, _ storetest.Things) (any, error) {
		return s.SourceCounts(ctx, "callrail", time.Now().Add(-48*time.Hour), time.Now().Add(48*time.Hour))
	}},
	"LastDeliveries": {counts: true, call: func(ctx context.Context, s *store.Scope, _ storetest.Things) (any, error) {
		last, err := s.LastDeliveries(ctx, []string{"callrail"})
		if last["callrail"].IsZero() {
			return 0, err
		}
		return len(last), err
	}},
	"DeadLetters": {shows: true, walks: true, call: func(ctx context.Context, s *store.Scope, _ storetest.Things) (any, error) {
		return s.DeadLetters(ctx, store.LetterFilter{State: store.LetterOpen, Limit: 10})
	}},
	"Deliveries": {shows: true, call: func(ctx context.Context, s *store.Scope, x storetest.Things) (any, error) {
		return s.Deliveries(ctx, x.Done)
	}},
	"ClaimDelivery": {shows: true, changes: true, call: func(ctx context.Context, s *store.Scope, x storetest.Things) (any, error) {
		return s.ClaimDelivery(ctx, x.Done, "pending", time.Minute, 5)
	}},
	"Remains": {shows: true, call: func(ctx context.Context, s *store.Scope, x storetest.Things) (any, error) {
		return s.Remains(ctx, x.Done)
	}},
	"EraseRequest": {changes: true, call: func(ctx context.Context, s *store.Scope, x storetest.Things) (any, error) {
		return s.EraseRequest(ctx, x.Done)
	}},
	"DeleteRequest": {changes: true, call: func(ctx context.Context, s *store.Scope, x storetest.Things) (any, error) {
		return s.DeleteRequest(ctx, x.Gone)
	}},
	"SetHold": {changes: true, call: func(ctx context.Context, s *store.Scope, x storetest.Things) (any, error) {
		return nil, s.SetHold(ctx, x.Done, true, "ann")
	}},
	"CreateJob": {changes: true, call: func(ctx context.Context, s *store.Scope, x storetest.Things) (any, error) {
		return nil, s.CreateJob(ctx, job.Job{ID: x.Job + "2", Kind: job.Export, Input: []byte(`{}`), Actor: "ann"})
	}},
	"Job": {shows: true, call: func(ctx context.Context, s *store.Scope, x storetest.Things) (any, error) { return s.Job(ctx, x.Job) }},
	"Jobs": {shows: true, call: func(ctx context.Context, s *store.Scope, _ storetest.Things) (any, error) {
		return s.Jobs(ctx, store.JobFilter{Limit: 10})
	}},
	"PauseJob": {changes: true, call: func(ctx context.Context, s *store.Scope, x storetest.Things) (any, error) {
		return s.PauseJob(ctx, "ann", x.Job)
	}},
	"CancelJob": {changes: true, call: func(ctx context.Context, s *store.Scope, x storetest.Things) (any, error) {
		return s.CancelJob(ctx, "ann", x.Job)
	}},
	"ResumeJob": {changes: true, call: func(ctx context.Context, s *store.Scope, x storetest.Things) (any, error) {
		return s.ResumeJob(ctx, "ann", x.Paused)
	}},
	"Lock": {changes: true, call: func(ctx context.Context, s *store.Scope, _ storetest.Things) (any, error) {
		lease, err := s.Lock(ctx, "credentials/x", time.Minute)
		if err != nil {
			return nil, err
		}
		return lease.Note(), nil
	}},
	"List": {shows: true, walks: true, call: func(ctx context.Context, s *store.Scope, _ storetest.Things) (any, error) {
		byTime, err := s.List(ctx, store.Filter{Limit: 1})
		byWords, err2 := s.List(ctx, store.Filter{Limit: 1, Words: canary})
		byPerson, err3 := s.List(ctx, store.Filter{Limit: 1, People: []string{"phone:+13035550142"}})
		return []store.Page{byTime, byWords, byPerson}, errors.Join(err, err2, err3)
	}},
	"Original": {shows: true, call: func(ctx context.Context, s *store.Scope, x storetest.Things) (any, error) {
		r, hash, err := s.Original(ctx, x.Done)
		return []any{r, hash}, err
	}},
	"PutPause": {changes: true, call: func(ctx context.Context, s *store.Scope, _ storetest.Things) (any, error) {
		return nil, s.PutPause(ctx, tenant.Pause{Subject: tenant.PauseModel, Reason: "x", Actor: "ann"})
	}},
	"DeletePause": {changes: true, call: func(ctx context.Context, s *store.Scope, _ storetest.Things) (any, error) {
		return nil, s.DeletePause(ctx, "ann", tenant.PauseAll)
	}},
	"Pauses": {shows: true, call: func(ctx context.Context, s *store.Scope, _ storetest.Things) (any, error) { return s.Pauses(ctx) }},
	"PersonKeys": {private: true, call: func(_ context.Context, s *store.Scope, _ storetest.Things) (any, error) {
		return s.PersonKeys("+13035550142", "", "US"), nil
	}},
	"PersonFlags": {counts: true, call: func(ctx context.Context, s *store.Scope, x storetest.Things) (any, error) {
		flags, err := s.PersonFlags(ctx, x.Keys)
		if flags.OptedOutAt.IsZero() {
			return 0, err
		}
		return 1, err
	}},
	"FlagErased": {changes: true, call: func(ctx context.Context, s *store.Scope, x storetest.Things) (any, error) {
		return nil, s.FlagErased(ctx, x.Keys, time.Now(), "ann")
	}},
	"SetOptOut": {changes: true, call: func(ctx context.Context, s *store.Scope, x storetest.Things) (any, error) {
		return nil, s.SetOptOut(ctx, x.Keys, false, "ann")
	}},
	"OptedOut": {counts: true, call: func(ctx context.Context, s *store.Scope, x storetest.Things) (any, error) {
		out, err := s.OptedOut(ctx, x.Done)
		return number(out), err
	}},
	"PersonRequests": {counts: true, call: func(ctx context.Context, s *store.Scope, x storetest.Things) (any, error) {
		return size(s.PersonRequests(ctx, store.PersonPage{Key: x.Keys[0], Until: time.Now().Add(time.Hour), Limit: 10}))
	}},
	"CountPerson": {counts: true, call: func(ctx context.Context, s *store.Scope, x storetest.Things) (any, error) {
		requests, held, err := s.CountPerson(ctx, x.Keys)
		return int(requests + held), err
	}},
	"EraseContacts": {changes: true, counts: true, call: func(ctx context.Context, s *store.Scope, x storetest.Things) (any, error) {
		return s.EraseContacts(ctx, x.Alone)
	}},
	"TakeQuota": {changes: true, call: func(ctx context.Context, s *store.Scope, _ storetest.Things) (any, error) {
		return s.TakeQuota(ctx, "forms", civil.DateOf(time.Now()), 100, 1)
	}},
	"Requeue": {changes: true, call: func(ctx context.Context, s *store.Scope, x storetest.Things) (any, error) {
		return s.Requeue(ctx, x.Done, store.Requeue{Actor: "ann", From: request.Pushed})
	}},
	"Old": {counts: true, call: func(ctx context.Context, s *store.Scope, _ storetest.Things) (any, error) {
		return size(s.Old(ctx, time.Time{}, store.Cursor{ReceivedAt: time.Now().Add(time.Hour)}, 10))
	}},
	"ExpireRecording": {changes: true, call: func(ctx context.Context, s *store.Scope, x storetest.Things) (any, error) {
		return s.ExpireRecording(ctx, x.Done)
	}},
	"ExpireTranscript": {changes: true, call: func(ctx context.Context, s *store.Scope, x storetest.Things) (any, error) {
		return s.ExpireTranscript(ctx, x.Done)
	}},
	"StuckDeliveries": {counts: true, call: func(ctx context.Context, s *store.Scope, _ storetest.Things) (any, error) {
		return size(s.StuckDeliveries(ctx, "parked", 10))
	}},
	"RetryDeliveries": {changes: true, counts: true, call: func(ctx context.Context, s *store.Scope, _ storetest.Things) (any, error) {
		return s.RetryDeliveries(ctx, "ann", "parked")
	}},
	"RetryDelivery": {changes: true, call: func(ctx context.Context, s *store.Scope, x storetest.Things) (any, error) {
		return nil, s.RetryDelivery(ctx, "ann", x.Done, "parked")
	}},
	"SourceStates": {shows: true, call: func(ctx context.Context, s *store.Scope, _ storetest.Things) (any, error) { return s.SourceStates(ctx) }},
	"SourceState": {shows: true, call: func(ctx context.Context, s *store.Scope, _ storetest.Things) (any, error) {
		return s.SourceState(ctx, "callrail")
	}},
	"PutSourceState": {changes: true, call: func(ctx context.Context, s *store.Scope, _ storetest.Things) (any, error) {
		return nil, s.PutSourceState(ctx, "callrail", tenant.SourceState{})
	}},
	"Known": {counts: true, call: func(ctx context.Context, s *store.Scope, x storetest.Things) (any, error) {
		known, err := s.Known(ctx, []string{x.Done})
		return len(known), err
	}},
	"Outcomes": {counts: true, call: func(ctx context.Context, s *store.Scope, _ storetest.Things) (any, error) {
		return size(s.Outcomes(ctx, aroundNow()))
	}},
	"Timings": {counts: true, call: func(ctx context.Context, s *store.Scope, _ storetest.Things) (any, error) {
		return size(s.Timings(ctx, aroundNow(), 10))
	}},
	"Stats": {counts: true, call: func(ctx context.Context, s *store.Scope, _ storetest.Things) (any, error) {
		stats, err := s.Stats(ctx, store.ByDay, aroundNow())
		if err != nil {
			return 0, err
		}
		return int(stats.Total.Requests), nil
	}},
	"SpentUSD": {counts: true, call: func(ctx context.Context, s *store.Scope, _ storetest.Things) (any, error) {
		spent, err := s.SpentUSD(ctx, aroundNow())
		return int(spent), err
	}},
	"ReceivedAt": {private: true}, // of the tests
	"Tenant":     {shows: true, call: func(ctx context.Context, s *store.Scope, _ storetest.Things) (any, error) { return s.Tenant(ctx) }},
	"UpdateTenant": {changes: true, call: func(ctx context.Context, s *store.Scope, _ storetest.Things) (any, error) {
		return nil, s.UpdateTenant(ctx, store.TenantChange{Actor: "ann", Action: "tenant.put", Target: "x"}, func(t *tenant.Tenant) error {
			t.Name = "changed"
			return nil
		})
	}},
}

func TestNoMethodReachesAnotherTenant(t *testing.T) {
	t.Parallel()
	scope := reflect.TypeFor[*store.Scope]()
	for i := range scope.NumMethod() {
		if _, covered := methods[scope.Method(i).Name]; !covered {
			t.Errorf("%s is not covered: say in methods how to call it", scope.Method(i).Name)
		}
	}
	for name := range methods {
		if _, there := scope.MethodByName(name); !there {
			t.Errorf("%s is not a method any more", name)
		}
	}
	f := newFixture(t)
	before := storetest.Dump(t, f.config, owner)
	for _, changes := range []bool{false, true} { // what a stranger makes for itself is no leak
		for name, m := range methods {
			if m.changes != changes {
				continue
			}
			for _, leak := range f.seen(t, m) {
				t.Errorf("%s: %s", name, leak)
			}
		}
	}
	if diff := cmp.Diff(before, storetest.Dump(t, f.config, owner)); diff != "" {
		t.Errorf("a stranger's calls changed what the owner has:\n%s", diff)
	}
	f.checkOwner(t)
}

// TestAMissingTenantConditionIsSeen takes the tenant out of every statement on its way to
// the database: each method that sends one must then be seen to reach the other tenant.
func TestAMissingTenantConditionIsSeen(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	condition := regexp.MustCompile(`([a-z]\.)?tenant_id = @tenant`)
	sent := 0
	for name, m := range methods {
		if m.private || m.changes { // statements only read; what changes rows names them by key
			continue
		}
		f.wire.Seen()
		if _, err := m.call(t.Context(), f.store.ForTenant(stranger), f.owned); err != nil && !errors.Is(err, store.ErrNotFound) {
			t.Fatalf("%s: %v", name, err)
		}
		statements := f.wire.Seen()
		if len(statements) == 0 {
			continue
		}
		sent++
		for _, sql := range statements {
			if !condition.MatchString(sql) {
				t.Errorf("%s sends a statement without %s:\n%s", name, condition, sql)
			}
		}
		f.wire.Rewrite(func(sql string) string { return condition.ReplaceAllString(sql, "@tenant IS NOT NULL") })
		if len(f.seen(t, m)) == 0 {
			t.Errorf("%s: the test does not see that the tenant is missing in\n%s", name, strings.Join(statements, "\n"))
		}
		f.wire.Rewrite(nil)
	}
	if sent < 6 {
		t.Errorf("%d methods sent a statement: the test no longer sees them", sent)
	}
}

// seen returns what a stranger's call of the method shows of the owner.
func (f *fixture) seen(t *testing.T, m method) []string {
	t.Helper()
	if m.private {
		return nil
	}
	result, err := m.call(t.Context(), f.store.ForTenant(stranger), f.owned)
	text, jsonErr := json.Marshal(result)
	if jsonErr != nil {
		t.Fatal(jsonErr)
	}
	var found []string
	if strings.Contains(string(text), canary) || err != nil && strings.Contains(err.Error(), canary) {
		found = append(found, fmt.Sprintf("the stranger sees %s, %v", text, err))
	}
	if n, counted := result.(int); counted && n != 0 && m.counts {
		found = append(found, fmt.Sprintf("the stranger counts %d", n))
	}
	if m.walks && (strings.Contains(string(text), f.owned.Done) || strings.Contains(string(text), f.owned.Fresh) || strings.Contains(string(text), f.owned.Gone)) {
		found = append(found, fmt.Sprintf("the stranger learns a request's id: %s", text))
	}
	return found
}

// checkOwner fails if the owner's own calls have nothing to see or to change: that a stranger
// sees and changes nothing would then prove nothing.
func (f *fixture) checkOwner(t *testing.T) {
	t.Helper()
	before := storetest.Dump(t, f.config, owner)
	for name, m := range methods {
		if !m.changes && !m.private {
			f.own(t, name, m)
		}
	}
	if diff := cmp.Diff(before, storetest.Dump(t, f.config, owner)); diff != "" {
		t.Errorf("a method that only reads changed something:\n%s", diff)
	}
	for name, m := range methods {
		if !m.changes {
			continue
		}
		f.own(t, name, m)
		after := storetest.Dump(t, f.config, owner)
		if cmp.Equal(before, after) {
			t.Errorf("%s: the owner's call changes nothing", name)
		}
		f.owned = storetest.Furnish(t, f.store, owner, canary) // what it changed may be what the next one needs
		before = storetest.Dump(t, f.config, owner)
	}
}

func (f *fixture) own(t *testing.T, name string, m method) {
	t.Helper()
	result, err := m.call(t.Context(), f.store.ForTenant(owner), f.owned)
	if err != nil {
		t.Errorf("%s: the owner's own call: %v", name, err)
	}
	text, jsonErr := json.Marshal(result)
	if jsonErr != nil {
		t.Fatal(jsonErr)
	}
	if m.shows && !strings.Contains(string(text), canary) {
		t.Errorf("%s: the owner does not see the canary in %s", name, text)
	}
	if n, counted := result.(int); m.counts && (!counted || n == 0) {
		t.Errorf("%s: the owner counts nothing: %s", name, text)
	}
}
