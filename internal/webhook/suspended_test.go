package webhook

import (
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/your-org/multi-tenant-pipeline/internal/callrail"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

const (
	restingCall = `{"call_id":"CAL1","tenant_id":"tenant_resting","company_id":3002}`
	activeCall  = `{"call_id":"CAL1","tenant_id":"tenant_resting","company_id":3001}`
	eitherCall  = `{"call_id":"CAL1","tenant_id":"tenant_resting"}`
)

// CallRail may switch an integration off that is refused, and a source that is suspended today
// may be wanted again tomorrow.
func TestASuspendedSourcesDeliveryIsAcknowledgedAndNothingIsDoneWithIt(t *testing.T) {
	t.Parallel()
	taken := answer{Status: http.StatusOK, Outcome: "accepted", RequestID: request.ID("tenant_resting", "call", "CAL1")}
	for name, tt := range map[string]struct {
		target, body, key string
		want              answer
		counted           string
	}{
		"by its own key":                    {endpoint, eitherCall, restingKey, ignored, "src_off/ignored/source_suspended"},
		"by its company":                    {endpoint, restingCall, sharedKey, ignored, "src_off/ignored/source_suspended"},
		"by its company alone":              {endpoint, `{"call_id":"CAL1","company_resource_id":"COM3002"}`, restingKey, ignored, "src_off/ignored/source_suspended"},
		"a form":                            {endpoint + "/tenant_resting/form_submission", `{"resource_id":"FRM1","company_id":3002}`, restingKey, ignored, "src_off/ignored/source_suspended"},
		"a modified call":                   {endpoint + "/tenant_resting/call_modified", restingCall, restingKey, ignored, "src_off/ignored/source_suspended"},
		"a stranger's":                      {endpoint, restingCall, "wrong key", unauthorized, "/rejected/unauthorized"},
		"with the bootstrap key":            {endpoint, restingCall, bootstrapKey, unauthorized, "/rejected/unauthorized"},
		"the other source's company":        {endpoint, activeCall, sharedKey, taken, "src_on/accepted/post_call"},
		"a key of both, and no company":     {endpoint, eitherCall, sharedKey, taken, "src_on/accepted/post_call"},
		"another tenant's company, refused": {endpoint, `{"call_id":"CAL1","tenant_id":"tenant_resting","company_id":67890}`, restingKey, forbidden, "src_off/rejected/forbidden"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			if diff := cmp.Diff(tt.want, f.send(t, signedRequest(t, tt.target, tt.body, tt.key))); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			if diff := cmp.Diff(counts{"tenant_resting/" + tt.counted}, *f.counts); diff != "" {
				t.Errorf("counted (-want +got)\n%s", diff)
			}
			stored := 0
			if tt.want == taken {
				stored = 1
			}
			if len(f.store.intakes) != stored || len(f.announcer.told) != stored {
				t.Errorf("stored %d, announced %q", len(f.store.intakes), f.announcer.told)
			}
		})
	}
}

func TestCallRailsOwnSignatureOfASuspendedSourceIsAcknowledged(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	r := signedRequest(t, endpoint, restingCall, "")
	r.Header.Set(callrail.HeaderSHA1, callrail.SignSHA1([]byte(restingCall), restingKey))
	if diff := cmp.Diff(ignored, f.send(t, r)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// While the store is away there is nothing to keep of a suspended source either.
func TestASuspendedSourcesDeliveryIsNotKept(t *testing.T) {
	t.Parallel()
	f := storeAway(t)
	if diff := cmp.Diff(ignored, f.send(t, signedRequest(t, endpoint, restingCall, restingKey))); diff != "" || len(f.intake.kept) != 0 {
		t.Errorf("kept %d (-want +got)\n%s", len(f.intake.kept), diff)
	}
}

// It was the source's while it was active, and its sender has been told that it is accepted.
func TestWhatWasKeptBeforeItsSourceWasSuspendedIsTaken(t *testing.T) {
	t.Parallel()
	f := storeAway(t)
	f.send(t, signedRequest(t, endpoint, call, demoKey))
	f.suspend(t, "src_demo")
	f.now = f.now.Add(time.Hour / 2)
	f.restore(t)
	if len(f.store.intakes) != 1 || len(f.announcer.told) != 1 || !cmp.Equal(*f.counts, counts{"tenant_demo/src_demo/accepted/post_call"}) {
		t.Errorf("stored %d, announced %q, counted %q", len(f.store.intakes), f.announcer.told, *f.counts)
	}
	if diff := cmp.Diff(ignored, f.send(t, signedRequest(t, endpoint, modified, demoKey))); diff != "" {
		t.Errorf("after the suspension (-want +got)\n%s", diff)
	}
}

// Nobody knew whose it was when it came: that is found out only now.
func TestAnUnverifiedDeliveryOfASuspendedSourceIsDoneWith(t *testing.T) {
	t.Parallel()
	fresh, f := newUnloaded(t, Config{UnverifiedPerMinute: 1}), newFixture(t)
	fresh.intake.err = nil
	fresh.send(t, signedRequest(t, endpoint, restingCall, restingKey))
	if err := f.Drain(t.Context(), fresh.intake.kept[0]); err != nil {
		t.Fatal(err)
	}
	if len(f.store.intakes) != 0 || !cmp.Equal(*f.counts, counts{"tenant_resting/src_off/ignored/source_suspended"}) {
		t.Errorf("stored %d, counted %q", len(f.store.intakes), *f.counts)
	}
}

// suspend has the webhook know a source as suspended.
func (f *fixture) suspend(t *testing.T, sourceID string) {
	t.Helper()
	all := slices.Clone(tenants)
	for i := range all {
		all[i].Sources = slices.Clone(all[i].Sources)
		if src := all[i].Source(sourceID); src != nil {
			src.Status = tenant.Suspended
		}
	}
	directory := tenant.NewDirectory(loader(all), tenant.Options{Interval: time.Second})
	if err := directory.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	f.h.Tenants = directory
}
