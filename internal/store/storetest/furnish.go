package storetest

import (
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"cloud.google.com/go/civil"

	"github.com/your-org/multi-tenant-pipeline/internal/job"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/stage"
	"github.com/your-org/multi-tenant-pipeline/internal/store"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

// Things are the ids of what Furnish makes.
type Things struct {
	Done        string // a request that has come all the way
	Fresh       string // one that has just arrived
	Gone        string // one that was erased
	Job, Paused string
	Letter      string   // an open dead letter
	Keys        []string // of the person that all requests are about
	Alone       []string // of a contact that no request is about
}

var rounds atomic.Int64

// furnisher fills one tenant.
type furnisher struct {
	testing.TB
	store  *store.Store
	scope  *store.Scope
	tenant string
	word   string
	round  int64
}

// Furnish gives a tenant one of everything that the store keeps, with the word in it, beside
// what it has from earlier calls: isolation is tested with it.
func Furnish(tb testing.TB, s *store.Store, tenantID, word string) Things {
	tb.Helper()
	f := &furnisher{TB: tb, store: s, scope: s.ForTenant(tenantID), tenant: tenantID, word: word, round: rounds.Add(1)}
	f.settings()
	x := Things{
		Done: f.accept("done"), Fresh: f.accept("fresh"), Gone: f.accept("gone"),
		Job: fmt.Sprintf("job_%d", f.round), Paused: fmt.Sprintf("job_%d_paused", f.round), Letter: fmt.Sprintf("dl_%d", f.round),
		Keys: f.scope.PersonKeys("+13035550142", "", "US"), Alone: f.scope.PersonKeys("+13035550199", "", "US"),
	}
	f.finish(x.Done)
	f.repair(x)
	f.jobs(x)
	f.rest(x)
	return x
}

func (f *furnisher) must(err error) {
	f.Helper()
	if err != nil {
		f.Fatal(err)
	}
}

func (f *furnisher) settings() {
	f.Helper()
	f.must(f.store.Operator().PutTenant(f.Context(), f.word, tenant.Tenant{
		ID: f.tenant, Name: f.word, Status: tenant.Active, TimeZone: "UTC", Region: "US",
		Sources: []tenant.Source{{ID: "callrail", Name: f.word, Kind: tenant.SourceCallRail, Status: tenant.Active, CompanyID: f.tenant}},
		Integrations: []tenant.Integration{
			{ID: "done", Name: f.word, Kind: "custom", Status: tenant.Active},
			{ID: "parked", Name: f.word, Kind: "custom", Status: tenant.Active},
		},
	}))
}

// repair makes what people do about requests: a correction and an erasure.
func (f *furnisher) repair(x Things) {
	f.Helper()
	_, err := f.scope.EraseRequest(f.Context(), x.Gone)
	f.must(err)
	_, err = f.scope.Correct(f.Context(), x.Done, store.Correcting{
		Actor: f.word, Values: []request.Correction{{Field: "summary", Value: []byte(`"` + f.word + `"`)}},
	})
	f.must(err)
}

func (f *furnisher) jobs(x Things) {
	f.Helper()
	for _, id := range []string{x.Job, x.Paused} {
		f.must(f.scope.CreateJob(f.Context(), job.Job{ID: id, Kind: job.Export, Input: []byte(`{"word":"` + f.word + `"}`), Actor: f.word}))
	}
	_, err := f.scope.PauseJob(f.Context(), f.word, x.Paused)
	f.must(err)
}

func (f *furnisher) rest(x Things) {
	f.Helper()
	ctx := f.Context()
	f.must(f.scope.PutPause(ctx, tenant.Pause{Subject: tenant.PauseAll, Reason: f.word, Actor: f.word}))
	f.must(f.scope.SetOptOut(ctx, x.Keys, true, f.word))
	f.must(f.scope.PutSourceState(ctx, "callrail", tenant.SourceState{Problem: f.word}))
	_, err := f.scope.TakeQuota(ctx, "forms", civil.DateOf(time.Now()), 100, 1)
	f.must(err)
	_, err = f.store.Operator().KeepDeadLetter(ctx, store.DeadLetter{
		ID: x.Letter, TenantID: f.tenant, RequestID: f.word, Topic: "request-received", Attempts: 1,
		Message: store.LetterMessage{Data: []byte(`{"tenant_id":"` + f.tenant + `","request_id":"` + x.Done + `","run":1}`)},
	})
	f.must(err)
	f.must(f.store.Operator().AddCounts(ctx, []tenant.SourceCount{{
		TenantID: f.tenant, SourceID: "callrail", Outcome: "accepted", Reason: f.word, Count: 1, LastAt: time.Now(),
	}}))
}

// accept commits a call that has cost something already.
func (f *furnisher) accept(external string) string {
	f.Helper()
	external = fmt.Sprintf("%s-%d", external, f.round)
	r := &request.Request{
		TenantID: f.tenant, ID: request.ID(f.tenant, request.NamespaceCall, external), Kind: request.Call,
		Namespace: request.NamespaceCall, ExternalID: external, SourceID: "callrail", CostUSD: 2,
		Caller: request.Caller{Name: f.word, Phone: "+13035550142"}, Details: request.Details{Source: f.word},
		Recording: request.Recording{Object: "recordings/" + f.word, ContentType: "audio/mpeg"},
	}
	_, err := f.scope.Accept(f.Context(), request.Intake{Request: r, Body: []byte(f.word), BodyHash: external})
	f.must(err)
	return r.ID
}

// finish takes a call through all steps, with a delivery in each state that somebody can act on.
func (f *furnisher) finish(id string) {
	f.Helper()
	ctx := f.Context()
	f.step(id, request.Received, request.Transcribed, func(*store.Claim) stage.Result {
		return stage.Result{Transcript: &request.Transcript{Origin: request.OriginSpeech, Segments: []request.Segment{{Speaker: request.Customer, Text: f.word}}}}
	})
	f.step(id, request.Transcribed, request.Analyzed, func(c *store.Claim) stage.Result {
		c.Request.Intent, c.Request.ProjectType, c.Request.Timeline, c.Request.Budget = "quote_request", "kitchen", "unknown", "unknown"
		c.Request.Summary, c.Request.LeadScore, c.Request.ScoreBand = f.word, 86, request.Hot
		return stage.Result{Analysis: f.analysis()}
	})
	f.step(id, request.Analyzed, request.Pushed, func(c *store.Claim) stage.Result {
		plans := []store.Plan{{Destination: "done", Connector: "custom"}, {Destination: "parked", Connector: "custom"}, {Destination: "pending", Connector: "custom"}}
		claims, err := c.PlanDeliveries(ctx, plans, time.Minute)
		f.must(err)
		for _, d := range claims {
			f.deliver(d)
		}
		return stage.Result{}
	})
	f.step(id, request.Pushed, request.Completed, func(c *store.Claim) stage.Result {
		f.must(c.Notified(ctx, request.Notice{Channel: "slack:" + f.word, Band: request.Hot}))
		return stage.Result{}
	})
}

func (f *furnisher) step(id string, from, to request.Status, work func(*store.Claim) stage.Result) {
	f.Helper()
	claim, err := f.scope.Claim(f.Context(), stage.Wanted{RequestID: id, Run: 1, From: from, Lease: time.Minute, Limit: 5})
	f.must(err)
	f.must(claim.Advance(f.Context(), to, work(claim), request.Event{Step: string(from), Name: "done", Detail: f.word}))
}

func (f *furnisher) analysis() *request.Analysis {
	return &request.Analysis{
		Intent: "quote_request", ProjectType: "kitchen", Timeline: "unknown", Budget: request.Budget{Signal: "unknown"},
		Sentiment: "neutral", Appointment: "none", Summary: f.word, IsLead: true, LeadScore: 86, ScoreBand: request.Hot,
		Analyzer: request.AnalyzerRules, PromptHash: f.word,
	}
}

func (f *furnisher) deliver(d *store.DeliveryClaim) {
	f.Helper()
	ctx := f.Context()
	_, err := d.Contact(ctx, []string{"phone:+13035550142", "phone:+13035550199"})
	f.must(err)
	f.must(d.Write(ctx, request.LedgerEntry{Step: "contact", RemoteID: f.word, Outcome: "created", At: time.Now()}))
	end := store.Settlement{State: request.DeliveryDone, Outcome: "created", Error: f.word, Link: f.word}
	switch d.Delivery.Destination {
	case "parked":
		end.State = request.DeliveryParked
	case "pending":
		end.State, end.DueAt = request.DeliveryPending, time.Now().Add(-time.Second)
	}
	f.must(d.Settle(ctx, end, request.Event{Step: "push", Name: "delivered", Detail: f.word}))
}
