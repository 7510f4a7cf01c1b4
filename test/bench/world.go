package main

import (
	"context"
	"encoding/base64"
	"fmt"
	"net"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"cloud.google.com/go/pubsub/v2"
	"cloud.google.com/go/pubsub/v2/apiv1/pubsubpb"

	"github.com/your-org/multi-tenant-pipeline/internal/sandbox"
	"github.com/your-org/multi-tenant-pipeline/internal/sandbox/emulator"
	"github.com/your-org/multi-tenant-pipeline/internal/sandbox/relay"
	"github.com/your-org/multi-tenant-pipeline/internal/store"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
	"github.com/your-org/multi-tenant-pipeline/internal/topic"
)

// What the deployment that is measured is called.
const (
	project     = "bench"
	bucket      = "bench-recordings"
	pushAccount = "pubsub@bench.iam.gserviceaccount.com"
	audience    = "https://pipeline.bench"
	apiAudience = "https://api.pipeline.bench"

	tenantID   = "tenant_bench" // the first
	companyID  = "12345"
	resourceID = "COM00000000000000000000000000012345"

	signingKey = "the key that the benchmark signs with" // of all
)

// world is everything round the services, with tenants that have their calls in a CRM of their
// own and are told by Slack: what is measured is the pipeline, not the vendors' rate limits.
type world struct {
	sandbox *sandbox.Sandbox
	store   *store.Store
	config  store.Config
	pubsub  string // host:port
	client  *pubsub.Client
	outside []sandbox.Tenant
	close   []func()
}

func (w *world) defers(fn func()) { w.close = append(w.close, fn) }

// Close stops everything, the last started first.
func (w *world) Close() {
	for _, fn := range slices.Backward(w.close) {
		fn()
	}
}

func newWorld(ctx context.Context, tenants int) (*world, error) {
	w := &world{}
	for i := range tenants {
		id, number := tenantOf(i), 12345+i
		w.outside = append(w.outside, sandbox.Tenant{
			ID: id, Name: "Bench Remodeling", TimeZone: "America/Denver", CompanyID: strconv.Itoa(number),
			CompanyResourceID: fmt.Sprintf("COM%032d", number), AccountID: fmt.Sprintf("ACC%032d", number), CallRailKey: fmt.Sprintf("%032d", number),
			SigningKey: signingKey, HubSpotToken: fmt.Sprintf("pat-na1-%032d", number), CustomSecret: "whsec_" + base64.StdEncoding.EncodeToString([]byte(signingKey)),
			SlackPath: fmt.Sprintf("/services/T%d/B%d/%s", number, number, signingKey),
		})
	}
	for _, step := range []func(context.Context) error{w.startSandbox, w.startPubsub, w.startSpanner, w.seed} {
		if err := step(ctx); err != nil {
			w.Close()
			return nil, err
		}
	}
	return w, nil
}

func (w *world) startSandbox(ctx context.Context) error {
	var err error
	w.sandbox, err = sandbox.Start(ctx, sandbox.Config{Tenants: w.outside, Project: project, Bucket: bucket})
	if err != nil {
		return err
	}
	w.defers(w.sandbox.Stop)
	return nil
}

func (w *world) startPubsub(ctx context.Context) error {
	address, stop := relay.StartInProcess()
	w.pubsub = address
	w.defers(stop)
	if err := os.Setenv("PUBSUB_EMULATOR_HOST", address); err != nil {
		return err
	}
	client, err := pubsub.NewClient(ctx, project)
	if err != nil {
		return fmt.Errorf("open pubsub: %w", err)
	}
	w.client = client
	w.defers(func() { _ = client.Close() }) // nothing is left to send
	for _, name := range topic.Names() {
		_, err := client.TopicAdminClient.CreateTopic(ctx, &pubsubpb.Topic{Name: "projects/" + project + "/topics/" + string(name)})
		if err != nil {
			return fmt.Errorf("make topic: %w", err)
		}
	}
	return nil
}

func (w *world) startSpanner(ctx context.Context) error {
	if err := os.Unsetenv("SPANNER_EMULATOR_HOST"); err != nil { // somebody else's may be full
		return err
	}
	host, stop, err := emulator.Spanner(ctx)
	if err != nil {
		return err
	}
	w.defers(stop)
	w.config = store.Config{
		Project: project, Instance: "ingestion-db", Database: "pipeline-db", EmulatorHost: host, FullText: true,
		Grace: time.Minute, Backoff: time.Minute,
	}
	for name, value := range map[string]string{"SPANNER_EMULATOR_HOST": host, "STORAGE_EMULATOR_HOST": w.sandbox.StorageHost()} {
		if err := os.Setenv(name, value); err != nil {
			return err
		}
	}
	if err := store.CreateDatabase(ctx, w.config); err != nil {
		return err
	}
	if _, err := store.Migrate(ctx, w.config); err != nil {
		return err
	}
	if w.store, err = store.Open(ctx, w.config); err != nil {
		return err
	}
	w.defers(w.store.Close)
	return nil
}

// seed makes the tenants and their secrets.
func (w *world) seed(ctx context.Context) error {
	for _, outside := range w.outside {
		secrets := map[string]string{
			"signing": outside.SigningKey, "callrail": outside.CallRailKey, "custom": outside.CustomSecret,
			"slack": w.sandbox.URL() + "/slack" + outside.SlackPath,
		}
		for purpose, value := range secrets {
			w.sandbox.PutSecret(secretName(outside.ID, purpose), value)
		}
		if err := w.store.Operator().PutTenant(ctx, "bench", w.settings(outside)); err != nil {
			return err
		}
	}
	return nil
}

// settings is a tenant as its administrator has set it up.
func (w *world) settings(outside sandbox.Tenant) tenant.Tenant {
	return tenant.Tenant{
		ID: outside.ID, Name: outside.Name, Status: tenant.Active, TimeZone: outside.TimeZone, Region: "US",
		Settings: tenant.Settings{
			Services: []string{"kitchens", "bathrooms"}, ServiceArea: []string{"Denver"}, Hours: "Mon-Fri 8-18", MinimumJob: 2000,
			Notifications: tenant.Notifications{Slack: []tenant.Slack{{Name: "sales", Secret: secretName(outside.ID, "slack")}}},
		},
		Sources: []tenant.Source{{
			ID: "callrail", Kind: tenant.SourceCallRail, Status: tenant.Active,
			CompanyID: outside.CompanyID, CompanyResourceID: outside.CompanyResourceID, AccountID: outside.AccountID,
			SigningSecrets: []string{secretName(outside.ID, "signing")}, APIKeySecret: secretName(outside.ID, "callrail"),
		}},
		Integrations: []tenant.Integration{{
			ID: "custom", Kind: "custom", Status: tenant.Active, Secret: secretName(outside.ID, "custom"),
			Config: fmt.Appendf(nil, `{"url":"%s/custom/%s","id_path":"id"}`, w.sandbox.URL(), outside.ID),
		}},
	}
}

// tenantOf names the tenants.
func tenantOf(i int) string {
	if i == 0 {
		return tenantID
	}
	return fmt.Sprintf("%s_%d", tenantID, i)
}

func secretName(tenantID, purpose string) string { return "tenant-" + tenantID + "-" + purpose }

// environment returns the variables of a service: production's defaults, with addresses on this
// machine.
func (w *world) environment(port int) map[string]string {
	issuer := w.sandbox.Issuer()
	return map[string]string{
		"LISTEN_HOST": "127.0.0.1", "PORT": strconv.Itoa(port),
		"GOOGLE_CLOUD_PROJECT": project, "SPANNER_INSTANCE": w.config.Instance, "SPANNER_DATABASE": w.config.Database,
		"SPANNER_EMULATOR_HOST": w.config.EmulatorHost, "PUBSUB_EMULATOR_HOST": w.pubsub, "STORAGE_EMULATOR_HOST": w.sandbox.StorageHost(),
		"SECRETMANAGER_ENDPOINT": "http://" + w.sandbox.GRPCAddr(), "RECORDINGS_BUCKET": bucket,
		"SPEECH_ENDPOINT": "http://" + w.sandbox.GRPCAddr(), "GEMINI_BASE_URL": w.sandbox.URL() + "/gemini",
		"PUSH_AUDIENCE": audience, "PUSH_SERVICE_ACCOUNT": pushAccount, "PUSH_ISSUER": issuer.URL(), "PUSH_JWKS_URL": issuer.KeysURL(),
		"OUTBOUND_ALLOW_LOOPBACK": "true", "CALLRAIL_BASE_URL": w.sandbox.URL() + "/callrail",
		"DASHBOARD_URL": "http://127.0.0.1/v1", "WEBHOOK_URL": "http://127.0.0.1", "SWEEP_EVERY": "60s",
		"API_ISSUERS": fmt.Sprintf(`[{"issuer":%q,"jwks_url":%q,"audience":%q,"tenants":["*"],"max_role":"platform_admin"}]`,
			issuer.URL(), issuer.KeysURL(), apiAudience),
	}
}

// freePort finds a port that nothing listens on.
func freePort(ctx context.Context) (int, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return 0, fmt.Errorf("find a free port: %w", err)
	}
	_, digits, _ := strings.Cut(l.Addr().String(), ":")
	port, err := strconv.Atoi(digits)
	if closeErr := l.Close(); err == nil {
		err = closeErr
	}
	return port, err
}
