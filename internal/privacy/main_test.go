package privacy_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/fsouza/fake-gcs-server/fakestorage"

	"github.com/your-org/multi-tenant-pipeline/internal/contact"
	"github.com/your-org/multi-tenant-pipeline/internal/job"
	"github.com/your-org/multi-tenant-pipeline/internal/privacy"
	"github.com/your-org/multi-tenant-pipeline/internal/recording"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/stage"
	"github.com/your-org/multi-tenant-pipeline/internal/store"
	"github.com/your-org/multi-tenant-pipeline/internal/store/storetest"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

const (
	demo   = "tenant_demo"
	other  = "tenant_other"
	canary = "Zebulon" // stands in everything that is known of the person
	phone  = "+13035550142"
	email  = "zebulon@example.com"
)

var fake *fakestorage.Server

// TestMain gives all tests one storage server: the client finds it by an environment
// variable, which parallel tests cannot each have. Every test uses a bucket of its own.
func TestMain(m *testing.M) {
	var err error
	fake, err = fakestorage.NewServerWithOptions(fakestorage.Options{Scheme: "http", Host: "127.0.0.1"})
	if err == nil {
		err = os.Setenv("STORAGE_EMULATOR_HOST", strings.TrimPrefix(fake.URL(), "http://"))
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "start fake storage:", err)
		os.Exit(1)
	}
	code := m.Run()
	fake.Stop()
	os.Exit(code)
}

// world is a store and a bucket with people in them.
type world struct {
	cfg    store.Config
	store  *store.Store
	bucket *recording.Bucket
	clock  *clock
}

// clock is a settable time.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{cfg: storetest.Config(t), clock: &clock{now: time.Now()}}
	var err error
	w.store, err = store.Open(t.Context(), w.cfg, store.WithClock(w.clock.Now))
	must(t, err)
	t.Cleanup(w.store.Close)
	name := strings.TrimPrefix(w.cfg.Database, "test-")
	fake.CreateBucketWithOpts(fakestorage.CreateBucketOpts{Name: name})
	w.bucket, err = recording.Open(t.Context(), recording.Config{Bucket: name})
	must(t, err)
	t.Cleanup(func() { _ = w.bucket.Close() })
	for _, id := range []string{demo, other} {
		must(t, w.store.Operator().PutTenant(t.Context(), "test", tenant.Tenant{ID: id, Name: id, Status: tenant.Active, TimeZone: "UTC", Region: "US"}))
	}
	return w
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// accept commits a call of the person.
func (w *world) accept(t *testing.T, tenantID, external string, caller request.Caller) string {
	t.Helper()
	r := &request.Request{
		TenantID: tenantID, ID: request.ID(tenantID, request.NamespaceCall, external), Kind: request.Call,
		Namespace: request.NamespaceCall, ExternalID: external, Caller: caller, SourceID: "callrail",
		Details: request.Details{City: canary + " City", Note: canary, SourceTranscript: canary + " said", Text: canary, Given: &request.Transcript{Segments: []request.Segment{{Text: canary + " said"}}}},
	}
	_, err := w.store.ForTenant(tenantID).Accept(t.Context(), request.Intake{
		Request: r, Body: []byte(`{"name":"` + canary + `"}`), ContentType: "application/json", BodyHash: "hash-" + external,
	})
	must(t, err)
	return r.ID
}

func thePerson() request.Caller { return request.Caller{Name: canary, Phone: phone, Email: email} }

func (w *world) claim(t *testing.T, tenantID, id string, from request.Status) *store.Claim {
	t.Helper()
	claim, err := w.store.ForTenant(tenantID).Claim(t.Context(), stage.Wanted{RequestID: id, Run: 1, From: from, Lease: time.Minute, Limit: 3})
	must(t, err)
	return claim
}

// finish takes a call through all steps and leaves the person in every table and object.
func (w *world) finish(t *testing.T, tenantID, id string) {
	t.Helper()
	ctx := t.Context()
	done := request.Event{Step: "test", Name: "done"}
	claim := w.claim(t, tenantID, id, request.Received)
	claim.Request.Recording = request.Recording{Object: recording.Object(tenantID, id, 1), ContentType: "audio/mpeg", DurationS: 61}
	w.write(t, recording.Object(tenantID, id, 1), canary+" audio")
	w.write(t, recording.SpeechOutput(tenantID, id, 1, "i1")+"out.json", canary)
	transcript := &request.Transcript{Origin: request.OriginSpeech, Segments: []request.Segment{{Speaker: request.Customer, Text: "I am " + canary}}}
	must(t, claim.Advance(ctx, request.Transcribed, stage.Result{Transcript: transcript}, done))
	w.analyze(t, tenantID, id, email)
	claim = w.claim(t, tenantID, id, request.Analyzed)
	claims, err := claim.PlanDeliveries(ctx, []store.Plan{{Destination: "hubspot", Connector: "hubspot"}}, time.Minute)
	must(t, err)
	_, err = claims[0].Contact(ctx, contact.Keys(phone, email, "US"))
	must(t, err)
	must(t, claims[0].Write(ctx, request.LedgerEntry{Step: "contact", RemoteID: "101", Outcome: "created", At: w.clock.Now()}))
	must(t, claims[0].Settle(ctx, store.Settlement{
		State: request.DeliveryDone, Outcome: "created", Link: "https://crm.example.com/101", Warnings: []string{canary},
	}, request.Event{Step: "push", Name: "delivery_done"}))
	must(t, claim.Advance(ctx, request.Pushed, stage.Result{}, done))
	claim = w.claim(t, tenantID, id, request.Pushed)
	must(t, claim.Notified(ctx, request.Notice{Channel: "slack:sales", Band: request.Hot}))
	must(t, claim.Advance(ctx, request.Completed, stage.Result{}, done))
	_, err = w.store.ForTenant(tenantID).Correct(ctx, id, store.Correcting{
		Actor: "ann", Values: []request.Correction{{Field: "customer.name", Value: json.RawMessage(`"` + canary + `"`)}},
	})
	must(t, err)
}

func (w *world) analyze(t *testing.T, tenantID, id, email string) {
	t.Helper()
	claim := w.claim(t, tenantID, id, request.Transcribed)
	a := &request.Analysis{Analyzer: "rules", IsLead: true, LeadScore: 90, ScoreBand: request.Hot, Summary: canary + " wants a kitchen", Customer: request.Person{Name: canary, Email: email}}
	claim.Request.Summary, claim.Request.ScoreBand, claim.Request.LeadScore = a.Summary, a.ScoreBand, a.LeadScore
	must(t, claim.Advance(t.Context(), request.Analyzed, stage.Result{Analysis: a, People: contact.Keys("", email, "US")}, request.Event{Step: "analyze", Name: "done"}))
}

func (w *world) write(t *testing.T, object, text string) {
	t.Helper()
	must(t, w.bucket.Write(t.Context(), object, "text/plain", func(wr io.Writer) error {
		_, err := io.WriteString(wr, text)
		return err
	}))
}

// objects returns the names of what is in the bucket.
func (w *world) objects(t *testing.T, prefix string) []string {
	t.Helper()
	var names []string
	for entry, err := range w.bucket.List(t.Context(), prefix) {
		must(t, err)
		names = append(names, entry.Object)
	}
	return names
}

func (w *world) eraser() *privacy.Eraser {
	return &privacy.Eraser{
		Config: privacy.Config{SpeechWait: 24 * time.Hour, Settle: 2 * time.Minute, RecoveryDays: 7, BackupDays: 30, SoftDeleteDays: 7, MessageDays: 7, ExportDays: 7},
		Store:  w.store, Bucket: w.bucket, Now: w.clock.Now,
	}
}

func (w *world) exporter() *privacy.Exporter {
	return &privacy.Exporter{Config: w.eraser().Config, Store: w.store, Bucket: w.bucket, Now: w.clock.Now}
}

// runner works on jobs. A wrapped handler takes the eraser's place.
func (w *world) runner(erase job.Handler) *job.Runner {
	if erase == nil {
		erase = w.eraser()
	}
	return &job.Runner{
		Config: job.Config{AtOnce: 1, Budget: time.Hour, Turn: time.Hour, Lease: time.Minute, Attempts: 3, Backoff: time.Second, Longest: time.Second},
		Queue:  w.store.Operator(), Handlers: map[string]job.Handler{job.Erase: erase, job.Export: w.exporter()}, Now: w.clock.Now,
	}
}

func (w *world) keys() []string { return w.store.ForTenant(demo).PersonKeys(phone, email, "US") }

// ask queues a job about the person, or about requests.
func (w *world) ask(t *testing.T, kind string, s job.Subject) string {
	t.Helper()
	input, err := json.Marshal(s)
	must(t, err)
	id := store.NewJobID()
	must(t, w.store.ForTenant(demo).CreateJob(t.Context(), job.Job{ID: id, Kind: kind, Input: input, Actor: "ann"}))
	w.clock.Advance(time.Second)
	return id
}

func (w *world) run(t *testing.T, erase job.Handler) {
	t.Helper()
	_, err := w.runner(erase).Run(t.Context())
	must(t, err)
}

func (w *world) job(t *testing.T, id string) *job.Job {
	t.Helper()
	j, err := w.store.ForTenant(demo).Job(t.Context(), id)
	must(t, err)
	return j
}

// report returns the report of a job that must be done.
func (w *world) report(t *testing.T, id string) privacy.Report {
	t.Helper()
	j := w.job(t, id)
	if j.State != job.Done {
		t.Fatalf("job: got %s (%s), want done", j.State, j.Error)
	}
	var report privacy.Report
	must(t, job.Decode(j.Report, &report))
	return report
}

// traces returns where the canary is found, in tables and objects of the tenant.
func (w *world) traces(t *testing.T, tenantID string) []string {
	t.Helper()
	var found []string // the e-mail address has the canary in it
	for table, rows := range storetest.Dump(t, w.cfg, tenantID) {
		for _, row := range rows {
			if strings.Contains(strings.ToLower(row), strings.ToLower(canary)) || strings.Contains(row, phone) {
				found = append(found, table)
			}
		}
	}
	for _, object := range w.objects(t, "") {
		r, err := w.bucket.Reader(context.WithoutCancel(t.Context()), object)
		must(t, err)
		content, err := io.ReadAll(r)
		must(t, err)
		if strings.Contains(object, tenantID) && strings.Contains(string(content), canary) {
			found = append(found, object)
		}
	}
	slices.Sort(found)
	return found
}
