package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/sandbox/oidc"
	"github.com/your-org/multi-tenant-pipeline/pkg/build"
	"github.com/your-org/multi-tenant-pipeline/pkg/config"
	"github.com/your-org/multi-tenant-pipeline/pkg/telemetry"
)

// playWithin bounds -once: far above the half minute that the samples take.
const playWithin = 5 * time.Minute

// tokenLife is long enough for a day of trying things out.
const tokenLife = 24 * time.Hour

// run starts the stack, plays the samples and serves until ctx ends.
func run(ctx context.Context, o options) error {
	if err := isolate(o); err != nil {
		return err
	}
	flush, err := observe(ctx, o)
	if err != nil {
		return err
	}
	defer flush()
	start := time.Now()
	say(os.Stdout, "Starting the pipeline on this machine …")
	s, err := startStack(ctx, o)
	if err != nil {
		return err
	}
	defer s.Close()
	content, err := s.describe()
	if err != nil {
		return err
	}
	if err := s.ready.publish(content); err != nil {
		return err
	}
	say(os.Stdout, "Ready after %.1f s.", time.Since(start).Seconds())
	if !o.noSamples {
		if err := s.show(ctx, os.Stdout); err != nil {
			return err
		}
	}
	if o.once {
		return nil
	}
	s.explain(os.Stdout, content)
	return s.serve(ctx)
}

// observe sends the telemetry of services that share this process.
func observe(ctx context.Context, o options) (flush func(), err error) {
	var cfg telemetry.Config
	if err := config.Load(ctx, &cfg); err != nil {
		return nil, err
	}
	cfg.Project = project
	if o.separate {
		cfg.Endpoint = "" // each process sends its own
	}
	t, err := telemetry.Start(ctx, cfg, "devstack", build.Version())
	if err != nil {
		return nil, err
	}
	return func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
		defer cancel()
		if err := t.Shutdown(ctx); err != nil {
			say(os.Stderr, "devstack: telemetry was lost: %v", err)
		}
	}, nil
}

// show plays the samples, shows how they come along and prints the leads.
func (s *stack) show(ctx context.Context, w io.Writer) error {
	ctx, cancel := context.WithTimeout(ctx, playWithin)
	defer cancel()
	say(w, "Playing the sample calls and forms:")
	all, err := s.playAll(ctx)
	if err != nil {
		return err
	}
	leads, err := watch(ctx, w, s.store, all)
	printLeads(w, leads)
	if err != nil {
		return err
	}
	for _, l := range leads {
		if _, well := l.settled(); !well {
			return fmt.Errorf("sample %s did not go through", l.sample)
		}
	}
	return nil
}

// serve waits until it is told to stop or a service cannot go on.
func (s *stack) serve(ctx context.Context) error {
	select {
	case <-ctx.Done():
		say(os.Stdout, "Stopping …")
		return nil
	case err := <-s.fleet.Failed():
		return err
	}
}

// describe returns what the ready file says.
func (s *stack) describe() (ready, error) {
	content := ready{
		WebhookURL: s.services["webhook"], APIURL: s.services["api"], APIAudience: apiAudience, DashboardURL: s.services["api"],
		SandboxURL: s.sandbox.URL(), SpannerEmulatorHost: s.config.EmulatorHost, SpannerDatabase: s.config.Name(),
		PubsubEmulatorHost: s.pubsub, PubsubProject: s.project, StorageEmulatorHost: s.sandbox.StorageHost(),
		SecretManager: "http://" + s.sandbox.GRPCAddr(), BootstrapKey: s.bootstrap, Pids: s.fleet.Pids(),
	}
	var err error
	if content.AdminToken, err = s.token("platform_admin", ""); err != nil {
		return ready{}, err
	}
	for _, d := range s.demos {
		admin, err := s.token("tenant_admin", d.tenant.ID)
		viewer, viewerErr := s.token("tenant_viewer", d.tenant.ID)
		if err := errors.Join(err, viewerErr); err != nil {
			return ready{}, err
		}
		content.Tenants = append(content.Tenants, readyTenant{
			TenantID: d.tenant.ID, Token: admin, ViewerToken: viewer, SigningKey: d.outside.SigningKey,
			CallRailCompanyID: d.outside.CompanyID, CallRailCompanyResourceID: d.outside.CompanyResourceID,
		})
	}
	return content, nil
}

func (s *stack) token(role, tenantID string) (string, error) {
	subject := role + "@devstack.example.com"
	token, err := s.sandbox.Issuer().AccessToken(oidc.Access{
		Subject: subject, Audience: apiAudience, Role: role, TenantID: tenantID, Expiry: tokenLife,
	})
	if err != nil {
		return "", fmt.Errorf("mint token: %w", err)
	}
	return token, nil
}

// explain says what can be done now.
func (s *stack) explain(w io.Writer, r ready) {
	demo := r.Tenants[0]
	say(w, "\nDashboard  %s/dashboard", r.DashboardURL)
	say(w, "Webhook    %s/v1/callrail/webhook", r.WebhookURL)
	say(w, "API        %s/v1/tenants/%s/requests", r.APIURL, demo.TenantID)
	say(w, "Sandbox    %s/inspect/hubspot?tenant_id=%s", r.SandboxURL, demo.TenantID)
	say(w, "\nSend a delivery:\n  export WEBHOOK_URL=%s SIGNING_KEY=%s", r.WebhookURL, demo.SigningKey)
	say(w, "  go build -o build/bin/ ./cmd/pipelinectl")
	say(w, "  curl -X POST $WEBHOOK_URL/v1/callrail/webhook -H 'Content-Type: application/json' \\\n"+
		"    -H \"$(build/bin/pipelinectl sign test/testdata/test-webhook.json)\" -d @test/testdata/test-webhook.json")
	say(w, "\nRead the leads:\n  curl -H 'Authorization: Bearer %s' %s/v1/tenants/%s/requests", demo.Token, r.APIURL, demo.TenantID)
	say(w, "\nCtrl-C ends everything.")
}

// say prints a line. Nobody can be told if that fails.
func say(w io.Writer, format string, args ...any) {
	_, _ = fmt.Fprintf(w, format+"\n", args...)
}
