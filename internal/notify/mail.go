package notify

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	netmail "net/mail"
	"strings"
	"time"

	"github.com/wneessen/go-mail"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/codes"

	"github.com/your-org/multi-tenant-pipeline/pkg/config"
)

// implicitTLS is the port whose connections begin with TLS (RFC 8314); on every other
// one STARTTLS is required, and a server that does not offer it gets nothing.
const implicitTLS = 465

const smtpTimeout = 15 * time.Second

// noMailServer is why mail channels are refused where no server is configured.
const noMailServer = "no mail server is configured"

// SMTPConfig names the server that mail leaves by.
type SMTPConfig struct {
	Host     string        `env:"SMTP_HOST"` // empty: no mail is sent
	Port     int           `env:"SMTP_PORT, default=587"`
	Username string        `env:"SMTP_USERNAME"` // empty: no authentication
	Password config.Secret `env:"SMTP_PASSWORD"`
	From     string        `env:"SMTP_FROM"`   // an address, or Name <address>
	CA       string        `env:"SMTP_CA_PEM"` // trusted beside the system's authorities
}

// Validate reports every problem at once.
func (c *SMTPConfig) Validate() error {
	if c.Host == "" {
		return nil
	}
	var errs []error
	if _, err := netmail.ParseAddress(c.From); err != nil {
		errs = append(errs, errors.New("SMTP_FROM must be an e-mail address"))
	}
	if c.Port <= 0 || c.Port > 65535 {
		errs = append(errs, errors.New("SMTP_PORT must be between 1 and 65535"))
	}
	if (c.Username == "") != (c.Password == "") {
		errs = append(errs, errors.New("SMTP_USERNAME and SMTP_PASSWORD belong together"))
	}
	if c.CA != "" && !x509.NewCertPool().AppendCertsFromPEM([]byte(c.CA)) {
		errs = append(errs, errors.New("SMTP_CA_PEM holds no certificate"))
	}
	return errors.Join(errs...)
}

// mailSender sends letters by SMTP.
type mailSender struct {
	client *mail.Client
	from   *netmail.Address
	domain string // of the sender: names lists and messages
}

// newMailSender returns nil without a server: then mail channels are refused.
func newMailSender(cfg SMTPConfig, timeout time.Duration) (*mailSender, error) {
	if cfg.Host == "" {
		return nil, nil //nolint:nilnil // the nil sender refuses
	}
	from, err := netmail.ParseAddress(cfg.From)
	if err != nil {
		return nil, fmt.Errorf("parse sender: %w", err)
	}
	_, domain, _ := strings.Cut(from.Address, "@")
	roots, err := x509.SystemCertPool()
	if err != nil {
		return nil, fmt.Errorf("load authorities: %w", err)
	}
	roots.AppendCertsFromPEM([]byte(cfg.CA))
	opts := []mail.Option{
		mail.WithPort(cfg.Port), mail.WithTimeout(timeout), mail.WithHELO(domain),
		mail.WithTLSConfig(&tls.Config{ServerName: cfg.Host, RootCAs: roots, MinVersion: tls.VersionTLS12}),
		mail.WithTLSPolicy(mail.TLSMandatory),
	}
	if cfg.Port == implicitTLS {
		opts = append(opts, mail.WithSSL())
	}
	if cfg.Username != "" {
		opts = append(opts, mail.WithSMTPAuth(mail.SMTPAuthAutoDiscover),
			mail.WithUsername(cfg.Username), mail.WithPassword(cfg.Password.Reveal()))
	}
	client, err := mail.NewClient(cfg.Host, opts...)
	if err != nil {
		return nil, fmt.Errorf("set up SMTP client: %w", err)
	}
	return &mailSender{client: client, from: from, domain: domain}, nil
}

// send delivers the letter to everybody on it who has not got it before. One mailbox that is unknown or
// full must not keep the others from being told: then each gets a letter of their own, now.
func (s *mailSender) send(ctx context.Context, l letter) (string, error) {
	if s == nil {
		return "", &refusal{why: noMailServer}
	}
	if len(l.to) == 0 {
		return "", &refusal{why: "it has no recipients"}
	}
	ctx, span := otel.Tracer(scope).Start(ctx, "smtp.send")
	defer span.End()
	outcome, err := s.sendRest(ctx, l)
	if err != nil {
		span.SetStatus(codes.Error, "not sent")
	}
	return outcome, err
}

func (s *mailSender) sendRest(ctx context.Context, l letter) (string, error) {
	t := l.members.tally(l.to)
	if len(t.open) == 0 { // an instance died before it could write that the list was told
		return t.result()
	}
	err := s.deliver(ctx, l, t.open)
	if isRecipientRefused(err) && len(t.open) > 1 {
		if err := s.sendEach(ctx, l, &t); err != nil {
			return "", err
		}
	} else {
		t.add(len(t.open), err)
	}
	return t.result()
}

// sendEach writes to one recipient after the other. If some are to be tried again it remembers the others,
// who must not be told twice, and fails if it cannot.
func (s *mailSender) sendEach(ctx context.Context, l letter, t *tally) error {
	fates := map[string]string{}
	for _, to := range t.open {
		if fate := t.add(1, s.deliver(ctx, l, []string{to})); fate != "" {
			fates[to] = fate
		}
	}
	if t.passing == nil {
		return nil
	}
	return l.members.remember(ctx, fates)
}

// deliver sends one message. What comes back says nothing about recipients: server
// replies quote their addresses, which do not belong in a log.
func (s *mailSender) deliver(ctx context.Context, l letter, to []string) error {
	msg, err := s.compose(l, to)
	if err != nil {
		return err
	}
	err = s.client.DialAndSendWithContext(ctx, msg)
	if err == nil || msg.IsDelivered() {
		return nil // after the server took it, a failed goodbye changes nothing
	}
	var sent *mail.SendError
	if !errors.As(err, &sent) {
		return fmt.Errorf("send mail: %w", err)
	}
	what := describe(sent)
	if sent.ErrorCode() >= 500 && sent.Reason != mail.ErrSMTPMailFrom { // a sender that is not allowed is our own fault
		return &refusal{why: what, recipient: sent.Reason == mail.ErrSMTPRcptTo}
	}
	if sent.Reason == mail.ErrSMTPRcptTo && sent.ErrorCode() > 0 {
		return fmt.Errorf("send mail: %s: %w", what, errBusy)
	}
	return errors.New("send mail: " + what)
}

// errBusy says that a recipient's mailbox takes nothing now; without a code of the server's it was the connection.
var errBusy = errors.New("a mailbox takes nothing now")

// describe says what a server did, without its words.
func describe(e *mail.SendError) string {
	if e.ErrorCode() == 0 {
		return e.Reason.String() + " got no answer"
	}
	return fmt.Sprintf("%s got status %d", e.Reason, e.ErrorCode())
}

func isRefusal(err error) bool {
	var no *refusal
	return errors.As(err, &no)
}

// isRecipientRefused reports whether it was about one of the recipients, for now or for good: of several
// refusals the client tells only the last one's code.
func isRecipientRefused(err error) bool {
	var no *refusal
	return errors.As(err, &no) && no.recipient || errors.Is(err, errBusy)
}
