package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/http"
	"os"
	"slices"
	"strconv"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/callrail"
	"github.com/your-org/multi-tenant-pipeline/internal/sandbox"
	sandboxcallrail "github.com/your-org/multi-tenant-pipeline/internal/sandbox/callrail"
	"github.com/your-org/multi-tenant-pipeline/internal/sandbox/emulator"
	"github.com/your-org/multi-tenant-pipeline/internal/sandbox/relay"
	"github.com/your-org/multi-tenant-pipeline/internal/service/all"
	"github.com/your-org/multi-tenant-pipeline/internal/store"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
	"github.com/your-org/multi-tenant-pipeline/pkg/config"
)

// What the laptop's deployment is called. The database's names are those of production.
const (
	project     = "devstack"
	bucket      = "devstack-recordings"
	pushAccount = "pubsub@devstack.iam.gserviceaccount.com"
	audience    = "https://pipeline.devstack"
	apiAudience = "https://api.pipeline.devstack"
	searchLag   = 2 * time.Second // of the stand-in CRMs; real ones take up to a minute
	startWithin = time.Minute
)

// stack is everything that runs.
type stack struct {
	options   options
	store     *store.Store
	config    store.Config
	sandbox   *sandbox.Sandbox
	demos     []demo
	pubsub    string            // host:port
	project   string            // of Pub/Sub and Spanner
	services  map[string]string // base URLs
	fleet     fleet
	bootstrap string // signing key for tenants without a source
	ready     readyFile
	close     []func()
}

func (s *stack) defers(fn func()) { s.close = append(s.close, fn) }

// Close stops everything, the last started first.
func (s *stack) Close() {
	s.ready.remove()
	for _, fn := range slices.Backward(s.close) {
		fn()
	}
}

// startStack starts everything and returns when every service answers.
func startStack(ctx context.Context, o options) (*stack, error) {
	s := &stack{options: o, demos: demos(o.tenants), project: project, bootstrap: random(), ready: readyFile{path: o.readyFile}}
	if o.google() {
		s.project = os.Getenv("GOOGLE_CLOUD_PROJECT")
	}
	for _, step := range []func(context.Context) error{
		s.startSandbox, s.startPubsub, s.startSpanner, s.seed, s.startServices, s.startRelay, s.awaitServices, s.register,
	} {
		if err := step(ctx); err != nil {
			s.Close()
			return nil, err
		}
	}
	return s, nil
}

func (s *stack) startSandbox(ctx context.Context) error {
	var outside callrail.Settings // the stand-in allows what the services are told that CallRail allows
	if err := config.Load(ctx, &outside); err != nil {
		return err
	}
	cfg := sandbox.Config{
		Project: s.project, Bucket: bucket, SearchLag: searchLag, SpeechCommand: os.Getenv("SANDBOX_SPEECH_COMMAND"),
		CallRail: sandboxcallrail.Limits(outside.Limits),
	}
	for i := range s.demos {
		cfg.Tenants = append(cfg.Tenants, s.demos[i].outside)
	}
	cfg.Player = player{s}
	box, err := sandbox.Start(ctx, cfg)
	if err != nil {
		return fmt.Errorf("start sandbox: %w", err)
	}
	s.sandbox = box
	s.defers(box.Stop)
	return nil
}

// startPubsub uses the emulator at PUBSUB_EMULATOR_HOST if there is one, else one in this
// process.
func (s *stack) startPubsub(context.Context) error {
	s.pubsub = os.Getenv("PUBSUB_EMULATOR_HOST")
	if s.pubsub == "" {
		address, stop := relay.StartInProcess()
		s.pubsub = address
		s.defers(stop)
	}
	return nil
}

func (s *stack) startSpanner(ctx context.Context) error {
	var opts []emulator.Option
	if s.options.aborts {
		opts = append(opts, emulator.WithAborts())
	}
	host, stop, err := emulator.Spanner(ctx, opts...)
	if err != nil {
		return err
	}
	s.defers(stop)
	s.config = store.Config{
		Project: s.project, Instance: "ingestion-db", Database: "pipeline-db", EmulatorHost: host, FullText: true,
		Grace: time.Minute, Backoff: time.Minute,
	}
	if err := setenv(s.emulators()); err != nil {
		return err
	}
	if err := store.CreateDatabase(ctx, s.config); err != nil {
		return err
	}
	if _, err := store.Migrate(ctx, s.config); err != nil {
		return err
	}
	if s.store, err = store.Open(ctx, s.config); err != nil {
		return err
	}
	s.defers(s.store.Close)
	return nil
}

// emulators is what client libraries read from the process's environment.
func (s *stack) emulators() map[string]string {
	env := map[string]string{"SPANNER_EMULATOR_HOST": s.config.EmulatorHost, "PUBSUB_EMULATOR_HOST": s.pubsub}
	if s.options.speech != "google" {
		env["STORAGE_EMULATOR_HOST"] = s.sandbox.StorageHost()
	}
	return env
}

// seed makes the demo tenants and their secrets.
func (s *stack) seed(ctx context.Context) error {
	s.sandbox.PutSecret(bootstrapSecret, s.bootstrap)
	for i := range s.demos {
		d := &s.demos[i]
		d.connect(s.sandbox.URL(), searchLag.Milliseconds())
		for name, value := range d.secrets(s.sandbox.URL()) {
			s.sandbox.PutSecret(name, value)
		}
		if err := s.store.Operator().PutTenant(ctx, "devstack", d.tenant); err != nil {
			return fmt.Errorf("make tenant: %w", err)
		}
		if err := s.inUse(ctx, &d.tenant); err != nil {
			return err
		}
	}
	return nil
}

// inUse says of a tenant's sources that CallRail was asked for their calls until now: what a new
// source had before it was added is history, but a sample's call has just been made.
func (s *stack) inUse(ctx context.Context, t *tenant.Tenant) error {
	for _, src := range t.Sources {
		if src.Kind != tenant.SourceCallRail {
			continue
		}
		if err := s.store.ForTenant(t.ID).PutSourceState(ctx, src.ID, tenant.SourceState{PolledUntil: time.Now()}); err != nil {
			return fmt.Errorf("say when a source was asked: %w", err)
		}
	}
	return nil
}

// startServices starts every service on a free port.
func (s *stack) startServices(ctx context.Context) error {
	s.services = map[string]string{}
	environments := map[string]map[string]string{}
	names := slices.Sorted(maps.Keys(all.Services()))
	ports, err := freePorts(ctx, len(names))
	if err != nil {
		return err
	}
	exposed := s.options.exposed()
	for i, name := range names {
		ports[i] = cmp.Or(exposed[name], ports[i])
		s.services[name] = "http://127.0.0.1:" + strconv.Itoa(ports[i])
	}
	for i, name := range names {
		env := s.environment()
		env["PORT"] = strconv.Itoa(ports[i])
		if exposed[name] != 0 {
			env["LISTEN_HOST"] = "" // every interface
		}
		environments[name] = env
	}
	if s.options.separate {
		f, err := startSeparate(ctx, environments, s.pidsChanged)
		if err != nil {
			return err
		}
		s.fleet = f
	} else {
		opts, err := sabotage()
		if err != nil {
			return err
		}
		s.fleet = startLocal(ctx, environments, opts...)
	}
	s.defers(s.fleet.Stop)
	return nil
}

// exposed returns the ports of the services that are reached from outside of a container.
func (o options) exposed() map[string]int {
	if o.expose == 0 {
		return nil
	}
	return map[string]int{"webhook": o.expose, "api": o.expose + 1}
}

// freePorts finds ports that nothing listens on. They are held until all are found, so
// that none is found twice.
func freePorts(ctx context.Context, n int) ([]int, error) {
	var ports []int
	for range n {
		var lc net.ListenConfig
		l, err := lc.Listen(ctx, "tcp", "127.0.0.1:0")
		if err != nil {
			return nil, fmt.Errorf("find a free port: %w", err)
		}
		defer l.Close()
		address, ok := l.Addr().(*net.TCPAddr)
		if !ok {
			return nil, errors.New("find a free port: not a TCP address")
		}
		ports = append(ports, address.Port)
	}
	return ports, nil
}

// awaitServices returns when every service's health check answers.
func (s *stack) awaitServices(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, startWithin)
	defer cancel()
	for name, base := range s.services {
		for !healthy(ctx, base) {
			select {
			case err := <-s.fleet.Failed():
				return err
			case <-ctx.Done():
				return fmt.Errorf("service %s does not answer: %w", name, ctx.Err())
			case <-time.After(50 * time.Millisecond):
			}
		}
	}
	return nil
}

func healthy(ctx context.Context, base string) bool {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, base+"/v1/health", nil)
	if err != nil {
		return false
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return false
	}
	_ = res.Body.Close() // only the status counts
	return res.StatusCode == http.StatusOK
}

// register tells CallRail where each tenant wants its deliveries, as set-up does.
func (s *stack) register(context.Context) error {
	for _, d := range s.demos {
		base := s.services["webhook"] + "/v1/callrail/webhook/" + d.tenant.ID + "/"
		err := s.sandbox.CallRail().Register(d.tenant.ID, map[string]string{
			"post_call_webhook": base + "post_call", "updated_call_webhook": base + "call_modified",
			"form_captured_webhook": base + "form_submission",
		})
		if err != nil {
			return fmt.Errorf("register webhooks: %w", err)
		}
	}
	return nil
}

func (s *stack) pidsChanged(pids map[string][]int) {
	if err := s.ready.setPids(pids); err != nil {
		fmt.Fprintln(os.Stderr, "devstack:", err)
	}
}

// player delivers samples on demand.
type player struct{ stack *stack }

// Play makes CallRail know the sample and deliver it.
func (p player) Play(ctx context.Context, name string) (string, error) {
	one, err := p.stack.play(ctx, name)
	return one.externalID, err
}
