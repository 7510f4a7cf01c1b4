package api_test

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/your-org/multi-tenant-pipeline/internal/api"
	"github.com/your-org/multi-tenant-pipeline/internal/api/access"
	"github.com/your-org/multi-tenant-pipeline/internal/limit"
	"github.com/your-org/multi-tenant-pipeline/internal/recording"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/sandbox/oidc"
	"github.com/your-org/multi-tenant-pipeline/internal/stage"
	"github.com/your-org/multi-tenant-pipeline/internal/store"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

// ingestDeps is what stands round ingestion. It keeps what it is told.
type ingestDeps struct {
	mu        sync.Mutex
	announced []string
	counted   []string
	full      error // of every limit
	deaf      error // of every announcement
}

func (d *ingestDeps) Announce(_ context.Context, status request.Status, tenantID, requestID string, run int64) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.announced = append(d.announced, strings.Join([]string{string(status), tenantID, requestID, strconv.FormatInt(run, 10)}, " "))
	return d.deaf
}

func (d *ingestDeps) Take(context.Context, *tenant.Tenant, limit.Subject) error { return d.full }

func (d *ingestDeps) PerDay(*tenant.Tenant, limit.Subject) int { return 5000 }

func (d *ingestDeps) Count(tenantID, sourceID, outcome, reason string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.counted = append(d.counted, strings.Join([]string{tenantID, sourceID, outcome, reason}, " "))
}

func (d *ingestDeps) SignedAudio(_ context.Context, object, contentType string, ttl time.Duration) (string, error) {
	return "https://storage.example.com/" + object + "?type=" + contentType + "&ttl=" + ttl.String(), nil
}

func (d *ingestDeps) SignedPut(_ context.Context, object, contentType string, length int64, expires time.Time) (recording.Address, error) {
	return recording.Address{
		URL: "https://storage.example.com/" + object, Expires: expires,
		Header: map[string]string{"Content-Type": contentType, "length": strconv.FormatInt(length, 10)},
	}, nil
}

// create sends a request of the tenant's and checks the answer against the document.
func (w *world) create(t *testing.T, tenantID, key, body string) reply {
	t.Helper()
	return w.createAs(t, w.token(t, access.TenantAdmin, tenantID), tenantID, key, body)
}

func (w *world) createAs(t *testing.T, token, tenantID, key, body string) reply {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.url+requestsPath(tenantID), strings.NewReader(body))
	must(t, err)
	r.Header = http.Header{"Authorization": {"Bearer " + token}, "Content-Type": {"application/json"}}
	if key != "" {
		r.Header.Set("Idempotency-Key", key)
	}
	return w.roundTrip(t, r)
}

func (w *world) created(t *testing.T, status int, r reply) (api.CreatedRequest, *request.Request) {
	t.Helper()
	if r.status != status {
		t.Fatalf("status %d, want %d: %s", r.status, status, r.body)
	}
	answer := decode[api.CreatedRequest](t, r)
	row, err := w.store.ForTenant(demo).Request(t.Context(), answer.RequestID)
	must(t, err)
	return answer, row
}

const callWithAudio = `{"kind":"call","caller":{"name":"JANE EXAMPLE","phone":"(303) 555-0142","email":"Jane@Example.com"},
	"started_at":"2026-03-02T16:00:00Z","duration_s":61,"answered":true,"source":"Radio",
	"landing_page":"https://www.example.com/?gclid=click1","audio":{"content_type":"audio/mpeg","bytes":4711}}`

func TestACallIsCreatedWithAnAddressForItsAudio(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	before := time.Now()
	answer, row := w.created(t, http.StatusCreated, w.create(t, demo, "", callWithAudio))
	if !answer.Created || answer.Status != request.Received || answer.Upload == nil {
		t.Fatalf("answer %+v", answer)
	}
	object := recording.Upload(demo, answer.RequestID)
	want := api.Upload{
		Method: "PUT", URL: "https://storage.example.com/" + object, ExpiresAt: answer.Upload.ExpiresAt,
		Headers: map[string]string{"Content-Type": "audio/mpeg", "length": "4711"},
	}
	if diff := cmp.Diff(want, *answer.Upload); diff != "" {
		t.Errorf("upload (-want +got):\n%s", diff)
	}
	if e := answer.Upload.ExpiresAt; e.Before(before.Add(time.Hour).Truncate(time.Second)) || e.After(time.Now().Add(time.Hour)) || !row.Handling.UploadUntil.After(e) {
		t.Errorf("the address expires at %v and is waited for until %v", e, row.Handling.UploadUntil)
	}
	if want := (request.Caller{Name: "Jane Example", Phone: "+13035550142", Email: "jane@example.com"}); row.Caller != want {
		t.Errorf("caller %+v, want %+v", row.Caller, want)
	}
	d := request.Details{
		Direction: "inbound", Answered: true, DurationS: 61, HasRecording: true, Source: "Radio",
		LandingPage: "https://www.example.com/?gclid=click1", GCLID: "click1",
	}
	if diff := cmp.Diff(d, row.Details); diff != "" {
		t.Errorf("details (-want +got):\n%s", diff)
	}
	if row.Kind != request.Call || row.Namespace != request.NamespaceAPI || row.SourceID != "api" || row.Handling.Upload != object ||
		!strings.HasSuffix(row.Handling.Actor, "#ann@example.com") || !row.StartedAt.Equal(time.Date(2026, 3, 2, 16, 0, 0, 0, time.UTC)) {
		t.Errorf("row %+v", row)
	}
	if want := []string{"received " + demo + " " + answer.RequestID + " 1"}; !slices.Equal(w.ingest.announced, want) {
		t.Errorf("announced %v, want %v", w.ingest.announced, want)
	}
	if want := []string{demo + " api accepted call"}; !slices.Equal(w.ingest.counted, want) {
		t.Errorf("counted %v, want %v", w.ingest.counted, want)
	}
	counts := "/v1/tenants/" + demo + "/sources/api/deliveries?from=2026-03-01&to=2026-03-02"
	if got := w.get(t, counts, w.token(t, access.TenantAdmin, demo)); got.status != http.StatusOK {
		t.Errorf("counts: %d %s", got.status, got.body)
	}
}

func TestTheSameKeyIsTheSameRequest(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	first, _ := w.created(t, http.StatusCreated, w.create(t, demo, "crm-1", callWithAudio))

	reordered := `{"audio":{"bytes":4711,"content_type":"audio/mpeg"},"landing_page":"https://www.example.com/?gclid=click1","source":"Radio",
		"answered":true,"duration_s":61,"started_at":"2026-03-02T17:00:00+01:00","direction":"inbound",
		"caller":{"email":"Jane@Example.com","phone":"(303) 555-0142","name":"JANE EXAMPLE"},"kind":"call"}`
	again, _ := w.created(t, http.StatusOK, w.create(t, demo, "crm-1", reordered))
	if again.Created || again.RequestID != first.RequestID || again.Status != request.Received {
		t.Errorf("second time: %+v, want %s and not created", again, first.RequestID)
	}
	// The address that is given again is good for as long as the upload is waited for, no longer.
	if again.Upload == nil || !again.Upload.ExpiresAt.Equal(first.Upload.ExpiresAt) {
		t.Errorf("address %+v, want one that expires at %v", again.Upload, first.Upload.ExpiresAt)
	}
	other := strings.Replace(callWithAudio, `"duration_s":61`, `"duration_s":62`, 1)
	refused := w.create(t, demo, "crm-1", other)
	if code := decode[api.Problem](t, refused).Code; refused.status != http.StatusUnprocessableEntity || code != api.ProblemCodeIdempotencyKeyReused {
		t.Errorf("another body: %d %s", refused.status, code)
	}
	want := []string{demo + " api accepted call", demo + " api duplicate call", demo + " api rejected idempotency_key_reused"}
	if diff := cmp.Diff(want, w.ingest.counted); diff != "" {
		t.Errorf("counted (-want +got):\n%s", diff)
	}
	if len(w.ingest.announced) != 1 {
		t.Errorf("announced %v, want once", w.ingest.announced)
	}

	w.step(t, demo, first.RequestID, request.Received, func(c *store.Claim) stage.Result {
		c.Request.Recording = request.Recording{Object: "a", ContentType: "audio/mpeg"}
		return stage.Result{Transcript: &request.Transcript{Origin: request.OriginSpeech}}
	})
	taken, _ := w.created(t, http.StatusOK, w.create(t, demo, "crm-1", callWithAudio))
	if taken.Upload != nil || taken.Status != request.Transcribed {
		t.Errorf("after the upload was taken: %+v", taken)
	}
}

// forgetful commits everything twice, as a store does whose first answer was lost.
type forgetful struct{ api.Scope }

func (f forgetful) Accept(ctx context.Context, in request.Intake) (request.Acceptance, error) {
	if _, err := f.Scope.Accept(ctx, in); err != nil {
		return request.Acceptance{}, err
	}
	return f.Scope.Accept(ctx, in)
}

func TestALostAnswerOfTheStoreIsNotARepetition(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(s api.Scope) api.Scope { return forgetful{s} })
	if answer, row := w.created(t, http.StatusCreated, w.create(t, demo, "", callWithAudio)); !answer.Created || answer.Upload == nil || row.ID != answer.RequestID {
		t.Errorf("without a key: %+v", answer)
	}
	if answer, _ := w.created(t, http.StatusOK, w.create(t, demo, "k", callWithAudio)); answer.Created || answer.Upload == nil {
		t.Errorf("with a key: %+v", answer)
	}
}

func TestAKeyIsItsCallersOwn(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	const body = `{"kind":"text","text":"Do you do decks?"}`
	bob, err := w.issuer.AccessToken(oidc.Access{Subject: "bob@example.com", Audience: audience, Role: string(access.TenantAdmin), TenantID: demo})
	must(t, err)
	seen := map[string]bool{}
	for _, r := range []reply{
		w.create(t, demo, "k", body), w.create(t, other, "k", body), w.createAs(t, bob, demo, "k", body),
		w.create(t, demo, "", body), w.create(t, demo, "", body),
	} {
		if r.status != http.StatusCreated {
			t.Errorf("status %d: %s", r.status, r.body)
		}
		seen[decode[api.CreatedRequest](t, r).RequestID] = true
	}
	if len(seen) != 5 {
		t.Errorf("%d requests, want 5: two tenants, two callers, two without a key", len(seen))
	}
}

func TestFormsAndTextsStartTranscribedAndMasked(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	answer, row := w.created(t, http.StatusCreated, w.create(t, demo, "", `{"kind":"form","fields":[{"name":"your-name","value":"Ann Example"},
		{"name":"email","value":"ann@example.com"},{"name":"message","value":"Charge my card 4111 1111 1111 1111 for the deck."}]}`))
	if answer.Status != request.Transcribed || row.Status != request.Transcribed || answer.Upload != nil {
		t.Errorf("form: %+v", answer)
	}
	if row.Caller.Name != "Ann Example" || row.Caller.Email != "ann@example.com" {
		t.Errorf("caller %+v", row.Caller)
	}
	if text := row.Details.Fields[2].Value; strings.Contains(text, "4111") || !strings.Contains(text, "for the deck") {
		t.Errorf("message %q", text)
	}
	_, row = w.created(t, http.StatusCreated, w.create(t, demo, "", `{"kind":"text","caller":{"phone":"303 555 0142"},"text":"Card 4111111111111111, a deck please"}`))
	if strings.Contains(row.Details.Text, "4111") || row.Caller.Phone != "+13035550142" || row.Details.Direction != "inbound" {
		t.Errorf("text %+v by %+v", row.Details, row.Caller)
	}
	if len(w.ingest.announced) != 2 || !strings.HasPrefix(w.ingest.announced[0], "transcribed ") {
		t.Errorf("announced %v", w.ingest.announced)
	}
}

func TestACallMayBringItsTranscript(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	answer, row := w.created(t, http.StatusCreated, w.create(t, demo, "", `{"kind":"call","transcript":[
		{"speaker":"agent","start_s":0,"end_s":2.5,"text":" Acme, hello. "},{"speaker":"x","text":"  "},
		{"speaker":"customer","start_s":3,"text":"My card is 4111 1111 1111 1111."}]}`))
	if answer.Status != request.Received || answer.Upload != nil || row.Details.Given == nil {
		t.Fatalf("answer %+v, row %+v", answer, row)
	}
	got := row.Details.Given.Segments
	if len(got) != 2 || got[0] != (request.Segment{Index: 0, Speaker: "agent", End: 2.5, Text: "Acme, hello."}) || got[1].Index != 1 || got[1].End != 3 {
		t.Errorf("segments %+v", got)
	}
	if len(row.Details.Given.Redactions) != 1 || strings.Contains(got[1].Text, "4111") {
		t.Errorf("not masked: %+v", row.Details.Given)
	}
}

func TestWhatContradictsItselfIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	for body, field := range map[string]string{
		`{"kind":"form","fields":[{"name":"a","value":"b"}],"audio":{"content_type":"audio/mpeg","bytes":1}}`:           "audio",
		`{"kind":"text","text":"a","transcript":[{"speaker":"agent","text":"a"}]}`:                                      "transcript",
		`{"kind":"call","audio":{"content_type":"audio/mpeg","bytes":1},"transcript":[{"speaker":"agent","text":"a"}]}`: "transcript",
		`{"kind":"call","fields":[{"name":"a","value":"b"}]}`:                                                           "fields",
		`{"kind":"form"}`:                                                            "fields",
		`{"kind":"call","text":"a"}`:                                                 "text",
		`{"kind":"text","text":"  "}`:                                                "text",
		`{"kind":"text","text":"a","duration_s":61}`:                                 "duration_s",
		`{"kind":"text","text":"a","answered":true}`:                                 "answered",
		`{"kind":"text","text":"a","voicemail":true}`:                                "voicemail",
		`{"kind":"form","fields":[{"name":"a","value":"b"}],"direction":"outbound"}`: "direction",
		`{"kind":"call","started_at":"0001-01-01T00:00:00Z"}`:                        "started_at",
		`{"kind":"call","started_at":"9999-01-01T00:00:00Z"}`:                        "started_at",
	} {
		got := w.create(t, demo, "", body)
		problem := decode[api.Problem](t, got)
		if got.status != http.StatusBadRequest || problem.Code != api.ProblemCodeInvalidRequest || len(problem.Errors) != 1 || problem.Errors[0].Field != field {
			t.Errorf("%s: %d %s", body, got.status, got.body)
		}
	}
	for _, body := range []string{
		`{"kind":"fax"}`, `{}`, `{"kind":"call","audio":{"content_type":"text/html","bytes":1}}`,
		`{"kind":"call","audio":{"content_type":"audio/mpeg","bytes":0}}`, `{"kind":"call","audio":{"content_type":"audio/mpeg","bytes":209715201}}`,
	} {
		if got := w.create(t, demo, "", body); got.status != http.StatusBadRequest {
			t.Errorf("%s: %d %s", body, got.status, got.body)
		}
	}
	if rows := w.ingest.announced; len(rows) > 0 {
		t.Errorf("announced %v", rows)
	}
}

func TestAFieldThatNobodyKnowsIsNamed(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	for body, place := range map[string]string{
		`{"kind":"call","silent":true}`:                                 "/silent",
		`{"kind":"call","caller":{"name":"Jane Example","fax":"1"}}`:    "/caller/fax",
		`{"kind":"call","caller":{"fax":"1","e-mail":"j@example.com"}}`: "/caller/e-mail",
	} {
		got := w.create(t, demo, "", body)
		if problem := decode[api.Problem](t, got); got.status != http.StatusBadRequest || problem.Parameter != place {
			t.Errorf("%s: %d %s", body, got.status, got.body)
		}
	}
}

func TestALimitThatIsReachedSaysWhenToComeAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	for code, exceeded := range map[api.ProblemCode]*limit.ExceededError{
		api.ProblemCodeRateLimited:   {After: 1500 * time.Millisecond},
		api.ProblemCodeQuotaExceeded: {Daily: true, After: 2 * time.Hour},
	} {
		w.ingest.full = exceeded
		got := w.create(t, demo, "k", callWithAudio)
		if got.status != http.StatusTooManyRequests || decode[api.Problem](t, got).Code != code {
			t.Errorf("%d %s, want %s", got.status, got.body, code)
		}
		if after := got.header.Get("Retry-After"); after != strconv.Itoa(exceeded.Seconds()) {
			t.Errorf("%s: Retry-After %q, want %d", code, after, exceeded.Seconds())
		}
		if !slices.Contains(w.ingest.counted, demo+" api rejected "+string(code)) {
			t.Errorf("counted %v", w.ingest.counted)
		}
	}
	w.ingest.full = store.ErrUnavailable
	if got := w.create(t, demo, "k", callWithAudio); got.status != http.StatusServiceUnavailable || got.header.Get("Retry-After") == "" {
		t.Errorf("without the store: %d %s", got.status, got.body)
	}
	w.ingest.full = nil
	if got := w.create(t, demo, "k", callWithAudio); got.status != http.StatusCreated {
		t.Errorf("with room again: %d, something was created before", got.status)
	}
}

func TestARequestIsKeptAlthoughItsStepIsNotTold(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.ingest.deaf = errors.New("no topic")
	w.created(t, http.StatusCreated, w.create(t, demo, "", callWithAudio))
	if len(w.ingest.announced) != 1 {
		t.Errorf("announced %v", w.ingest.announced)
	}
	must(t, w.store.Operator().PutTenant(t.Context(), "test", tenant.Tenant{
		ID: demo, Name: demo, Status: tenant.Suspended, TimeZone: "UTC", Region: "US",
	}))
	must(t, w.directory.Refresh(t.Context()))
	w.created(t, http.StatusCreated, w.create(t, demo, "", callWithAudio))
	if len(w.ingest.announced) != 1 {
		t.Errorf("a suspended tenant's request was announced: %v", w.ingest.announced)
	}
}

func TestAViewerCreatesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	if got := w.createAs(t, w.token(t, access.TenantViewer, demo), demo, "", callWithAudio); got.status != http.StatusForbidden {
		t.Errorf("viewer: %d", got.status)
	}
	if got := w.createAs(t, w.token(t, access.TenantAdmin, other), demo, "", callWithAudio); got.status != http.StatusNotFound {
		t.Errorf("another tenant's: %d", got.status)
	}
	if body := bytes.Repeat([]byte(" "), 2<<20); w.create(t, demo, "", string(body)).status != http.StatusRequestEntityTooLarge {
		t.Error("a huge body was read")
	}
}
