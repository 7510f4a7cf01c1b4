package stage_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/stage"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

func TestAConfigReportsEveryProblem(t *testing.T) {
	t.Parallel()
	good := stage.Config{Lease: time.Second, Attempts: 1, Backoff: time.Second, Longest: time.Second}
	for name, tt := range map[string]struct {
		change func(*stage.Config)
		want   []string
	}{
		"none":                     {func(*stage.Config) {}, nil},
		"no lease":                 {func(c *stage.Config) { c.Lease = 0 }, []string{"STEP_LEASE"}},
		"no backoff":               {func(c *stage.Config) { c.Backoff = 0 }, []string{"STEP_BACKOFF"}},
		"a longest that is short":  {func(c *stage.Config) { c.Longest-- }, []string{"STEP_BACKOFF_MAX"}},
		"no attempts":              {func(c *stage.Config) { c.Attempts = 0 }, []string{"STEP_ATTEMPTS"}},
		"no attempts and no lease": {func(c *stage.Config) { c.Attempts, c.Lease = -1, -1 }, []string{"STEP_LEASE", "STEP_ATTEMPTS"}},
	} {
		config := good
		tt.change(&config)
		err := config.Validate()
		if (err == nil) != (tt.want == nil) {
			t.Errorf("%s: got %v", name, err)
		}
		for _, variable := range tt.want {
			if err == nil || !strings.Contains(err.Error(), variable) {
				t.Errorf("%s: %v does not name %s", name, err, variable)
			}
		}
	}
}

// gone finds no tenant.
type gone struct{ error }

func (g gone) Tenant(context.Context, string) (*tenant.Tenant, error) { return nil, g.error }

func TestAMessageComesAgainIfItsTenantCannotBeRead(t *testing.T) {
	t.Parallel()
	away := errors.New("unavailable")
	r, _ := newRunner(nil, errors.New("must not be claimed"), nil)
	r.Tenants = gone{away}
	if err := r.Handle(t.Context(), "t", "req_1", 1); !errors.Is(err, away) {
		t.Errorf("got %v, want %v", err, away)
	}
}

func TestClearingUpFollowsTheSave(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		saving error
		want   []string
	}{
		"saved":                  {nil, []string{"advance analyzed", "clear up"}},
		"not saved":              {errors.New("unavailable"), []string{"advance analyzed"}},
		"saved by somebody else": {stage.ErrLost, []string{"advance analyzed"}},
	} {
		claim := &fakeClaim{r: &request.Request{ID: "req_1"}, err: tt.saving}
		r, next := newRunner(claim, nil, func(context.Context, *stage.Job) (stage.Result, error) {
			return stage.Result{After: func(context.Context) { claim.ended = append(claim.ended, "clear up") }}, nil
		})
		refused := tt.saving != nil && !errors.Is(tt.saving, stage.ErrLost)
		if err := r.Handle(t.Context(), "t", "req_1", 1); (err != nil) != refused {
			t.Errorf("%s: got %v, want refused %t", name, err, refused)
		}
		if diff := cmp.Diff(tt.want, claim.ended); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		if announced := len(next.got) > 0; announced != (tt.saving == nil) {
			t.Errorf("%s: announced is %t", name, announced)
		}
	}
}

// It is not parallel: it looks at what the whole process logs.
func TestOnlyWhatWentWrongIsAWarning(t *testing.T) {
	for name, tt := range map[string]struct {
		work     error
		attempts int64
		next     error
		want     []string
	}{
		"done":          {nil, 0, nil, []string{"level=INFO msg=\"step finished\" status=done attempt=1"}},
		"waiting":       {stage.Later(time.Now(), "not yet"), 1, nil, []string{"level=INFO msg=\"step finished\" status=waiting attempt=2"}},
		"tried again":   {errors.New("boom"), 1, nil, []string{"level=WARN msg=\"step finished\" status=retrying attempt=2 error=boom"}},
		"failed":        {stage.Permanent("no"), 0, nil, []string{"level=WARN msg=\"step finished\" status=failed attempt=1 error=\"permanent: no\""}},
		"not announced": {nil, 0, errors.New("away"), []string{"level=INFO msg=\"step finished\" status=done attempt=1", "level=WARN msg=\"announcement failed, sweep will repeat it\" error=away"}},
	} {
		var logged bytes.Buffer
		was := slog.Default()
		slog.SetDefault(slog.New(slog.NewTextHandler(&logged, &slog.HandlerOptions{ReplaceAttr: only("level", "msg", "status", "attempt", "error")})))
		claim := &fakeClaim{r: &request.Request{ID: "req_1", Attempts: tt.attempts}}
		r, next := newRunner(claim, nil, func(context.Context, *stage.Job) (stage.Result, error) { return stage.Result{}, tt.work })
		next.err = tt.next
		err := r.Handle(t.Context(), "t", "req_1", 1)
		slog.SetDefault(was)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		got := []string{}
		for line := range strings.Lines(logged.String()) {
			// An error of waiting is a deadline, which differs each time.
			line, _, _ = strings.Cut(strings.TrimSpace(line), " error=\"later")
			got = append(got, line)
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// only keeps attributes by their keys.
func only(keys ...string) func([]string, slog.Attr) slog.Attr {
	return func(_ []string, a slog.Attr) slog.Attr {
		for _, key := range keys {
			if a.Key == key {
				return a
			}
		}
		return slog.Attr{}
	}
}
