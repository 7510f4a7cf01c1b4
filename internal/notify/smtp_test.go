package notify

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"io"
	"math/big"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"github.com/your-org/multi-tenant-pipeline/pkg/config"
)

// mailbox is a mail server that keeps what it takes.
type mailbox struct {
	cfg SMTPConfig

	mu     sync.Mutex
	refuse map[string]*smtp.SMTPError // by recipient, "DATA" or "MAIL"
	users  []string
	asked  map[string]int // how often, by recipient
	mails  []delivered
}

type delivered struct {
	to  []string
	raw string
}

const mailPassword = "correct horse"

// newMailbox starts a server on this machine. Without tlsOffered it knows no STARTTLS.
func newMailbox(t *testing.T, tlsOffered bool) *mailbox {
	t.Helper()
	cert, authority := newCertificate(t)
	m := &mailbox{refuse: map[string]*smtp.SMTPError{}, asked: map[string]int{}}
	server := smtp.NewServer(m)
	server.Domain = "localhost"
	if tlsOffered {
		server.TLSConfig = &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12}
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = server.Serve(listener) }() // ends with Close
	t.Cleanup(func() { _ = server.Close() })
	addr, ok := listener.Addr().(*net.TCPAddr)
	if !ok {
		t.Fatal("no TCP address")
	}
	m.cfg = SMTPConfig{Host: "127.0.0.1", Port: addr.Port, From: "Leads <leads@example.com>", CA: authority,
		Username: "leads", Password: config.Secret(mailPassword)}
	return m
}

// newCertificate makes a certificate for 127.0.0.1 that is its own authority.
func newCertificate(t *testing.T) (tls.Certificate, string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key},
		string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
}

func (m *mailbox) NewSession(c *smtp.Conn) (smtp.Session, error) {
	return &session{box: m, conn: c}, nil
}

func (m *mailbox) refusal(what string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.refuse[what]; err != nil {
		return err
	}
	return nil
}

type session struct {
	box  *mailbox
	conn *smtp.Conn
	to   []string
}

func (s *session) AuthMechanisms() []string { return []string{sasl.Plain} }

func (s *session) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if password != mailPassword {
			return errors.New("wrong password")
		}
		s.box.mu.Lock()
		defer s.box.mu.Unlock()
		s.box.users = append(s.box.users, user)
		return nil
	}), nil
}

func (s *session) Mail(string, *smtp.MailOptions) error {
	if _, encrypted := s.conn.TLSConnectionState(); !encrypted {
		return &smtp.SMTPError{Code: 530, Message: "must issue STARTTLS first"}
	}
	return s.box.refusal("MAIL")
}

func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.box.mu.Lock()
	s.box.asked[to]++
	s.box.mu.Unlock()
	if err := s.box.refusal(to); err != nil {
		return err
	}
	s.to = append(s.to, to)
	return nil
}

func (s *session) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	if err := s.box.refusal("DATA"); err != nil {
		return err
	}
	s.box.mu.Lock()
	defer s.box.mu.Unlock()
	s.box.mails = append(s.box.mails, delivered{s.to, string(raw)})
	return nil
}

func (s *session) Reset()        { s.to = nil }
func (s *session) Logout() error { return nil }
