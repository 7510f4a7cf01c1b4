// Package email is the sandbox's mail relay: an SMTP server with STARTTLS that keeps
// what it accepts instead of passing it on.
//
// Its certificate is signed by an authority of its own, made at the start, which the
// client must be told to trust: verification is never skipped. A message belongs to the
// tenants of its recipients; one that goes to two tenants is kept once for each.
package email

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/emersion/go-smtp"

	"github.com/your-org/multi-tenant-pipeline/internal/sandbox/fault"
	"github.com/your-org/multi-tenant-pipeline/internal/sandbox/journal"
)

// system is the relay's name in journal and faults.
const system = "email"

// Limits, as relays announce them.
const (
	maxMessage    = 25 << 20
	maxRecipients = 100
	idleTimeout   = time.Minute
)

// Config is what the relay is made of.
type Config struct {
	Listen    string            // host:port; port 0 picks a free one
	Mailboxes map[string]string // tenant by recipient address
	Username  string            // with a name, clients must authenticate
	Password  string
	Faults    *fault.Set
	Journal   *journal.Journal
	Now       func() time.Time
	Log       *slog.Logger
}

// Server is the relay. It is safe for concurrent use.
type Server struct {
	cfg       Config
	mailboxes map[string]string // tenant by lower-case address
	authority authority
	smtp      *smtp.Server
	listener  net.Listener
	closing   chan struct{} // closed when sessions must not wait any longer
	served    chan error

	mu       sync.Mutex
	messages []journal.Object
}

// Start listens and serves until Close.
func Start(ctx context.Context, cfg Config) (*Server, error) {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Journal == nil {
		cfg.Journal = journal.New(cfg.Now)
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	ca, err := newAuthority(cfg.Now())
	if err != nil {
		return nil, fmt.Errorf("start mail relay: %w", err)
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", cfg.Listen)
	if err != nil {
		return nil, fmt.Errorf("start mail relay: %w", err)
	}
	s := &Server{
		cfg: cfg, authority: ca, listener: listener, mailboxes: map[string]string{},
		closing: make(chan struct{}), served: make(chan error, 1),
	}
	for address, tenant := range cfg.Mailboxes {
		s.mailboxes[strings.ToLower(address)] = tenant
	}
	s.smtp = s.protocol()
	go func() { s.served <- s.smtp.Serve(listener) }()
	return s, nil
}

func (s *Server) protocol() *smtp.Server {
	p := smtp.NewServer(smtp.BackendFunc(s.newSession))
	p.Domain = "localhost"
	p.TLSConfig = s.authority.server
	p.MaxMessageBytes = maxMessage
	p.MaxRecipients = maxRecipients
	p.ReadTimeout, p.WriteTimeout = idleTimeout, idleTimeout
	p.EnableSMTPUTF8 = true
	p.ErrorLog = slog.NewLogLogger(s.cfg.Log.Handler(), slog.LevelDebug) // clients that hang up
	return p
}

// Addr returns where the relay listens, as host:port.
func (s *Server) Addr() string { return s.listener.Addr().String() }

// CA returns the authority that signed the relay's certificate, as PEM.
func (s *Server) CA() []byte { return slices.Clone(s.authority.pem) }

// Close ends every session and stops listening. It is called once.
func (s *Server) Close() error {
	close(s.closing)
	// The SMTP server does not know a listener that it has not begun to serve yet.
	return errors.Join(unlessClosed(s.smtp.Close()), unlessClosed(s.listener.Close()), <-s.served)
}

// unlessClosed drops the error of whoever closes the listener second.
func unlessClosed(err error) error {
	if errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}

// Objects returns the messages that were accepted.
func (s *Server) Objects(tenantID string) []journal.Object {
	s.mu.Lock()
	defer s.mu.Unlock()
	found := []journal.Object{}
	for _, m := range s.messages {
		if tenantID == "" || tenantID == m.TenantID {
			found = append(found, m)
		}
	}
	return found
}

// Reset forgets the messages.
func (s *Server) Reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.messages = nil
}

// keep stores a message once for each tenant that it is for.
func (s *Server) keep(m message, recipients []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	byTenant := map[string][]string{}
	var tenants []string
	for _, to := range recipients {
		tenant := s.tenantOf(to)
		if byTenant[tenant] == nil {
			tenants = append(tenants, tenant)
		}
		byTenant[tenant] = append(byTenant[tenant], to)
	}
	for _, tenant := range tenants {
		fields := m.fields()
		fields["to"] = byTenant[tenant]
		s.messages = append(s.messages, journal.Object{
			Type: "messages", ID: fmt.Sprintf("mail-%d", len(s.messages)+1), TenantID: tenant, Time: s.cfg.Now(), Fields: fields,
		})
	}
}

// tenantOf returns whose mailbox an address is, empty if it is nobody's.
func (s *Server) tenantOf(address string) string { return s.mailboxes[strings.ToLower(address)] }
