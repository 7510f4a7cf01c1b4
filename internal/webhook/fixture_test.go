package webhook

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/callrail"
	"github.com/your-org/multi-tenant-pipeline/internal/limit"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

const (
	endpoint     = "/v1/callrail/webhook"
	demoKey      = "00112233445566778899aabbccddeeff"
	demoOldKey   = "ffeeddccbbaa99887766554433221100"
	otherKey     = "another-tenants-key"
	bootstrapKey = "bootstrap-key"
	sharedKey    = "key-of-two-sources"
	restingKey   = "key-of-a-suspended-source"
	ownerKey     = "key-of-a-companys-owner"
	squatterKey  = "key-of-who-registered-its-number"
	formsKey     = "key-of-the-tenants-server"
	formsOldKey  = "key-of-the-tenants-server-before"
)

// The default logger is only used for what has no logger of its own; tests read the others.
func TestMain(m *testing.M) {
	slog.SetDefault(slog.New(slog.DiscardHandler))
	os.Exit(m.Run())
}

var tenants = []tenant.Tenant{
	{ID: "tenant_demo", Status: tenant.Active, Region: "US", Sources: []tenant.Source{{
		ID: "src_demo", Kind: tenant.SourceCallRail, CompanyID: "12345", CompanyResourceID: "COM1", SigningSecrets: []string{"tenant-tenant_demo-signing", "tenant-tenant_demo-signing_old"},
	}}},
	{ID: "tenant_other", Status: tenant.Active, Sources: []tenant.Source{{
		ID: "src_other", Kind: tenant.SourceCallRail, CompanyID: "67890", CompanyResourceID: "COM2", SigningSecrets: []string{"tenant-tenant_other-signing"},
	}}},
	{ID: "tenant_new", Status: tenant.Active},
	{ID: "tenant_off", Status: tenant.Suspended},
	{ID: "tenant_paused", Status: tenant.Active, Pauses: []tenant.Pause{{TenantID: "tenant_paused", Subject: tenant.PauseStep("transcribe")}}},
	{ID: "tenant_choosy", Status: tenant.Active, Settings: tenant.Settings{Process: tenant.Process{Outbound: true, SkipTexts: true}}},
	{ID: "tenant_forms", Status: tenant.Active, Region: "US", Sources: []tenant.Source{
		{ID: "web", Name: "Website", Kind: tenant.SourceForm, SigningSecrets: []string{"tenant-tenant_forms-forms", "tenant-tenant_forms-forms_old"}, Settings: tenant.SourceSettings{
			FormKeys: []string{"form-key", "", "next-form-key"}, Origins: []string{"https://www.example.com", "https://example.com:8443"},
		}},
		{ID: "closed", Kind: tenant.SourceForm, Status: tenant.Suspended, Settings: tenant.SourceSettings{
			FormKeys: []string{"closed-key"}, Origins: []string{"https://www.example.com"},
		}},
	}},
	// One key for both: the second source's company is no longer wanted.
	{ID: "tenant_resting", Status: tenant.Active, Sources: []tenant.Source{
		{ID: "src_on", Kind: tenant.SourceCallRail, Status: tenant.Active, CompanyID: "3001", SigningSecrets: []string{"tenant-tenant_resting-shared"}},
		{ID: "src_off", Kind: tenant.SourceCallRail, Status: tenant.Suspended, CompanyID: "3002", CompanyResourceID: "COM3002", SigningSecrets: []string{"tenant-tenant_resting-shared", "tenant-tenant_resting-own"}},
	}},
	// Both name the company 4001: the one by its resource id, the other, whose it is not, by its number.
	{ID: "tenant_owner", Status: tenant.Active, Sources: []tenant.Source{
		{ID: "src_owner", Kind: tenant.SourceCallRail, CompanyResourceID: "COM4001", SigningSecrets: []string{"tenant-tenant_owner-signing"}},
	}},
	{ID: "tenant_squatter", Status: tenant.Active, Sources: []tenant.Source{
		{ID: "src_squatter", Kind: tenant.SourceCallRail, CompanyID: "4001", SigningSecrets: []string{"tenant-tenant_squatter-signing"}},
	}},
	{ID: "tenant_keyless", Status: tenant.Active, Sources: []tenant.Source{{
		ID: "src_keyless", Kind: tenant.SourceCallRail, SigningSecrets: []string{"tenant-tenant_keyless-unreadable"},
	}, {
		ID: "web_keyless", Kind: tenant.SourceForm, SigningSecrets: []string{"tenant-tenant_keyless-unreadable"},
	}}},
}

type loader []tenant.Tenant

func (l loader) Tenants(context.Context) ([]tenant.Tenant, error) { return l, nil }

type secrets map[string]string

func (s secrets) Get(_ context.Context, name string) (string, error) {
	if value, ok := s[name]; ok {
		return value, nil
	}
	return "", errors.New("secret not readable")
}

// store keeps requests as the real one does: the first delivery makes the row.
type store struct {
	mu      sync.Mutex
	err     error
	lost    bool // its answers are: what it commits is there all the same
	hangs   bool // until nobody waits any more
	intakes []request.Intake
	rows    map[string]string // request id → body hash
}

func (s *store) Accept(ctx context.Context, in request.Intake) (request.Acceptance, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.hangs {
		<-ctx.Done()
	}
	if err := errors.Join(s.err, ctx.Err()); err != nil {
		return request.Acceptance{}, err
	}
	answer := s.accept(in)
	if s.lost {
		return request.Acceptance{}, errors.New("the answer was lost")
	}
	return answer, nil
}

func (s *store) accept(in request.Intake) request.Acceptance {
	for _, alike := range in.Alike {
		if _, there := s.rows[alike]; there {
			return request.Acceptance{Outcome: request.Duplicate, Original: alike}
		}
	}
	hash, there := s.rows[in.Request.ID]
	s.rows[in.Request.ID] = in.BodyHash
	switch {
	case !there:
		s.intakes = append(s.intakes, in)
		return request.Acceptance{Outcome: request.Accepted, Status: in.Request.Kind.FirstStatus(), Run: 1, Announce: true}
	case in.Change && hash != in.BodyHash:
		s.intakes = append(s.intakes, in)
		return request.Acceptance{Outcome: request.Updated}
	default:
		return request.Acceptance{Outcome: request.Duplicate}
	}
}

type announcer struct {
	err   error
	hangs bool // until nobody waits any more
	told  []string
}

func (a *announcer) Announce(ctx context.Context, s request.Status, tenantID, requestID string, _ int64) error {
	if a.hangs {
		<-ctx.Done()
	}
	a.told = append(a.told, string(s)+" "+tenantID+" "+requestID)
	return a.err
}

// intake keeps deliveries in the order in which they came. It is away until a test brings it back.
type intake struct {
	mu    sync.Mutex
	err   error
	hangs bool
	kept  [][]byte
}

func (i *intake) Keep(ctx context.Context, delivery []byte) error {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.hangs {
		<-ctx.Done()
	}
	if err := errors.Join(i.err, ctx.Err()); err != nil {
		return err
	}
	i.kept = append(i.kept, delivery)
	return nil
}

type counts []string

func (c *counts) Count(tenantID, sourceID, outcome, reason string) {
	*c = append(*c, strings.Join([]string{tenantID, sourceID, outcome, reason}, "/"))
}

// limits lets everything through until an error is set, and notes what it was asked.
type limits struct {
	err   error
	taken []string
}

func (l *limits) Take(_ context.Context, t *tenant.Tenant, s limit.Subject) error {
	l.taken = append(l.taken, t.ID+" "+string(s))
	return l.err
}

// fixture is a webhook with everything around it in memory, and a clock that stands still.
type fixture struct {
	*Webhook
	store     *store
	announcer *announcer
	intake    *intake
	limits    *limits
	counts    *counts
	directory *tenant.Directory
	now       time.Time
	log       *bytes.Buffer
}

func newFixture(t testing.TB) *fixture { return newFixtureWith(t, Config{BodyTimeout: time.Minute}) }

func newFixtureWith(t testing.TB, cfg Config) *fixture {
	t.Helper()
	f := newUnloaded(t, cfg)
	if err := f.directory.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	return f
}

// newUnloaded is a webhook that has just started, and has not read its tenants and keys yet.
func newUnloaded(t testing.TB, cfg Config) *fixture {
	t.Helper()
	cfg.BodyTimeout, cfg.Patience = cmp.Or(cfg.BodyTimeout, time.Minute), cmp.Or(cfg.Patience, time.Hour)
	cfg.CommitTimeout, cfg.PublishTimeout = cmp.Or(cfg.CommitTimeout, time.Minute), cmp.Or(cfg.PublishTimeout, time.Minute)
	keys := NewKeyRing(secrets{
		"tenant-tenant_demo-signing": demoKey + "\n", "tenant-tenant_demo-signing_old": demoOldKey,
		"tenant-tenant_other-signing": otherKey, "bootstrap": bootstrapKey,
		"tenant-tenant_resting-shared": sharedKey, "tenant-tenant_resting-own": restingKey,
		"tenant-tenant_owner-signing": ownerKey, "tenant-tenant_squatter-signing": squatterKey,
		"tenant-tenant_forms-forms": formsKey, "tenant-tenant_forms-forms_old": formsOldKey,
	}, "bootstrap")
	f := &fixture{
		store: &store{rows: map[string]string{}}, announcer: &announcer{}, intake: &intake{err: errors.New("pubsub is away")},
		limits: &limits{}, counts: &counts{}, log: &bytes.Buffer{}, now: fixedNow(),
		directory: tenant.NewDirectory(loader(tenants), tenant.Options{Interval: time.Second, Prepare: keys.Load}),
	}
	w, err := New(cfg, Deps{
		Tenants: f.directory, Keys: keys, Store: f.store, Announcer: f.announcer, Intake: f.intake, Limits: f.limits, Counts: f.counts,
		Logger: slog.New(slog.NewTextHandler(f.log, &slog.HandlerOptions{Level: slog.LevelDebug})), Now: func() time.Time { return f.now },
	})
	if err != nil {
		t.Fatal(err)
	}
	f.Webhook = w
	return f
}

func fixedNow() time.Time { return time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC) }

// signedRequest is a delivery signed in the relay's form; an empty key signs nothing.
func signedRequest(t testing.TB, target, body, key string) *http.Request {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, target, strings.NewReader(body))
	if key != "" {
		r.Header.Set(callrail.HeaderSHA256, callrail.SignSHA256([]byte(body), key))
	}
	return r
}

type answer struct {
	Status    int
	Outcome   string
	RequestID string
	Code      string
}

func (f *fixture) send(t testing.TB, r *http.Request) answer {
	t.Helper()
	w := httptest.NewRecorder()
	f.ServeHTTP(w, r)
	var body struct {
		Success   bool   `json:"success"`
		Status    string `json:"status"`
		RequestID string `json:"request_id"`
		Error     struct {
			Code string `json:"code"`
		} `json:"error"`
	}
	if err := json.Unmarshal(w.Body.Bytes(), &body); err != nil {
		t.Fatalf("reply %q: %v", w.Body.String(), err)
	}
	if body.Success != (w.Code == http.StatusOK) {
		t.Errorf("success = %v with status %d", body.Success, w.Code)
	}
	return answer{Status: w.Code, Outcome: body.Status, RequestID: body.RequestID, Code: body.Error.Code}
}
