package notify

import (
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	netmail "net/mail"
	"strings"
	"testing"

	"github.com/emersion/go-smtp"
	"github.com/google/go-cmp/cmp"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

func mailTo(to ...string) tenant.Notifications {
	return tenant.Notifications{Email: []tenant.Email{{Name: "owner", To: to}}}
}

// tell lets a worker tell the mailbox's people about the kitchen.
func tell(t *testing.T, box *mailbox, to ...string) (detail string, r *record, err error) {
	t.Helper()
	job, r := newJob(mailTo(to...), kitchen())
	job.Request.Caller.Name = "ignored: the analysis knows better"
	cfg := Config{DashboardURL: "https://dashboard.example.com/", SMTP: box.cfg}
	got, err := newWorker(t, cfg, nil).Work(t.Context(), job)
	return got.Detail, r, err
}

// parts returns a mail's bodies by media type.
func parts(t *testing.T, m *netmail.Message) map[string]string {
	t.Helper()
	_, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil {
		t.Fatal(err)
	}
	bodies := map[string]string{}
	for reader := multipart.NewReader(m.Body, params["boundary"]); ; {
		part, err := reader.NextRawPart()
		if errors.Is(err, io.EOF) {
			return bodies
		} else if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(quotedprintable.NewReader(part))
		if err != nil {
			t.Fatal(err)
		}
		kind, _, err := mime.ParseMediaType(part.Header.Get("Content-Type"))
		if err != nil {
			t.Fatal(err)
		}
		bodies[kind] = string(body)
	}
}

func TestAMailShowsTheLeadInTextAndHTML(t *testing.T) {
	t.Parallel()
	box := newMailbox(t, true)
	if detail, _, err := tell(t, box, "owner@example.com", "sales@example.com"); err != nil || detail != "email:owner told" {
		t.Fatalf("Work() = %q, %v", detail, err)
	}
	if len(box.mails) != 1 || !cmp.Equal(box.mails[0].to, []string{"owner@example.com", "sales@example.com"}) {
		t.Fatalf("delivered %+v, want one mail to both", box.mails)
	}
	if !cmp.Equal(box.users, []string{"leads"}) {
		t.Errorf("logged in as %v, want leads", box.users)
	}
	m, err := netmail.ReadMessage(strings.NewReader(box.mails[0].raw))
	if err != nil {
		t.Fatal(err)
	}
	head := map[string]string{}
	for _, name := range []string{"From", "To", "Subject", "Date", "Auto-Submitted", "List-Id"} {
		head[name] = m.Header.Get(name)
	}
	want := map[string]string{
		"From": `"Leads" <leads@example.com>`, "To": "<owner@example.com>, <sales@example.com>",
		"Subject": "Hot lead, 84/100: kitchen (Jane Roe)", "Date": "Mon, 02 Mar 2026 12:00:00 +0000",
		"Auto-Submitted": "auto-generated", "List-Id": "<leads.tenant-demo.example.com>",
	}
	if diff := cmp.Diff(want, head); diff != "" {
		t.Errorf("header differs (-want +got):\n%s", diff)
	}
	bodies := parts(t, m)
	for kind, wants := range map[string][]string{
		"text/plain": {"Phone: +13035550142", "Wants a new kitchen & <b>soon</b>.", `"before the summer"`, "- Call back before Friday",
			"https://dashboard.example.com/tenants/tenant_demo/requests/req_a"},
		"text/html": {">&#43;13035550142<", "Wants a new kitchen &amp; &lt;b&gt;soon&lt;/b&gt;.", ">before the summer<", "<li>Call back before Friday</li>",
			`href="https://dashboard.example.com/tenants/tenant_demo/requests/req_a"`},
	} {
		for _, want := range wants {
			if !strings.Contains(bodies[kind], want) {
				t.Errorf("%s lacks %q:\n%s", kind, want, bodies[kind])
			}
		}
	}
}

func TestTheSameNewsHasTheSameMessageID(t *testing.T) {
	t.Parallel()
	box := newMailbox(t, true)
	for range 2 { // as after a crash between the mail and the ledger
		if _, _, err := tell(t, box, "owner@example.com"); err != nil {
			t.Fatal(err)
		}
	}
	id := func(i int) string {
		m, err := netmail.ReadMessage(strings.NewReader(box.mails[i].raw))
		if err != nil {
			t.Fatal(err)
		}
		return m.Header.Get("Message-Id")
	}
	if id(0) != id(1) || !strings.HasSuffix(id(0), "@example.com>") {
		t.Errorf("ids %s and %s, want the same, of our domain", id(0), id(1))
	}
	a := letter{card: card{RequestID: "r", TenantID: "t", Band: request.Hot}, channel: "email:a"}
	b, c := a, a
	b.channel, c.Band = "email:b", request.Warm
	if a.messageID("x") == b.messageID("x") || a.messageID("x") == c.messageID("x") {
		t.Error("another channel or band has the same id")
	}
}

func TestAServerWithoutTLSGetsNothing(t *testing.T) {
	t.Parallel()
	box := newMailbox(t, false)
	if _, r, err := tell(t, box, "owner@example.com"); err == nil || len(box.users) != 0 || len(r.notices) != 0 {
		t.Errorf("Work() = %v, logged in as %v: want an error before any password", err, box.users)
	}
}

func TestAStrangersCertificateIsRefused(t *testing.T) {
	t.Parallel()
	box := newMailbox(t, true)
	_, box.cfg.CA = newCertificate(t)
	if _, _, err := tell(t, box, "owner@example.com"); err == nil || len(box.users) != 0 {
		t.Errorf("Work() = %v, logged in as %v: want an error before any password", err, box.users)
	}
}

func TestMailServersAnswers(t *testing.T) {
	t.Parallel()
	unknown := &smtp.SMTPError{Code: 550, Message: "no such user bad@example.com"}
	busy := &smtp.SMTPError{Code: 451, Message: "greylisted bad@example.com"}
	for _, test := range []struct {
		name   string
		refuse map[string]*smtp.SMTPError
		to     []string
		detail string // empty: an error
		told   int
	}{
		{"one of two mailboxes is unknown", map[string]*smtp.SMTPError{"bad@example.com": unknown},
			[]string{"bad@example.com", "good@example.com"}, "email:owner told (1 of 2 recipients failed)", 1},
		{"one of two addresses is none", nil,
			[]string{"nonsense", "good@example.com"}, "email:owner told (1 of 2 recipients failed)", 1},
		{"the only mailbox is unknown", map[string]*smtp.SMTPError{"bad@example.com": unknown},
			[]string{"bad@example.com"}, "email:owner refused: sending SMTP RCPT TO command got status 550", 0},
		{"both mailboxes are unknown", map[string]*smtp.SMTPError{"bad@example.com": unknown, "b@example.com": unknown},
			[]string{"bad@example.com", "b@example.com"}, "email:owner refused: sending SMTP RCPT TO command got status 550", 0},
		{"no recipients", nil, nil, "email:owner refused: it has no recipients", 0},
		{"the message is refused", map[string]*smtp.SMTPError{"DATA": {Code: 554, Message: "looks like spam"}},
			[]string{"bad@example.com"}, "email:owner refused: closing SMTP DATA writer got status 554", 0},
		{"the only mailbox is busy", map[string]*smtp.SMTPError{"bad@example.com": busy}, []string{"bad@example.com"}, "", 0},
		{"all mailboxes are busy", map[string]*smtp.SMTPError{"bad@example.com": busy, "b@example.com": busy},
			[]string{"bad@example.com", "b@example.com"}, "", 0},
		{"the server is busy", map[string]*smtp.SMTPError{"DATA": busy}, []string{"bad@example.com"}, "", 0},
		{"our own address is refused", map[string]*smtp.SMTPError{"MAIL": {Code: 550, Message: "sender not allowed"}}, []string{"bad@example.com"}, "", 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			box := newMailbox(t, true)
			box.refuse = test.refuse
			detail, r, err := tell(t, box, test.to...)
			if detail != test.detail || (err == nil) != (test.detail != "") {
				t.Errorf("Work() = %q, %v, want %q", detail, err, test.detail)
			}
			if err != nil && strings.Contains(err.Error(), "bad@") {
				t.Errorf("error %q names a recipient", err)
			}
			if len(box.mails) != test.told || len(r.notices) != test.told {
				t.Errorf("%d mails, %d notices, want %d of each", len(box.mails), len(r.notices), test.told)
			}
		})
	}
}

func TestAWrongPasswordIsTheOperatorsProblemAndTriedAgain(t *testing.T) {
	t.Parallel()
	box := newMailbox(t, true)
	box.cfg.Password = "wrong"
	if _, r, err := tell(t, box, "owner@example.com"); err == nil || len(r.notices) != 0 {
		t.Errorf("Work() = %v, want an error", err)
	}
}

func TestSubjectIsOneLine(t *testing.T) {
	t.Parallel()
	l := letter{card: card{Title: "Hot lead", Who: "Eve\r\nBcc: all@example.com", Again: true}}
	if got, want := l.Subject(), "Now: Hot lead (Eve Bcc: all@example.com)"; got != want {
		t.Errorf("Subject() = %q, want %q", got, want)
	}
}

func TestSMTPConfigReportsEveryProblem(t *testing.T) {
	t.Parallel()
	if err := (&SMTPConfig{}).Validate(); err != nil {
		t.Errorf("without a server: %v, want no complaint", err)
	}
	err := (&SMTPConfig{Host: "smtp.example.com", Port: -1, Username: "x", From: "nobody", CA: "nonsense"}).Validate()
	for _, name := range []string{"SMTP_FROM", "SMTP_PORT", "SMTP_PASSWORD", "SMTP_CA_PEM"} {
		if err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("Validate() = %v, want it to name %s", err, name)
		}
	}
}
