package webhook

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/your-org/multi-tenant-pipeline/internal/callrail"
	"github.com/your-org/multi-tenant-pipeline/internal/limit"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

// storeAway is a webhook whose store is away and whose intake topic is there.
func storeAway(t testing.TB) *fixture {
	t.Helper()
	f := newFixture(t)
	f.store.err, f.intake.err = errors.New("spanner is away"), nil
	return f
}

func TestWhatTheStoreCannotTakeIsKept(t *testing.T) {
	t.Parallel()
	brief := time.Millisecond
	for name, tt := range map[string]struct {
		cfg   Config
		store func(*store)
	}{
		"it is away":                 {Config{}, func(s *store) { s.err = errors.New("spanner is away") }},
		"it does not answer":         {Config{CommitTimeout: brief}, func(s *store) { s.hangs = true }},
		"its answer does not arrive": {Config{}, func(s *store) { s.lost = true }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixtureWith(t, tt.cfg)
			f.intake.err = nil
			tt.store(f.store)
			if diff := cmp.Diff(accepted(request.Accepted), f.send(t, signedRequest(t, endpoint, call, demoKey))); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			got := f.send(t, visitorForm(t, formBody))
			if got.Status != 200 || got.Outcome != "accepted" || !strings.HasPrefix(got.RequestID, "req_") {
				t.Errorf("form: %+v", got)
			}
			if len(f.intake.kept) != 2 || len(f.announcer.told) != 0 {
				t.Errorf("kept %d, announced %q", len(f.intake.kept), f.announcer.told)
			}
			if want := (counts{"tenant_demo/src_demo/accepted/post_call", "tenant_forms/web/accepted/web_form"}); !cmp.Equal(*f.counts, want) {
				t.Errorf("counted %q, want %q", *f.counts, want)
			}
			if log := f.log.String(); strings.Contains(log, "555") || strings.Contains(log, "Robin") || !strings.Contains(log, got.RequestID) {
				t.Errorf("log: %s", log)
			}
		})
	}
}

func TestASenderWhoHangsUpIsKeptToo(t *testing.T) {
	t.Parallel()
	f := storeAway(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, r := range []*http.Request{signedRequest(t, endpoint, call, demoKey), visitorForm(t, formBody)} {
		if got := f.send(t, r.WithContext(ctx)); got.Outcome != "accepted" {
			t.Errorf("got %+v", got)
		}
	}
	if len(f.intake.kept) != 2 {
		t.Errorf("kept %d", len(f.intake.kept))
	}
}

func TestWhatCannotBeKeptEitherIsRefused(t *testing.T) {
	t.Parallel()
	for name, away := range map[string]func(*intake){
		"away":        func(i *intake) { i.err = errors.New("pubsub is away") },
		"not in time": func(i *intake) { i.hangs = true },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixtureWith(t, Config{PublishTimeout: time.Millisecond})
			f.store.err, f.intake.err = errors.New("spanner is away"), nil
			away(f.intake)
			for _, r := range []*http.Request{signedRequest(t, endpoint, call, demoKey), visitorForm(t, formBody)} {
				if diff := cmp.Diff(unavailable, f.send(t, r)); diff != "" {
					t.Errorf("(-want +got)\n%s", diff)
				}
			}
			if want := (counts{"tenant_demo/src_demo/rejected/unavailable", "tenant_forms/web/rejected/unavailable"}); !cmp.Equal(*f.counts, want) {
				t.Errorf("counted %q, want %q", *f.counts, want)
			}
		})
	}
}

// Commit and publish have a deadline each, so that nobody waits longer than both.
func TestAnAnswerComesWithinTheDeadlines(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const commit, publish = 1200 * time.Millisecond, 600 * time.Millisecond
		for name, hang := range map[string]func(*fixture) time.Duration{
			"the store hangs": func(f *fixture) time.Duration { f.store.hangs, f.intake.err = true, nil; return commit },
			"Pub/Sub hangs":   func(f *fixture) time.Duration { f.announcer.hangs = true; return publish },
			"both hang":       func(f *fixture) time.Duration { f.store.hangs, f.intake.hangs = true, true; return commit + publish },
		} {
			for _, r := range []*http.Request{signedRequest(t, endpoint, call, demoKey), visitorForm(t, formBody)} {
				f := newFixtureWith(t, Config{CommitTimeout: commit, PublishTimeout: publish})
				want := hang(f)
				start := time.Now()
				f.ServeHTTP(httptest.NewRecorder(), r)
				if got := time.Since(start); got != want {
					t.Errorf("%s, %s: answered after %v, want %v", name, r.URL.Path, got, want)
				}
			}
		}
	})
}

func TestRefusalsAreNotKept(t *testing.T) {
	t.Parallel()
	f := storeAway(t)
	for _, r := range []*http.Request{
		signedRequest(t, endpoint, call, "wrong key"), signedRequest(t, endpoint, call, ""),
		signedRequest(t, endpoint+"/tenant_demo/post_call", `{"call_id":`, demoKey), signedRequest(t, endpoint, preCall, demoKey),
		signedRequest(t, endpoint, `{"call_id":"CAL1","tenant_id":"tenant_demo","company_id":"67890"}`, demoKey),
		serverForm(t, forms, formBody, "wrong key"), serverForm(t, forms, `{`, formsKey), visitorForm(t, `{"name":"Robot","_gotcha":"yes"}`),
	} {
		f.send(t, r)
	}
	f.limits.err = &limit.ExceededError{After: time.Second}
	if got := f.send(t, visitorForm(t, formBody)); got.Status != http.StatusTooManyRequests {
		t.Errorf("over the limit: %+v", got)
	}
	if len(f.intake.kept) != 0 {
		t.Errorf("kept %d", len(f.intake.kept))
	}
}

func TestAFormWhoseQuotaCannotBeReadIsKept(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.limits.err, f.intake.err = errors.New("spanner is away"), nil
	if got := f.send(t, visitorForm(t, formBody)); got.Outcome != "accepted" || got.RequestID == "" {
		t.Errorf("got %+v", got)
	}
	if len(f.intake.kept) != 1 || len(f.store.intakes) != 0 {
		t.Errorf("kept %d, stored %d", len(f.intake.kept), len(f.store.intakes))
	}
}

func TestWhatCannotBeVerifiedYetIsKeptIfItIsSigned(t *testing.T) {
	t.Parallel()
	kept := answer{Status: 200, Outcome: "accepted"} // no request id: whose it is, nobody knows
	for name, tt := range map[string]struct {
		loaded bool
		r      *http.Request
		want   answer
	}{
		"a call":                    {false, signedRequest(t, endpoint, call, demoKey), kept},
		"a call of anybody":         {false, signedRequest(t, endpoint, call, "wrong key"), kept},
		"a call without signature":  {false, signedRequest(t, endpoint, call, ""), unavailable},
		"a call of no kind":         {false, signedRequest(t, endpoint+"/tenant_demo/unheard_of", call, demoKey), notFound},
		"a call too large":          {false, signedRequest(t, endpoint, strings.Repeat("x", maxBody+1), demoKey), answer{Status: 413, Code: "too_large"}},
		"a server's form":           {false, serverForm(t, forms, formBody, formsKey), kept},
		"a visitor's form":          {false, visitorForm(t, formBody), unavailable},
		"a call, its key missing":   {true, signedRequest(t, endpoint+"?tenant_id=tenant_keyless", `{"call_id":"CAL1"}`, demoKey), kept},
		"a form, its key missing":   {true, serverForm(t, "/v1/forms/tenant_keyless", formBody, formsKey), kept},
		"its key missing, unsigned": {true, signedRequest(t, endpoint+"?tenant_id=tenant_keyless", `{"call_id":"CAL1"}`, ""), unauthorized},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newUnloaded(t, Config{UnverifiedPerMinute: 1})
			f.intake.err = nil
			if tt.loaded {
				if err := f.directory.Refresh(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			if diff := cmp.Diff(tt.want, f.send(t, tt.r)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			if n := len(f.intake.kept); (n == 1) != (tt.want == kept) {
				t.Errorf("kept %d", n)
			}
			if tt.want == kept && len(*f.counts) != 0 {
				t.Errorf("counted for somebody who may not have sent it: %q", *f.counts)
			}
		})
	}
}

func TestOnlySoManyAreKeptUnverified(t *testing.T) {
	t.Parallel()
	f := newUnloaded(t, Config{UnverifiedPerMinute: 2})
	f.intake.err = nil
	send := func() int { return f.send(t, signedRequest(t, endpoint, call, demoKey)).Status }
	got := []int{send(), send(), send()}
	f.now = f.now.Add(30 * time.Second)
	got = append(got, send(), send())
	if want := []int{200, 200, 503, 200, 503}; !cmp.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	none := newUnloaded(t, Config{})
	none.intake.err = nil
	if got := none.send(t, signedRequest(t, endpoint, call, demoKey)); got != unavailable {
		t.Errorf("with a limit of none: %+v", got)
	}
}

func TestTheReplyToAnUnverifiedDelivery(t *testing.T) {
	t.Parallel()
	f := newUnloaded(t, Config{UnverifiedPerMinute: 1})
	f.intake.err = nil
	w := httptest.NewRecorder()
	f.ServeHTTP(w, signedRequest(t, endpoint, call, demoKey))
	want := `{"success":true,"status":"accepted","request_id":null,"processing_time_ms":0,"message":"Delivery queued for processing"}` + "\n"
	if got := w.Body.String(); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if strings.Contains(f.log.String(), callrail.SignSHA256([]byte(call), demoKey)) {
		t.Errorf("log: %s", f.log)
	}
}
