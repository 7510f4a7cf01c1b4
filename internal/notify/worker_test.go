package notify

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/secret"
	"github.com/your-org/multi-tenant-pipeline/internal/stage"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
	"github.com/your-org/multi-tenant-pipeline/pkg/outbound"
)

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

// record is a claimed request in memory.
type record struct {
	stage.Record // what notify never calls
	analysis     *request.Analysis
	transcript   *request.Transcript
	deliveries   []request.Delivery
	notices      []request.Notice
	lost         bool
}

func (r *record) Analysis(context.Context) (*request.Analysis, error) { return r.analysis, nil }
func (r *record) Transcript(context.Context) (*request.Transcript, error) {
	return r.transcript, nil
}
func (r *record) Deliveries(context.Context) ([]request.Delivery, error) { return r.deliveries, nil }
func (r *record) Notices(context.Context) ([]request.Notice, error)      { return r.notices, nil }
func (r *record) Notified(_ context.Context, n request.Notice) error {
	if r.lost {
		return stage.ErrLost
	}
	r.notices = append(r.notices, n)
	return nil
}

// secrets are secrets by name.
type secrets map[string]string

func (s secrets) Get(_ context.Context, name string) (string, error) {
	value, ok := s[name]
	if !ok {
		return "", secret.ErrNotFound
	}
	return value, nil
}

// webhook is an incoming webhook that answers as it is told and keeps what it took.
type webhook struct {
	url    string
	status int
	body   string
	header http.Header
	got    []string
}

func newWebhook(t *testing.T) *webhook {
	t.Helper()
	h := &webhook{status: http.StatusOK, body: "ok", header: http.Header{}}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		payload, err := outbound.ReadAll(r.Body, 1<<20)
		if err != nil {
			t.Error(err)
		}
		if h.status == http.StatusOK {
			h.got = append(h.got, string(payload))
		}
		for name, values := range h.header {
			w.Header()[name] = values
		}
		w.WriteHeader(h.status)
		_, _ = w.Write([]byte(h.body))
	}))
	t.Cleanup(server.Close)
	h.url = server.URL + "/services/T0/B0/hidden"
	return h
}

func newWorker(t *testing.T, cfg Config, s secrets) *Worker {
	t.Helper()
	w, err := New(cfg, s, outbound.New(outbound.Options{AllowLoopback: true}))
	if err != nil {
		t.Fatal(err)
	}
	w.now = func() time.Time { return noon }
	w.slack.now = w.now
	return w
}

func kitchen() *request.Analysis {
	low, high := int64(25000), int64(40000)
	return &request.Analysis{
		Intent: "quote_request", ProjectType: "kitchen", Timeline: "1_3_months", IsLead: true,
		Budget: request.Budget{Signal: "medium", Min: &low, Max: &high}, LeadScore: 84, ScoreBand: request.Hot,
		Summary: "Wants a new kitchen & <b>soon</b>.", Customer: request.Person{Name: "Jane Roe", Email: "jane@example.com"},
		NextSteps: []string{"Call back before Friday"},
		Evidence:  []request.Evidence{{Field: "timeline", Quote: "before the summer"}, {Field: "budget", Quote: "before the summer"}},
	}
}

func newJob(n tenant.Notifications, a *request.Analysis) (*stage.Job, *record) {
	r := &record{analysis: a}
	return &stage.Job{
		Tenant: &tenant.Tenant{ID: "tenant_demo", Name: "Demo Company", TimeZone: "America/Denver", Settings: tenant.Settings{Notifications: n}},
		Request: &request.Request{TenantID: "tenant_demo", ID: "req_a", Kind: request.Call, ReceivedAt: noon,
			Caller: request.Caller{Phone: "+13035550142"}, Details: request.Details{Source: "Google Ads", Campaign: "Spring"}},
		Record: r,
	}, r
}

func slackTo(names ...string) tenant.Notifications {
	var n tenant.Notifications
	for _, name := range names {
		n.Slack = append(n.Slack, tenant.Slack{Name: name, Secret: name})
	}
	return n
}

func TestWhoIsTold(t *testing.T) {
	t.Parallel()
	lead := func(score int) *request.Analysis {
		return &request.Analysis{IsLead: true, LeadScore: score, ScoreBand: request.BandOf(score)}
	}
	before := func(b request.Band) []request.Notice { return []request.Notice{{Channel: "slack:sales", Band: b}} }
	for _, test := range []struct {
		name     string
		band     string
		analysis *request.Analysis
		notices  []request.Notice
		want     bool
	}{
		{"every lead by default", "", lead(5), nil, true},
		{"at the band", "warm", lead(50), nil, true},
		{"above the band", "warm", lead(90), nil, true},
		{"below the band", "warm", lead(49), nil, false},
		{"no lead", "", &request.Analysis{Intent: "wrong_number"}, nil, false},
		{"no lead, and everything is wanted", "none", &request.Analysis{Intent: "complaint"}, nil, true},
		{"spam, and everything is wanted", "none", &request.Analysis{Intent: "spam", Spam: true}, nil, false},
		{"told already", "", lead(60), before(request.Warm), false},
		{"the band rose", "", lead(90), before(request.Warm), true},
		{"the band fell", "", lead(30), before(request.Warm), false},
		{"told twice, the higher counts", "", lead(60), append(before(request.Hot), before(request.Cold)...), false},
		{"another channel was told", "", lead(60), []request.Notice{{Channel: "slack:office", Band: request.Warm}}, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			hook := newWebhook(t)
			n := slackTo("sales")
			n.Slack[0].Band = test.band
			job, record := newJob(n, test.analysis)
			record.notices = test.notices
			if _, err := newWorker(t, Config{}, secrets{"sales": hook.url}).Work(t.Context(), job); err != nil {
				t.Fatal(err)
			}
			if got := len(hook.got) == 1; got != test.want {
				t.Errorf("told: %t, want %t", got, test.want)
			}
			if got := len(record.notices) > len(test.notices); got != test.want {
				t.Errorf("written down: %t, want %t", got, test.want)
			}
		})
	}
}

func TestATenantWithoutChannelsCompletesAtOnce(t *testing.T) {
	t.Parallel()
	job, _ := newJob(tenant.Notifications{}, nil)
	got, err := newWorker(t, Config{}, nil).Work(t.Context(), job)
	if want := "nobody to tell"; err != nil || got.Detail != want {
		t.Errorf("Work() = %q, %v, want %q", got.Detail, err, want)
	}
}

func TestNobodyIsToldOfHistory(t *testing.T) {
	t.Parallel()
	h := newWebhook(t)
	job, _ := newJob(slackTo("sales"), kitchen())
	job.Request.Handling.Silent = true
	if _, err := newWorker(t, Config{}, secrets{"sales": h.url}).Work(t.Context(), job); err != nil || len(h.got) > 0 {
		t.Errorf("told %v, %v", h.got, err)
	}
	job.Request.Handling.Silent = false
	if _, err := newWorker(t, Config{}, secrets{"sales": h.url}).Work(t.Context(), job); err != nil || len(h.got) != 1 {
		t.Errorf("an ordinary request: told %v, %v", h.got, err)
	}
}

func TestNobodyIsToldOfARunThatOnlyBringsCRMsUpToDate(t *testing.T) {
	t.Parallel()
	h := newWebhook(t)
	job, _ := newJob(slackTo("sales"), kitchen())
	job.Request.Run, job.Request.Handling.QuietRun = 2, 2
	if _, err := newWorker(t, Config{}, secrets{"sales": h.url}).Work(t.Context(), job); err != nil || len(h.got) > 0 {
		t.Errorf("told %v, %v", h.got, err)
	}
	job.Request.Run = 3
	if _, err := newWorker(t, Config{}, secrets{"sales": h.url}).Work(t.Context(), job); err != nil || len(h.got) != 1 {
		t.Errorf("the run after it: told %v, %v", h.got, err)
	}
}

func TestARefusedChannelHoldsNobodyUp(t *testing.T) {
	t.Parallel()
	gone, good := newWebhook(t), newWebhook(t)
	gone.status, gone.body = http.StatusNotFound, "no_service"
	page := newWebhook(t)
	page.status, page.body = http.StatusForbidden, "<html>blocked by proxy</html>"
	n := slackTo("gone", "page", "unknown", "garbage", "private", "good")
	n.Email = []tenant.Email{{Name: "owner", To: []string{"owner@example.com"}}}
	job, record := newJob(n, kitchen())
	s := secrets{"gone": gone.url, "page": page.url, "garbage": "::", "private": "http://10.0.0.1/x", "good": good.url}
	got, err := newWorker(t, Config{}, s).Work(t.Context(), job)
	if err != nil {
		t.Fatal(err)
	}
	want := strings.Join([]string{
		"slack:gone refused: no_service",
		"slack:page refused: status 403",
		"slack:unknown refused: the secret with its address does not exist",
		"slack:garbage refused: its address is not a URL",
		"slack:private refused: its address is not allowed",
		"slack:good told",
		"email:owner refused: no mail server is configured",
	}, ", ")
	if got.Detail != want {
		t.Errorf("detail differs\n got %s\nwant %s", got.Detail, want)
	}
	if diff := cmp.Diff([]request.Notice{{Channel: "slack:good", Band: request.Hot, SentAt: noon}}, record.notices); diff != "" {
		t.Errorf("notices differ (-want +got):\n%s", diff)
	}
}

func TestAFailingChannelIsTriedAgainAndTheOthersAreNot(t *testing.T) {
	t.Parallel()
	first, second, third := newWebhook(t), newWebhook(t), newWebhook(t)
	second.status = http.StatusInternalServerError
	job, record := newJob(slackTo("first", "second", "third"), kitchen())
	w := newWorker(t, Config{}, secrets{"first": first.url, "second": second.url, "third": third.url})
	_, err := w.Work(t.Context(), job)
	if err == nil || strings.Contains(err.Error(), "hidden") || !strings.Contains(err.Error(), "slack:second") {
		t.Errorf("Work() = %v, want an error that names the channel and hides its address", err)
	}
	second.status = http.StatusOK
	if _, err := w.Work(t.Context(), job); err != nil {
		t.Fatal(err)
	}
	if got := []int{len(first.got), len(second.got), len(third.got)}; !cmp.Equal(got, []int{1, 1, 1}) {
		t.Errorf("told %v times, want each once", got)
	}
	if len(record.notices) != 3 {
		t.Errorf("%d notices, want 3", len(record.notices))
	}
}

func TestAnOutageOfAChannelIsWaitedForAndDoesNotFailTheRequest(t *testing.T) {
	t.Parallel()
	hook := newWebhook(t)
	hook.status = http.StatusServiceUnavailable
	job, _ := newJob(slackTo("sales"), kitchen())
	w := newWorker(t, Config{Patience: 24 * time.Hour}, secrets{"sales": hook.url})
	for age, pause := range map[time.Duration]time.Duration{0: shortest, 12 * time.Minute: 2 * time.Minute, 23 * time.Hour: longest} {
		w.now = func() time.Time { return noon.Add(age) }
		_, err := w.Work(t.Context(), job)
		var later *stage.LaterError
		if !errors.As(err, &later) || !later.When.Equal(noon.Add(age+pause)) {
			t.Errorf("after %v: got %v, want another try in %v", age, err, pause)
		}
	}
	w.now = func() time.Time { return noon.Add(25 * time.Hour) }
	got, err := w.Work(t.Context(), job)
	if err != nil || got.Detail != "slack:sales given up: it could not be reached" {
		t.Errorf("after a day: got %q, %v", got.Detail, err)
	}
}

// A webhook that is throttled day after day must not hold its requests open for ever.
func TestAWebhookThatAsksToWaitIsGivenUpLikeAnyOther(t *testing.T) {
	t.Parallel()
	hook := newWebhook(t)
	hook.status = http.StatusTooManyRequests
	job, record := newJob(slackTo("sales"), kitchen())
	w := newWorker(t, Config{Patience: 24 * time.Hour}, secrets{"sales": hook.url})
	w.now = func() time.Time { return noon.Add(25 * time.Hour) }
	got, err := w.Work(t.Context(), job)
	if err != nil || got.Detail != "slack:sales given up: it could not be reached" || len(record.notices) != 0 {
		t.Errorf("after a day: got %q, %v, %d notices", got.Detail, err, len(record.notices))
	}
}

func TestAnUnreachableWebhookIsAnErrorWithoutItsAddress(t *testing.T) {
	t.Parallel()
	job, _ := newJob(slackTo("sales"), kitchen())
	_, err := newWorker(t, Config{}, secrets{"sales": "http://127.0.0.1:1/services/hidden"}).Work(t.Context(), job)
	if err == nil || strings.Contains(err.Error(), "hidden") {
		t.Errorf("Work() = %v, want an error that hides the address", err)
	}
}

func TestSlackSaysHowLongToWait(t *testing.T) {
	t.Parallel()
	for header, wait := range map[string]time.Duration{"7": 7 * time.Second, "": rateWait, "soon": rateWait, "-1": rateWait, "999999": maxRateWait} {
		hook, good := newWebhook(t), newWebhook(t)
		hook.status = http.StatusTooManyRequests
		hook.header.Set("Retry-After", header)
		job, record := newJob(slackTo("sales", "good"), kitchen())
		_, err := newWorker(t, Config{}, secrets{"sales": hook.url, "good": good.url}).Work(t.Context(), job)
		var later *stage.LaterError
		if !errors.As(err, &later) || !later.When.Equal(noon.Add(wait)) {
			t.Errorf("Retry-After %q: Work() = %v, want later by %s", header, err, wait)
		}
		if len(record.notices) != 1 {
			t.Errorf("Retry-After %q: the other channel was not told", header)
		}
	}
}

func TestALostClaimEndsTheWork(t *testing.T) {
	t.Parallel()
	first, second := newWebhook(t), newWebhook(t)
	job, record := newJob(slackTo("first", "second"), kitchen())
	record.lost = true
	_, err := newWorker(t, Config{}, secrets{"first": first.url, "second": second.url}).Work(t.Context(), job)
	if !errors.Is(err, stage.ErrLost) || len(second.got) != 0 {
		t.Errorf("Work() = %v after %d further messages, want ErrLost and none", err, len(second.got))
	}
}

func TestWithoutAnAnalysisThereIsNothingToTell(t *testing.T) {
	t.Parallel()
	job, _ := newJob(slackTo("sales"), nil)
	_, err := newWorker(t, Config{}, nil).Work(t.Context(), job)
	var permanent *stage.PermanentError
	if !errors.As(err, &permanent) {
		t.Errorf("Work() = %v, want a permanent error", err)
	}
}

func TestTheWorkflowDecidesWhoIsTold(t *testing.T) {
	t.Parallel()
	sales, roofing := newWebhook(t), newWebhook(t)
	n := slackTo("sales", "roofing")
	n.Slack[1].Band = "hot"
	a := kitchen()
	a.LeadScore, a.ScoreBand = 60, request.Warm
	job, record := newJob(n, a)
	record.transcript = &request.Transcript{Segments: []request.Segment{{Speaker: request.Customer, Text: "And the roof leaks."}}}
	job.Tenant.Settings.Workflow = []tenant.Rule{
		{Name: "Roofs", When: "transcript.text.contains('roof')", Actions: tenant.Actions{Notify: tenant.Selection{Names: []string{"roofing"}}}},
	}
	got, err := newWorker(t, Config{}, secrets{"sales": sales.url, "roofing": roofing.url}).Work(t.Context(), job)
	if want := "slack:roofing told"; err != nil || got.Detail != want {
		t.Errorf("Work() = %q, %v, want %q", got.Detail, err, want)
	}
	if len(sales.got) != 0 || len(roofing.got) != 1 {
		t.Errorf("sales was told %d times, roofing %d times", len(sales.got), len(roofing.got))
	}
}

func TestWritingBackIsNoNews(t *testing.T) {
	t.Parallel()
	hook := newWebhook(t)
	job, record := newJob(slackTo("sales"), kitchen())
	record.deliveries = []request.Delivery{
		{Connector: "hubspot", State: request.DeliveryDone, Outcome: "created"},
		{Connector: request.ConnectorCallRail, State: request.DeliveryParked, Error: "no API key"},
	}
	if _, err := newWorker(t, Config{}, secrets{"sales": hook.url}).Work(t.Context(), job); err != nil {
		t.Fatal(err)
	}
	if len(hook.got) != 1 || !strings.Contains(hook.got[0], "HubSpot: created") || strings.Contains(hook.got[0], "no API key") {
		t.Errorf("told %q", hook.got)
	}
}
