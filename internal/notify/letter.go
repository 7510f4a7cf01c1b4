package notify

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	htmltemplate "html/template"
	"strings"
	texttemplate "text/template"
	"time"

	"github.com/wneessen/go-mail"
)

//go:embed templates
var templateFiles embed.FS

var (
	textBody = texttemplate.Must(texttemplate.ParseFS(templateFiles, "templates/lead.txt"))
	htmlBody = htmltemplate.Must(htmltemplate.ParseFS(templateFiles, "templates/lead.html"))
)

// letter is a card on its way to the people behind one mail channel.
type letter struct {
	card
	channel string
	to      []string
	members members // who of them knows already
	at      time.Time
}

// Subject is the card's title with the caller's name, on one line.
func (l letter) Subject() string {
	subject := l.Title
	if l.Again {
		subject = "Now: " + subject
	}
	if l.Who != "" {
		subject += " (" + l.Who + ")"
	}
	return truncate(oneLine(subject), 150)
}

// messageID is the same whenever the same news goes to the same channel, so that mail
// programs and servers drop the copy that a crash in the middle of sending can cause.
func (l letter) messageID(domain string) string {
	sum := sha256.Sum256([]byte(l.TenantID + "\x00" + l.channel))
	return fmt.Sprintf("%s.%s.%s@%s", l.RequestID, hex.EncodeToString(sum[:6]), l.Band, domain)
}

// compose makes the message. Recipients that are no addresses are the tenant's mistake.
func (s *mailSender) compose(l letter, to []string) (*mail.Msg, error) {
	msg := mail.NewMsg()
	msg.FromMailAddress(s.from)
	if err := msg.To(to...); err != nil {
		return nil, &refusal{why: "a recipient is not an e-mail address", recipient: true}
	}
	msg.Subject(l.Subject())
	msg.SetMessageIDWithValue(l.messageID(s.domain))
	msg.SetDateWithValue(l.at)
	msg.SetGenHeader("Auto-Submitted", "auto-generated")
	msg.SetGenHeader("List-Id", fmt.Sprintf("<leads.%s.%s>", strings.ReplaceAll(l.TenantID, "_", "-"), s.domain))
	if err := msg.SetBodyTextTemplate(textBody, l); err != nil {
		return nil, fmt.Errorf("write mail's text: %w", err)
	}
	if err := msg.AddAlternativeHTMLTemplate(htmlBody, l); err != nil {
		return nil, fmt.Errorf("write mail's page: %w", err)
	}
	return msg, nil
}
