package deploy_test

import (
	"context"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/sethvargo/go-envconfig"

	"github.com/your-org/multi-tenant-pipeline/internal/service"
	"github.com/your-org/multi-tenant-pipeline/internal/service/all"
	"github.com/your-org/multi-tenant-pipeline/internal/service/migrate"
	"github.com/your-org/multi-tenant-pipeline/pkg/config"
	"github.com/your-org/multi-tenant-pipeline/pkg/logging"
	"github.com/your-org/multi-tenant-pipeline/pkg/telemetry"
)

// asked is an environment that remembers what was looked up.
type asked struct {
	values map[string]string

	mu    sync.Mutex
	names map[string]bool
}

func (a *asked) Lookup(name string) (string, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.names[name] = true
	value, ok := a.values[name]
	return value, ok
}

// services returns every service and the job, in one form.
func services() map[string]func(context.Context, envconfig.Lookuper) error {
	found := map[string]func(context.Context, envconfig.Lookuper) error{"migrate": migrate.Run}
	for name, serve := range all.Services() {
		found[name] = func(ctx context.Context, env envconfig.Lookuper) error { return serve(ctx, env, []service.Option{}...) }
	}
	return found
}

// start configures a service with values and stops it before it opens anything.
func start(t *testing.T, run func(context.Context, envconfig.Lookuper) error, values map[string]string) (read []string, err error) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	env := &asked{values: values, names: map[string]bool{}}
	for _, common := range []config.Validator{&logging.Config{}, &telemetry.Config{}} { // what server.Main reads before any service
		_ = config.LoadFrom(ctx, common, env)
	}
	err = run(ctx, env)
	return slices.Sorted(maps.Keys(env.names)), err
}

// examples returns .env.example's values of the named variables.
func examples(t *testing.T, names []string) map[string]string {
	t.Helper()
	values := map[string]string{}
	for name, v := range documented(t) {
		if slices.Contains(names, name) {
			values[name] = v.Default
		}
	}
	return values
}

func TestTerraformGivesEveryServiceWhatItNeedsAndNothingThatItDoesNotRead(t *testing.T) {
	t.Parallel()
	given := environments(t)
	for name, run := range services() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			values := examples(t, given[name])
			values["MIGRATE_RESTORED"] = "true" // what is needed then, as well
			read, err := start(t, run, values)
			if err == nil || strings.Contains(err.Error(), "configuration") {
				t.Errorf("with the variables that Terraform sets, %s says: %v", name, err)
			}
			for _, variable := range given[name] {
				if !slices.Contains(read, variable) {
					t.Errorf("Terraform sets %s, which %s does not read", variable, name)
				}
			}
		})
	}
	if want, got := slices.Sorted(maps.Keys(services())), slices.Sorted(maps.Keys(given)); !slices.Equal(want, got) {
		t.Errorf("Terraform deploys %v, the services are %v", got, want)
	}
}

// A check that cannot fail proves nothing.
func TestAServiceWithoutItsVariablesSaysSo(t *testing.T) {
	t.Parallel()
	for name, run := range services() {
		if _, err := start(t, run, nil); err == nil || !strings.Contains(err.Error(), "configuration") {
			t.Errorf("%s without any variable: %v", name, err)
		}
	}
}
