package email

import (
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"github.com/your-org/multi-tenant-pipeline/internal/sandbox/fault"
	"github.com/your-org/multi-tenant-pipeline/internal/sandbox/journal"
)

// session is one client's conversation, from EHLO on; STARTTLS begins a new one.
type session struct {
	server     *Server
	conn       *smtp.Conn
	signedIn   bool
	from       string
	recipients []string
}

func (s *Server) newSession(conn *smtp.Conn) (smtp.Session, error) {
	session := &session{server: s, conn: conn}
	if _, ok := conn.TLSConnectionState(); ok {
		session.record("STARTTLS", nil)
	}
	if err := session.answer("EHLO", func() error { return nil }); err != nil {
		return nil, err
	}
	return session, nil
}

// AuthMechanisms offers none to clients who need not sign in.
func (s *session) AuthMechanisms() []string {
	if s.server.cfg.Username == "" {
		return nil
	}
	return []string{sasl.Plain}
}

// Auth checks a name and password. The SMTP server only gets here over TLS.
func (s *session) Auth(mechanism string) (sasl.Server, error) {
	if mechanism != sasl.Plain || s.server.cfg.Username == "" {
		return nil, smtp.ErrAuthUnknownMechanism
	}
	return sasl.NewPlainServer(func(_, username, password string) error {
		return s.answer("AUTH", func() error {
			cfg := s.server.cfg
			right := subtle.ConstantTimeCompare([]byte(username), []byte(cfg.Username)) &
				subtle.ConstantTimeCompare([]byte(password), []byte(cfg.Password))
			if right != 1 {
				return smtp.ErrAuthFailed
			}
			s.signedIn = true
			return nil
		})
	}), nil
}

// Mail begins a message.
func (s *session) Mail(from string, _ *smtp.MailOptions) error {
	return s.answer("MAIL", func() error {
		if s.server.cfg.Username != "" && !s.signedIn {
			return &smtp.SMTPError{Code: 530, EnhancedCode: smtp.EnhancedCode{5, 7, 0}, Message: "Authentication required"}
		}
		s.from = from
		return nil
	})
}

// Rcpt adds a recipient.
func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.recipients = append(s.recipients, to) // so that the journal knows the tenant
	err := s.answer("RCPT", func() error {
		if !strings.Contains(to, "@") {
			return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 3}, Message: "Bad recipient address"}
		}
		return nil
	})
	if err != nil {
		s.recipients = s.recipients[:len(s.recipients)-1]
	}
	return err
}

// Data takes the message itself.
func (s *session) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		return fmt.Errorf("read message: %w", err)
	}
	return s.answer("DATA", func() error {
		m, err := parse(raw)
		if err != nil {
			return &smtp.SMTPError{Code: 554, EnhancedCode: smtp.EnhancedCode{5, 6, 0}, Message: "Message is malformed"}
		}
		m.returnPath = s.from
		_, m.overTLS = s.conn.TLSConnectionState()
		s.server.keep(m, s.recipients)
		return nil
	})
}

// Reset drops the message in hand.
func (s *session) Reset() { s.from, s.recipients = "", nil }

// Logout ends the session.
func (s *session) Logout() error { return nil }

// answer does a verb's work, disturbed by the fault that fires for it, and records it.
func (s *session) answer(verb string, work func() error) error {
	f, fires := s.server.faultFor(verb)
	if !fires {
		err := work()
		s.record(verb, err)
		return err
	}
	s.server.sleep(f.Latency())
	switch {
	case f.Drop == fault.DropBefore:
		return s.hangUp(verb)
	case f.Drop == fault.DropAfter:
		_ = work() // done, and the answer is lost whatever it was
		return s.hangUp(verb)
	case f.Status != 0:
		err := refusal(f.Status)
		s.record(verb, err)
		return err
	default:
		err := work()
		s.record(verb, err)
		return err
	}
}

var errHungUp = errors.New("connection dropped by a fault")

func (s *session) hangUp(verb string) error {
	s.record(verb, errHungUp)
	return errors.Join(errHungUp, s.conn.Conn().Close())
}

// faultFor returns the fault that fires for a verb. One that names no verb is meant for
// the message as a whole, and that is its DATA.
func (s *Server) faultFor(verb string) (fault.Fault, bool) {
	if verb != "DATA" && !s.namesVerb(verb) {
		return fault.Fault{}, false
	}
	return s.cfg.Faults.Next(system, verb)
}

func (s *Server) namesVerb(verb string) bool {
	if s.cfg.Faults == nil {
		return false
	}
	for _, f := range s.cfg.Faults.List() {
		if f.System == system && f.PathPrefix != "" && strings.HasPrefix(verb, f.PathPrefix) {
			return true
		}
	}
	return false
}

func (s *Server) sleep(d time.Duration) {
	if d <= 0 {
		return
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-s.closing:
	}
}

// refusal is the SMTP equivalent of an HTTP status: what can be tried again is 4xx.
func refusal(status int) *smtp.SMTPError {
	switch {
	case status == http.StatusTooManyRequests:
		return &smtp.SMTPError{Code: 450, EnhancedCode: smtp.EnhancedCode{4, 7, 1}, Message: "Too much mail, try again later"}
	case status == http.StatusUnauthorized:
		return &smtp.SMTPError{Code: 535, EnhancedCode: smtp.EnhancedCode{5, 7, 8}, Message: "Authentication failed"}
	case status >= http.StatusInternalServerError:
		return &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 3, 0}, Message: "Local error, try again later"}
	default:
		return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 7, 1}, Message: "Message refused"}
	}
}

// okCodes are the answers to verbs that succeed otherwise than with 250.
var okCodes = map[string]int{"STARTTLS": 220, "AUTH": 235}

// record writes a verb into the journal, with the code that was answered.
func (s *session) record(verb string, err error) {
	entry := journal.Entry{Method: "SMTP", Path: verb, Status: 250}
	if code, ok := okCodes[verb]; ok {
		entry.Status = code
	}
	var refused *smtp.SMTPError
	switch {
	case errors.As(err, &refused):
		entry.Status = refused.Code
	case err != nil:
		entry.Status = 0
	}
	if len(s.recipients) > 0 {
		entry.TenantID = s.server.tenantOf(s.recipients[0])
	}
	s.server.cfg.Journal.Record(system, entry)
}
