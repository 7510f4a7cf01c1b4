package sandbox

import (
	"cmp"
	"context"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/sandbox/callrail"
	"github.com/your-org/multi-tenant-pipeline/internal/sandbox/control"
	"github.com/your-org/multi-tenant-pipeline/internal/sandbox/email"
	"github.com/your-org/multi-tenant-pipeline/internal/sandbox/fault"
	"github.com/your-org/multi-tenant-pipeline/internal/sandbox/journal"
	"github.com/your-org/multi-tenant-pipeline/internal/sandbox/oidc"
	"github.com/your-org/multi-tenant-pipeline/internal/sandbox/secretmanager"
	"github.com/your-org/multi-tenant-pipeline/internal/sandbox/speech"
	"github.com/your-org/multi-tenant-pipeline/internal/sandbox/storage"
)

// loopback lets the system choose the port.
const loopback = "127.0.0.1:0"

// headerTimeout bounds how long a client may take over its headers.
const headerTimeout = 10 * time.Second

// Defaults of the recogniser: long enough for a batch to be met while it runs, and for a
// local engine to get through a long call.
const (
	batchDuration  = 300 * time.Millisecond
	commandTimeout = 10 * time.Minute
)

// Tenant is a company with its accounts at the outside systems.
type Tenant struct {
	ID                string
	Name              string
	TimeZone          string // IANA name
	CompanyID         string // CallRail's number
	CompanyResourceID string // COM…
	AccountID         string // ACC…
	CallRailKey       string // API key
	SigningKey        string // of CallRail's webhooks
	HubSpotToken      string // service key
	Salesforce        SalesforceOrg
	PipedriveToken    string   // API token; empty: no company
	CustomSecret      string   // whsec_… of the endpoint at /custom/{ID}; empty: no endpoint
	SlackPath         string   // /services/T…/B…/X…
	Recipients        []string // addresses whose mail is this tenant's
}

// SalesforceOrg is a tenant's org with the app that acts in it.
type SalesforceOrg struct {
	ClientID     string         // consumer key; empty: no org
	ClientSecret string         // empty: no client credentials flow
	Username     string         // the user whom assertions are for
	PublicKey    *rsa.PublicKey // of the app's certificate; nil: no JWT bearer flow
}

// Config is what a sandbox is made of.
type Config struct {
	Tenants       []Tenant
	Project       string // owns the secrets
	Bucket        string // of recordings
	Listen        string // host:port of the HTTP address; empty: any free port of the loopback interface
	SearchLag     time.Duration
	CallRail      callrail.Limits // of each of its accounts; zero: the documented ones
	Speech        speech.Config   // empty: in us, with the defaults
	SpeechCommand string          // wins over Speech.Command
	Player        control.Player  // delivers samples; nil: none
	FaultSeed     uint64          // of the faults' and modes' probabilities
	Now           func() time.Time
	Log           *slog.Logger
}

// Sandbox is the running stand-ins.
type Sandbox struct {
	cfg     Config
	url     string
	faults  *fault.Set
	modes   *fault.Modes
	journal *journal.Journal

	callrail *callrail.Server
	speech   *speech.Server
	secrets  *secretmanager.Server
	issuer   *oidc.Issuer
	storage  *storage.Server
	mail     *email.Server
	grpc     net.Addr

	stops []func()
}

// Start starts every stand-in. When it returns without an error, all of them answer
// until Stop.
func Start(ctx context.Context, cfg Config) (*Sandbox, error) {
	s := newSandbox(cfg)
	if err := s.start(ctx); err != nil {
		s.Stop()
		return nil, fmt.Errorf("start sandbox: %w", err)
	}
	return s, nil
}

func newSandbox(cfg Config) *Sandbox {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Log == nil {
		cfg.Log = slog.Default()
	}
	cfg.Listen = cmp.Or(cfg.Listen, loopback)
	cfg.Speech.Location = cmp.Or(cfg.Speech.Location, "us")
	cfg.Speech.Duration = cmp.Or(cfg.Speech.Duration, batchDuration)
	cfg.Speech.CommandTimeout = cmp.Or(cfg.Speech.CommandTimeout, commandTimeout)
	cfg.Speech.Command = cmp.Or(cfg.SpeechCommand, cfg.Speech.Command)
	return &Sandbox{cfg: cfg, faults: fault.New(cfg.FaultSeed), modes: fault.NewModes(cfg.FaultSeed), journal: journal.New(cfg.Now)}
}

// start starts what others need first. The HTTP address is taken at the beginning,
// because links that stand-ins hand out name it.
func (s *Sandbox) start(ctx context.Context) error {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", s.cfg.Listen)
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	s.url = "http://" + listener.Addr().String()
	served := false
	defer func() {
		if !served {
			_ = listener.Close() // the error that kept it from being served counts
		}
	}()
	for _, step := range []func(context.Context) error{s.startStorage, s.startGoogle, s.startMail} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	handler, err := s.handler()
	if err != nil {
		return err
	}
	served = true
	s.serve(listener, handler)
	return nil
}

// serve answers HTTP until Stop.
func (s *Sandbox) serve(listener net.Listener, handler http.Handler) {
	server := &http.Server{Handler: handler, ReadHeaderTimeout: headerTimeout}
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			s.cfg.Log.Error("sandbox does not serve any more", "error", err)
		}
	}()
	s.defers(func() {
		_ = server.Close() // whoever still waits for an answer sees it
		<-done
	})
}

func (s *Sandbox) defers(stop func()) { s.stops = append(s.stops, stop) }

// Stop ends every stand-in, the last started first, and forgets what they held.
func (s *Sandbox) Stop() {
	for _, stop := range slices.Backward(s.stops) {
		stop()
	}
	s.stops = nil
}

// URL returns the HTTP address, without a path.
func (s *Sandbox) URL() string { return s.url }

// GRPCAddr returns where Google's gRPC services are, as host:port.
func (s *Sandbox) GRPCAddr() string { return s.grpc.String() }

// StorageHost returns what STORAGE_EMULATOR_HOST has to be: host:port.
func (s *Sandbox) StorageHost() string { return s.storage.Host() }

// SMTP returns where the mail relay listens.
func (s *Sandbox) SMTP() (host string, port int) {
	host, digits, err := net.SplitHostPort(s.mail.Addr())
	if err != nil {
		return s.mail.Addr(), 0 // not a TCP address, which it always is
	}
	port, err = strconv.Atoi(digits)
	if err != nil {
		return host, 0
	}
	return host, port
}

// SMTPCA returns the authority that the mail relay's certificate is signed by, as PEM.
func (s *Sandbox) SMTPCA() string { return string(s.mail.CA()) }

// Issuer returns the issuer of push and access tokens.
func (s *Sandbox) Issuer() *oidc.Issuer { return s.issuer }

// Modes returns what goes wrong inside the stand-ins. The push relay, which is not one of
// them, takes part in it.
func (s *Sandbox) Modes() *fault.Modes { return s.modes }

// CallRail returns the stand-in of CallRail, to register webhooks and to deliver.
func (s *Sandbox) CallRail() *callrail.Server { return s.callrail }

// PutSecret adds a version to a secret of the project, by its id.
func (s *Sandbox) PutSecret(name, value string) { s.secrets.Put(name, value) }

// AddCall makes CallRail know a call with its recording, and the recogniser what is said
// in it. It returns the call's id, and delivers nothing.
func (s *Sandbox) AddCall(tenantID string, call json.RawMessage, audio []byte, transcript []control.Turn) (string, error) {
	s.know(audio, transcript)
	id, err := s.callrail.AddCall(tenantID, call, audio)
	if err != nil {
		return "", fmt.Errorf("sandbox: %w", err)
	}
	return id, nil
}
