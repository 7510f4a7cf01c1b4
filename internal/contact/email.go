package contact

import (
	"net/mail"
	"strings"

	"golang.org/x/net/idna"
	"golang.org/x/text/unicode/norm"
)

// maxEmail is the longest address that can be delivered to (RFC 5321 with its brackets).
const maxEmail = 254

// Email returns an e-mail address in lower case with an ASCII domain, or "" if raw is none.
// Dots and plus signs stay: to some providers they matter.
func Email(raw string) string {
	raw = strings.TrimSpace(raw)
	raw = strings.TrimPrefix(raw, "mailto:")
	addr, err := mail.ParseAddress(raw)
	if err != nil {
		return ""
	}
	local, domain, ok := cutLast(addr.Address, "@")
	if !ok || strings.ContainsAny(local, " \t\"@") {
		return "" // a quoted local part: allowed by the standard, a typing error in life
	}
	domain, err = idna.Lookup.ToASCII(strings.TrimSuffix(domain, "."))
	if err != nil || !strings.Contains(domain, ".") {
		return ""
	}
	email := strings.ToLower(norm.NFC.String(local)) + "@" + domain
	if len(email) > maxEmail {
		return ""
	}
	return email
}

func cutLast(s, sep string) (before, after string, found bool) {
	i := strings.LastIndex(s, sep)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(sep):], true
}
