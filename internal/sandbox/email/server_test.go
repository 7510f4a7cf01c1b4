package email_test

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
	"github.com/google/go-cmp/cmp"

	"github.com/your-org/multi-tenant-pipeline/internal/sandbox/email"
	"github.com/your-org/multi-tenant-pipeline/internal/sandbox/fault"
	"github.com/your-org/multi-tenant-pipeline/internal/sandbox/journal"
)

const letter = "From: \"Pipeline\" <leads@example.com>\r\nTo: owner@example.com\r\nDate: Fri, 20 Nov 2026 16:20:00 +0000\r\n" +
	"Message-ID: <req_1.owner@example.com>\r\nSubject: =?UTF-8?q?Hot_lead=3A_K=C3=BCche?=\r\nMIME-Version: 1.0\r\n" +
	"Content-Type: multipart/alternative; boundary=b\r\n\r\n" +
	"--b\r\nContent-Type: text/plain; charset=UTF-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nScore =3D 91\r\n" +
	"--b\r\nContent-Type: text/html; charset=UTF-8\r\nContent-Transfer-Encoding: base64\r\n\r\nPGI+OTE8L2I+\r\n--b--\r\n"

func now() time.Time { return time.Date(2026, 11, 20, 16, 20, 0, 0, time.UTC) }

// fixture is a relay with the mailboxes of two tenants.
type fixture struct {
	*email.Server
	faults  *fault.Set
	journal *journal.Journal
}

func newFixture(t *testing.T, username string) *fixture {
	t.Helper()
	f := &fixture{faults: fault.New(1), journal: journal.New(now)}
	server, err := email.Start(t.Context(), email.Config{
		Listen: "127.0.0.1:0", Faults: f.faults, Journal: f.journal, Username: username, Password: "sesame",
		Mailboxes: map[string]string{"owner@example.com": "a", "Sales@example.com": "a", "boss@example.org": "b"},
	})
	if err != nil {
		t.Fatalf("Start: %v", err)
	}
	t.Cleanup(func() {
		if err := server.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	f.Server = server
	return f
}

// dial connects with STARTTLS, trusting the relay's authority only.
func (f *fixture) dial(t *testing.T) *smtp.Client {
	t.Helper()
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(f.CA()) {
		t.Fatal("CA is not PEM")
	}
	client, err := smtp.DialStartTLS(f.Addr(), &tls.Config{RootCAs: roots, ServerName: "127.0.0.1", MinVersion: tls.VersionTLS12})
	if err != nil {
		t.Fatalf("dial: %v", err)
	}
	t.Cleanup(func() { _ = client.Close() }) // some tests lose the connection
	return client
}

func send(client *smtp.Client, to ...string) error {
	return client.SendMail("bounce@example.com", to, strings.NewReader(letter))
}

// verbs returns what the journal says was asked, with the codes.
func (f *fixture) verbs() string {
	var words []string
	for _, e := range f.journal.Requests("email", "") {
		words = append(words, e.Path)
	}
	return strings.Join(words, " ")
}

func TestRelay_keeps_a_mail_for_each_tenant(t *testing.T) {
	t.Parallel()
	f := newFixture(t, "")
	if err := send(f.dial(t), "owner@example.com", "sales@example.com", "boss@example.org"); err != nil {
		t.Fatalf("send: %v", err)
	}
	got := f.Objects("a")
	if len(got) != 1 || len(f.Objects("b")) != 1 {
		t.Fatalf("Objects(a) = %v, Objects(b) = %v, want one each", got, f.Objects("b"))
	}
	want := map[string]any{
		"from": `"Pipeline" <leads@example.com>`, "to": []string{"owner@example.com", "sales@example.com"},
		"subject": "Hot lead: Küche", "message_id": "<req_1.owner@example.com>", "text": "Score = 91", "html": "<b>91</b>",
		"return_path": "bounce@example.com", "tls": true,
	}
	if diff := cmp.Diff(want, got[0].Fields); diff != "" {
		t.Errorf("fields (-want +got):\n%s", diff)
	}
	if got, want := f.verbs(), "EHLO STARTTLS EHLO MAIL RCPT RCPT RCPT DATA"; got != want {
		t.Errorf("verbs = %q, want %q", got, want)
	}
	f.Reset()
	if left := f.Objects(""); len(left) != 0 {
		t.Errorf("Objects after Reset = %v", left)
	}
}

func TestRelay_refuses_bad_mail_and_bad_credentials(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, username string
		auth           sasl.Client
		letter         string
		want           int
	}{
		{"a mail without From", "", nil, "Date: Fri, 20 Nov 2026 16:20:00 +0000\r\n\r\nhello\r\n", 554},
		{"no credentials", "relay", nil, letter, 530},
		{"a wrong password", "relay", sasl.NewPlainClient("", "relay", "open"), letter, 535},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t, tt.username)
			client := f.dial(t)
			var err error
			if tt.auth != nil {
				err = client.Auth(tt.auth)
			}
			if err == nil {
				err = client.SendMail("x@example.com", []string{"owner@example.com"}, strings.NewReader(tt.letter))
			}
			if got := codeOf(err); got != tt.want || len(f.Objects("")) != 0 {
				t.Errorf("code = %d (%v), want %d and nothing kept", got, err, tt.want)
			}
		})
	}
}

func TestRelay_lets_in_who_knows_the_password(t *testing.T) {
	t.Parallel()
	f := newFixture(t, "relay")
	client := f.dial(t)
	if err := client.Auth(sasl.NewPlainClient("", "relay", "sesame")); err != nil {
		t.Fatalf("auth: %v", err)
	}
	if err := send(client, "owner@example.com"); err != nil || len(f.Objects("a")) != 1 {
		t.Errorf("send: %v, kept %v", err, f.Objects("a"))
	}
}

func TestRelay_is_only_trusted_with_its_authority(t *testing.T) {
	t.Parallel()
	f := newFixture(t, "")
	client, err := smtp.DialStartTLS(f.Addr(), &tls.Config{RootCAs: x509.NewCertPool(), ServerName: "127.0.0.1", MinVersion: tls.VersionTLS12})
	if err == nil { // the handshake comes with the first command
		err = client.Noop()
		_ = client.Close()
	}
	var unknown x509.UnknownAuthorityError
	if !errors.As(err, &unknown) {
		t.Errorf("dial without the authority: err = %v, want UnknownAuthorityError", err)
	}
}

func TestClose_right_after_the_start_returns(t *testing.T) {
	t.Parallel()
	for range 50 {
		server, err := email.Start(t.Context(), email.Config{Listen: "127.0.0.1:0"})
		if err != nil {
			t.Fatalf("Start: %v", err)
		}
		if err := server.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	}
}

func TestFaults_disturb_a_mail(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		fault fault.Fault
		code  int // 0: no answer came
		kept  int
		verbs string
	}{
		{"unavailable", fault.Fault{Status: 503}, 451, 0, "EHLO STARTTLS EHLO MAIL RCPT DATA"},
		{"too many", fault.Fault{Status: 429}, 450, 0, "EHLO STARTTLS EHLO MAIL RCPT DATA"},
		{"refused at the recipient", fault.Fault{Status: 403, PathPrefix: "RCPT"}, 550, 0, "EHLO STARTTLS EHLO MAIL RCPT"},
		{"dropped before", fault.Fault{Drop: fault.DropBefore}, 0, 0, "EHLO STARTTLS EHLO MAIL RCPT DATA"},
		{"dropped after", fault.Fault{Drop: fault.DropAfter}, 0, 1, "EHLO STARTTLS EHLO MAIL RCPT DATA"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t, "")
			tt.fault.System, tt.fault.Times = "email", 1
			if err := f.faults.Replace([]fault.Fault{tt.fault}); err != nil {
				t.Fatalf("Replace: %v", err)
			}
			err := send(f.dial(t), "owner@example.com")
			if err == nil || codeOf(err) != tt.code {
				t.Errorf("send: %v, want code %d", err, tt.code)
			}
			if kept := len(f.Objects("a")); kept != tt.kept || f.verbs() != tt.verbs || f.faults.List()[0].Fired != 1 {
				t.Errorf("kept %d (want %d) after %q (want %q), faults %+v", kept, tt.kept, f.verbs(), tt.verbs, f.faults.List())
			}
			if err := send(f.dial(t), "owner@example.com"); err != nil {
				t.Errorf("send again: %v", err)
			}
		})
	}
}

// codeOf returns the code of a refusal, 0 if the server said nothing.
func codeOf(err error) int {
	var refused *smtp.SMTPError
	if errors.As(err, &refused) {
		return refused.Code
	}
	return 0
}
