package webhook

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"github.com/your-org/multi-tenant-pipeline/internal/callrail"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

// restore brings the store back, and drains what was kept in the given order; none: as it came.
func (f *fixture) restore(t *testing.T, order ...int) {
	t.Helper()
	f.store.err, f.store.lost, f.store.hangs = nil, false, false
	if order == nil {
		for i := range f.intake.kept {
			order = append(order, i)
		}
	}
	for _, i := range order {
		if err := f.Drain(t.Context(), f.intake.kept[i]); err != nil {
			t.Errorf("drain %d: %v", i, err)
		}
	}
}

// Each of these makes the same request whether it is saved at once or an hour later.
func TestADrainedDeliveryIsTheOneThatCame(t *testing.T) {
	t.Parallel()
	signed := func(target, body, key string) func() *http.Request {
		return func() *http.Request { return signedRequest(t, target, body, key) }
	}
	for name, send := range map[string]func() *http.Request{
		"a call":                        signed(endpoint, call, demoKey),
		"a call, by its path":           signed(endpoint+"/tenant_demo/post_call", preCall, demoKey),
		"a call, by its query":          signed(endpoint+"?x=%zz&tenant_id=tenant_demo", `{"call_id":"CAL9"}`, demoKey),
		"a call, form-encoded":          signed(endpoint, "call_id=CAL1&tenant_id=tenant_demo&duration=180", demoKey),
		"a call with the bootstrap key": signed(endpoint+"/tenant_new/post_call", `{"call_id":"CAL1"}`, bootstrapKey),
		"a modified call":               signed(endpoint, modified, demoKey),
		"a text":                        signed(endpoint+"/tenant_new/text_received", `{"resource_id":"SCI1","content":"Hi"}`, bootstrapKey),
		"CallRail's form":               signed(endpoint+"/tenant_demo/form_submission", `{"resource_id":"FRM1","form_data":{"name":"Robin"}}`, demoKey),
		"a visitor's form":              func() *http.Request { return visitorForm(t, formBody) },
		"a server's form":               func() *http.Request { return serverForm(t, forms, formBody, formsKey) },
		"a server's form with an id": func() *http.Request {
			r := serverForm(t, forms, "name=Robin+Example", formsKey)
			r.Header.Set("Idempotency-Key", "order-1")
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			return r
		},
		"a form with a card number": func() *http.Request { return visitorForm(t, `{"message":"Charge 4111 1111 1111 1111"}`) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			direct, kept := newFixture(t), storeAway(t)
			want, got := direct.send(t, send()), kept.send(t, send())
			if diff := cmp.Diff(want, got); diff != "" {
				t.Fatalf("reply (-direct +kept)\n%s", diff)
			}
			kept.now = kept.now.Add(time.Hour / 2)
			kept.limits.taken = nil
			kept.restore(t)
			ignore := cmpopts.IgnoreFields(request.Request{}, "TraceParent", "StartedAt")
			if diff := cmp.Diff(direct.store.intakes, kept.store.intakes, ignore, cmpopts.IgnoreFields(request.Intake{}, "Alike")); diff != "" {
				t.Errorf("stored (-direct +drained)\n%s", diff)
			}
			if diff := cmp.Diff(direct.announcer.told, kept.announcer.told); diff != "" {
				t.Errorf("announced (-direct +drained)\n%s", diff)
			}
			if diff := cmp.Diff(direct.counts, kept.counts); diff != "" {
				t.Errorf("counted (-direct +drained)\n%s", diff)
			}
			if len(kept.limits.taken) != 0 {
				t.Error("the drained one was held to the limits, which are for what is not promised yet")
			}
		})
	}
}

func TestADeliveryThatIsSavedAndKeptIsOne(t *testing.T) {
	t.Parallel()
	for name, r := range map[string]*http.Request{
		"a call": signedRequest(t, endpoint, call, demoKey), "a modified call": signedRequest(t, endpoint, modified, demoKey),
		"a form without an id": visitorForm(t, formBody), "a form with one": serverForm(t, forms, `{"id":"1","name":"Robin Example"}`, formsKey),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			f.intake.err, f.store.lost = nil, true
			got := f.send(t, r)
			if len(f.store.intakes) != 1 || len(f.intake.kept) != 1 || got.RequestID != f.store.intakes[0].Request.ID {
				t.Fatalf("stored %d, kept %d, %+v", len(f.store.intakes), len(f.intake.kept), got)
			}
			f.now = f.now.Add(20 * time.Minute)
			f.restore(t, 0, 0, 0) // Pub/Sub delivers at least once
			if len(f.store.intakes) != 1 || len(*f.counts) != 1 {
				t.Errorf("stored %d times, counted %q", len(f.store.intakes), *f.counts)
			}
		})
	}
}

func TestKeptDeliveriesOfOneCallMeetInAnyOrder(t *testing.T) {
	t.Parallel()
	for name, order := range map[string][]int{"as they came": {0, 1, 2}, "modified first": {1, 0, 2}, "the repetition first": {2, 1, 0}} {
		f := storeAway(t)
		for _, body := range []string{call, modified, call} {
			if diff := cmp.Diff(accepted(request.Accepted), f.send(t, signedRequest(t, endpoint, body, demoKey))); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		}
		f.restore(t, order...)
		if len(f.store.rows) != 1 || len(f.announcer.told) != 1 {
			t.Errorf("%s: %d rows, announced %q", name, len(f.store.rows), f.announcer.told)
		}
	}
}

// The same form is sent again in the next stretch of time, and that is saved first.
func TestAKeptFormThatWasOvertakenIsOne(t *testing.T) {
	t.Parallel()
	f := storeAway(t)
	first := f.send(t, visitorForm(t, formBody))
	f.now = f.now.Add(6*time.Minute + 5*time.Minute)
	f.store.err = nil
	second := f.send(t, visitorForm(t, formBody))
	if second.Outcome != "accepted" || second.RequestID == first.RequestID {
		t.Fatalf("got %+v after %+v", second, first)
	}
	f.restore(t)
	if len(f.store.intakes) != 1 {
		t.Errorf("%d forms stored", len(f.store.intakes))
	}
	f = storeAway(t)
	f.send(t, visitorForm(t, formBody))
	f.now = f.now.Add(time.Hour / 2)
	f.restore(t)
	if in := f.store.intakes[0]; len(in.Alike) != 2 || !in.Request.StartedAt.Equal(fixedNow()) {
		t.Errorf("intake %+v: want both neighbours, and when the form was sent", in)
	}
}

func TestWhatCannotBeDrainedYetComesAgain(t *testing.T) {
	t.Parallel()
	f := storeAway(t)
	f.send(t, signedRequest(t, endpoint, call, demoKey))
	f.send(t, visitorForm(t, formBody))
	fresh := newUnloaded(t, Config{})
	for i, message := range f.intake.kept {
		if err := f.Drain(t.Context(), message); err == nil {
			t.Errorf("%d was drained into a store that is away", i)
		}
		if err := fresh.Drain(t.Context(), message); err == nil {
			t.Errorf("%d was drained where its tenant is not known", i)
		}
	}
	f.now = f.now.Add(2 * time.Hour) // longer than the patience
	for _, message := range f.intake.kept {
		if err := f.Drain(t.Context(), message); err != nil {
			t.Error(err)
		}
	}
	want := counts{
		"tenant_demo/src_demo/accepted/post_call", "tenant_forms/web/accepted/web_form",
		"tenant_demo/src_demo/rejected/unavailable", "tenant_forms/web/rejected/unavailable",
	}
	if !cmp.Equal(*f.counts, want) || !strings.Contains(f.log.String(), "level=ERROR msg=\"kept delivery drained\"") {
		t.Errorf("given up: counted %q, log %s", *f.counts, f.log)
	}
}

// A store that made the delivery be kept because it is slow has more time when it is drained.
func TestDrainingWaitsLongerThanASenderWould(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFixtureWith(t, Config{CommitTimeout: time.Second})
		f.intake.err, f.store.hangs = nil, true
		f.send(t, signedRequest(t, endpoint, call, demoKey))
		start := time.Now()
		if err := f.Drain(t.Context(), f.intake.kept[0]); err == nil || time.Since(start) != drainTimeout {
			t.Errorf("%v after %v, want an error after %v", err, time.Since(start), drainTimeout)
		}
	})
}

func TestWhatWasNotVerifiedIsVerifiedFirst(t *testing.T) {
	t.Parallel()
	const company = `{"call_id":"CAL1","tenant_id":"tenant_demo","company_id":"67890"}`
	for name, tt := range map[string]struct {
		r      *http.Request
		stored int
		counts counts
		waits  bool // refused only when nobody can know more of keys and tenants
	}{
		"a call": {signedRequest(t, endpoint, call, demoKey), 1, counts{"tenant_demo/src_demo/accepted/post_call"}, false},
		"a call in CallRail's form": {func() *http.Request {
			r := signedRequest(t, endpoint, call, "")
			r.Header.Set(callrail.HeaderSHA1, callrail.SignSHA1([]byte(call), demoKey))
			return r
		}(), 1, counts{"tenant_demo/src_demo/accepted/post_call"}, false},
		"a form":               {serverForm(t, forms, formBody, formsKey), 1, counts{"tenant_forms/web/accepted/web_form"}, false},
		"a pre-call":           {signedRequest(t, endpoint, preCall, demoKey), 0, counts{"tenant_demo/src_demo/ignored/pre_call"}, false},
		"a trapped form":       {serverForm(t, forms, `{"name":"Robot","_gotcha":"yes"}`, formsKey), 0, counts{"tenant_forms/web/ignored/web_form"}, false},
		"a bad signature":      {signedRequest(t, endpoint, call, "wrong key"), 0, counts{"tenant_demo//rejected/unauthorized"}, true},
		"a badly signed form":  {serverForm(t, forms, formBody, "wrong key"), 0, counts{"tenant_forms//rejected/unauthorized"}, true},
		"nobody's":             {signedRequest(t, endpoint+"?tenant_id=tenant_nobody", `{"call_id":"CAL1"}`, demoKey), 0, nil, true},
		"somebody's company":   {signedRequest(t, endpoint, company, demoKey), 0, counts{"tenant_demo/src_demo/rejected/forbidden"}, false},
		"a call without an id": {signedRequest(t, endpoint, `{"tenant_id":"tenant_demo"}`, demoKey), 0, counts{"tenant_demo/src_demo/rejected/missing_id"}, false},
		"an unreadable call":   {signedRequest(t, endpoint+"/tenant_demo/post_call", `{"call_id":`, demoKey), 0, counts{"tenant_demo/src_demo/rejected/unreadable"}, false},
		"an empty form":        {serverForm(t, forms, `{}`, formsKey), 0, counts{"tenant_forms/web/rejected/empty"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fresh, f := newUnloaded(t, Config{UnverifiedPerMinute: 1}), newFixture(t)
			fresh.intake.err = nil
			if got := fresh.send(t, tt.r); got.Outcome != "accepted" {
				t.Fatalf("got %+v", got)
			}
			message := fresh.intake.kept[0]
			if err := f.Drain(t.Context(), message); (err != nil) != tt.waits {
				t.Errorf("at once: %v", err)
			}
			if tt.waits {
				f.now = f.now.Add(settle)
				if err := f.Drain(t.Context(), message); err != nil {
					t.Errorf("later: %v", err)
				}
			}
			if len(f.store.intakes) != tt.stored || len(f.announcer.told) != tt.stored {
				t.Errorf("stored %d, announced %d, want %d", len(f.store.intakes), len(f.announcer.told), tt.stored)
			}
			if diff := cmp.Diff(&tt.counts, f.counts, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("counted (-want +got)\n%s", diff)
			}
		})
	}
}

func TestAnUnverifiedDeliveryWaitsForItsKeys(t *testing.T) {
	t.Parallel()
	f := newFixtureWith(t, Config{UnverifiedPerMinute: 1})
	f.intake.err = nil
	f.send(t, signedRequest(t, endpoint+"?tenant_id=tenant_keyless", `{"call_id":"CAL1"}`, demoKey))
	f.now = f.now.Add(time.Hour - time.Second)
	if err := f.Drain(t.Context(), f.intake.kept[0]); !errors.Is(err, errUnverifiable) {
		t.Errorf("err = %v, want errUnverifiable", err)
	}
	f.now = f.now.Add(time.Second)
	if err := f.Drain(t.Context(), f.intake.kept[0]); err != nil || !cmp.Equal(*f.counts, counts{"tenant_keyless//rejected/unavailable"}) {
		t.Errorf("after the patience: %v, counted %q", err, *f.counts)
	}
}

func TestASourceThatWasRemovedHasDelivered(t *testing.T) {
	t.Parallel()
	f := storeAway(t)
	f.send(t, signedRequest(t, endpoint, `{"call_id":"CAL1","tenant_id":"tenant_demo"}`, demoKey))
	f.send(t, visitorForm(t, formBody))
	for i := range f.intake.kept {
		f.intake.kept[i] = bytes.ReplaceAll(bytes.ReplaceAll(f.intake.kept[i], []byte("src_demo"), []byte("src_gone")), []byte(`"web"`), []byte(`"gone"`))
	}
	f.restore(t)
	if len(f.store.intakes) != 2 || f.store.intakes[0].Request.SourceID != "src_gone" || f.store.intakes[1].Request.SourceID != "gone" {
		t.Errorf("stored %+v", f.store.intakes)
	}
}

func TestAMessageThatIsNoDeliveryIsDoneWith(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	elsewhere, err := json.Marshal(rawDelivery{Target: "/v1/health", Body: []byte(call), ArrivedAt: fixedNow()})
	if err != nil {
		t.Fatal(err)
	}
	for _, message := range [][]byte{nil, []byte("PRIVATE"), []byte(`{"target":"::"}`), []byte(`{"target":"/v1/callrail/webhook","header":null}`), elsewhere} {
		if err := f.Drain(t.Context(), message); err != nil {
			t.Errorf("%s: %v", message, err)
		}
	}
	if len(f.store.intakes) != 0 || len(*f.counts) != 0 || strings.Contains(f.log.String(), "PRIVATE") || strings.Count(f.log.String(), "rejected") != 5 {
		t.Errorf("stored %d, counted %q, log %s", len(f.store.intakes), *f.counts, f.log)
	}
}

// It is not parallel: meters come from the global provider.
func TestKeptAndDrainedDeliveriesAreMeasured(t *testing.T) {
	reader, before := metric.NewManualReader(), otel.GetMeterProvider()
	otel.SetMeterProvider(metric.NewMeterProvider(metric.WithReader(reader)))
	t.Cleanup(func() { otel.SetMeterProvider(before) })

	fresh, f := newUnloaded(t, Config{UnverifiedPerMinute: 1}), storeAway(t)
	fresh.intake.err = nil
	fresh.send(t, signedRequest(t, endpoint, call, demoKey))
	f.send(t, signedRequest(t, endpoint, call, demoKey))
	f.intake.kept = append(f.intake.kept, fresh.intake.kept[0], []byte("no delivery"))
	f.restore(t)

	var all metricdata.ResourceMetrics
	if err := reader.Collect(t.Context(), &all); err != nil {
		t.Fatal(err)
	}
	got := map[string]int64{}
	for _, m := range all.ScopeMetrics[0].Metrics {
		sum, _ := m.Data.(metricdata.Sum[int64])
		for _, p := range sum.DataPoints {
			got[m.Name+" "+p.Attributes.Encoded(attribute.DefaultEncoder())] = p.Value
		}
	}
	want := map[string]int64{
		"webhook.deliveries outcome=accepted,reason=post_call": 1, "webhook.deliveries outcome=accepted,reason=unverified": 1,
		"webhook.intake.accepted verified=true": 1, "webhook.intake.accepted verified=false": 1,
		"webhook.intake.drained outcome=accepted,reason=post_call": 1, "webhook.intake.drained outcome=duplicate,reason=post_call": 1,
		"webhook.intake.drained outcome=rejected,reason=unreadable": 1,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}
