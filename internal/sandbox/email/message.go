package email

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"strings"
)

// message is what is kept of a mail.
type message struct {
	from, subject, messageID string
	text, html               string
	returnPath               string
	overTLS                  bool
}

func (m message) fields() map[string]any {
	return map[string]any{
		"from": m.from, "subject": m.subject, "message_id": m.messageID, "text": m.text, "html": m.html,
		"return_path": m.returnPath, "tls": m.overTLS,
	}
}

// parse reads a mail with its plain and its HTML part. A mail that lacks what RFC 5322
// requires is an error.
func parse(raw []byte) (message, error) {
	parsed, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		return message{}, fmt.Errorf("read header: %w", err)
	}
	if parsed.Header.Get("From") == "" || parsed.Header.Get("Date") == "" {
		return message{}, errors.New("header lacks From or Date")
	}
	words := &mime.WordDecoder{}
	m := message{messageID: parsed.Header.Get("Message-Id")}
	if m.from, err = words.DecodeHeader(parsed.Header.Get("From")); err != nil {
		return message{}, fmt.Errorf("decode From: %w", err)
	}
	if m.subject, err = words.DecodeHeader(parsed.Header.Get("Subject")); err != nil {
		return message{}, fmt.Errorf("decode Subject: %w", err)
	}
	if err := m.readPart(part{parsed.Header.Get, parsed.Body}); err != nil {
		return message{}, err
	}
	return m, nil
}

// part is a mail or one of its parts.
type part struct {
	header func(name string) string
	body   io.Reader
}

// readPart takes the text out of a part, or out of the parts inside it. The first of
// each kind counts; attachments do not.
func (m *message) readPart(p part) error {
	kind, params, err := mime.ParseMediaType(p.header("Content-Type"))
	if err != nil { // RFC 2045: without a type it is plain text
		kind = "text/plain"
	}
	if strings.HasPrefix(kind, "multipart/") {
		return m.readParts(multipart.NewReader(p.body, params["boundary"]))
	}
	body, err := io.ReadAll(decoded(p))
	if err != nil {
		return fmt.Errorf("decode %s: %w", kind, err)
	}
	content := strings.ReplaceAll(string(body), "\r\n", "\n")
	switch {
	case kind == "text/plain" && m.text == "":
		m.text = content
	case kind == "text/html" && m.html == "":
		m.html = content
	}
	return nil
}

func (m *message) readParts(parts *multipart.Reader) error {
	for {
		next, err := parts.NextRawPart()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read part: %w", err)
		}
		if strings.HasPrefix(next.Header.Get("Content-Disposition"), "attachment") {
			continue
		}
		if err := m.readPart(part{next.Header.Get, next}); err != nil {
			return err
		}
	}
}

// decoded undoes the transfer encoding of a part.
func decoded(p part) io.Reader {
	switch strings.ToLower(p.header("Content-Transfer-Encoding")) {
	case "base64":
		return base64.NewDecoder(base64.StdEncoding, p.body)
	case "quoted-printable":
		return quotedprintable.NewReader(p.body)
	default:
		return p.body
	}
}
