package callrail

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

var (
	// ErrUnreadable says that a body is neither JSON nor form-encoded.
	ErrUnreadable = errors.New("unreadable payload")
	// ErrNoID says that nothing identifies what the delivery is about.
	ErrNoID = errors.New("payload has no id")

	errEncoding = errors.New("not valid UTF-8")
)

// The media types of a payload.
const (
	TypeJSON = "application/json"
	TypeForm = "application/x-www-form-urlencoded"
)

// maxID is longer than any id of CallRail (35 characters) and of the relays we know.
const maxID = 200

// Payload is a decoded delivery.
type Payload struct {
	Type string // TypeJSON or TypeForm: what the bytes are, whatever the header said
	root *value
}

// Decode reads a body. The first byte decides between JSON and form encoding: CallRail sends
// both, and what makes it choose is not documented. Errors are ErrUnreadable and never quote
// the body.
func Decode(body []byte) (*Payload, error) {
	if !utf8.Valid(body) {
		return nil, fmt.Errorf("%w: %w", ErrUnreadable, errEncoding)
	}
	body, isJSON := sniff(body)
	parse, contentType := parseForm, TypeForm
	if isJSON {
		parse, contentType = parseJSON, TypeJSON
	}
	root, err := parse(body)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnreadable, err)
	}
	return &Payload{Type: contentType, root: root}, nil
}

// sniff cuts a byte order mark and white space off and reports whether JSON follows.
func sniff(body []byte) ([]byte, bool) {
	body = bytes.TrimSpace(bytes.TrimPrefix(bytes.TrimSpace(body), []byte("\ufeff")))
	return body, bytes.HasPrefix(body, []byte("{"))
}

// Claims are what a delivery says about whose it is. Until it is verified they are a
// stranger's words, good only for choosing the keys to verify it with.
type Claims struct {
	Tenants   []string // distinct tenant ids: more than one is an attempt at something
	Companies []string // distinct company ids, numbers and COM… alike
}

// maxClaims is more than any delivery has. A stranger's body is looked through before anything is
// known of it, and each claim is compared with those before it.
const maxClaims = 16

// claimFields say whose a delivery is: the first by tenant, the others by company.
var claimFields = []string{"tenant_id", "company_resource_id", "company_id", "callrail_company_id"}

func (c *Claims) add(name, text string) {
	if !slices.Contains(claimFields, name) {
		return
	}
	claims := &c.Companies
	if name == claimFields[0] {
		claims = &c.Tenants
	}
	text = strings.TrimSpace(text)
	if text == "" || len(text) > maxID || len(*claims) == maxClaims || slices.Contains(*claims, text) {
		return
	}
	if *claims == nil {
		*claims = make([]string, 0, 2) // a number and a resource id
	}
	*claims = append(*claims, text)
}

// Peek looks for claims in the raw bytes of a body that may be anything. It keeps nothing,
// does a bounded amount of work and returns what it found before the first mistake.
func Peek(body []byte) Claims {
	var c Claims
	body, isJSON := sniff(body)
	if isJSON {
		claimed(body, c.add)
		return c
	}
	pairs := 0
	for pair := range bytes.SplitSeq(body, []byte("&")) {
		if pairs++; pairs > maxValues {
			break
		}
		if !mayClaim(pair) {
			continue
		}
		if key, text, err := unescapePair(string(pair)); err == nil {
			c.add(key, text)
		}
	}
	return c
}

// mayClaim spares unescaping the hundred pairs that say nothing about whose a body is. An
// escaped key is unescaped to see.
func mayClaim(pair []byte) bool {
	key, _, _ := bytes.Cut(pair, []byte("="))
	return bytes.HasSuffix(key, []byte("_id")) || bytes.IndexByte(key, '%') >= 0
}

// Claims returns what the whole payload claims.
func (p *Payload) Claims() Claims {
	var c Claims
	for i := range p.root.fields {
		c.add(p.root.fields[i].name, p.root.fields[i].value.str())
	}
	return c
}

// ID returns the id of what the delivery is about. The order matters: resource_id is
// CallRail's, call_id a relay's or that of an undocumented Voice Assist delivery, and id
// was removed from live bodies but is still in the documentation's samples.
func (p *Payload) ID() (string, error) {
	id := p.root.first("resource_id", "call_id", "id")
	if id == "" || len(id) > maxID {
		return "", ErrNoID
	}
	return id, nil
}

// Fields returns everything in the payload as a form's answers, in the order received: web
// forms are as varied as CallRail's bodies, and are read by the same reader.
func (p *Payload) Fields() []request.Field { return flatten("", p.root, nil) }

// Changes returns what a modification says has changed, by CallRail's names; none if it does
// not say.
func (p *Payload) Changes() []string {
	changes, _ := p.root.strings("changes")
	return changes
}
