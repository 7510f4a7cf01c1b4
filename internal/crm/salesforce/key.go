package salesforce

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"github.com/your-org/multi-tenant-pipeline/internal/crm"
)

// findContact looks for a Lead that an attempt of unknown outcome created, by this delivery
// or another one of the same person.
func (c *Connector) findContact(ctx context.Context, s crm.State) (string, error) {
	typ := c.config.newType()
	if _, err := c.client.keyed(ctx, typ); err != nil {
		return "", err
	}
	keys := []string{requestKey(s.Lead)}
	for _, key := range s.Lead.Person.Keys() {
		keys = append(keys, hash(key))
	}
	fields := []string{"Id"}
	if typ == leads {
		fields = append(fields, "IsConverted", "ConvertedContactId")
	}
	found, err := c.client.query(ctx, typ, anyOf(typ, fields, []string{c.config.KeyField + " IN " + quoteAll(keys)}))
	if err != nil || len(found) == 0 {
		return "", err
	}
	if o := found[0]; !o.isConverted() {
		return o.id(), nil
	}
	p, err := c.person(ctx, s.Lead, contactOf(found[0]))
	if isGone(err) {
		return "", nil
	}
	return p.id(), err
}

// keyOf returns the key of a person's Lead: of their number if it is known, of their
// address otherwise, of the request if nothing identifies them.
func keyOf(lead crm.Lead) string {
	switch p := lead.Person; {
	case p.Phone != "":
		return hash("phone:" + p.Phone)
	case p.Email != "":
		return hash("email:" + p.Email)
	default:
		return requestKey(lead)
	}
}

func requestKey(lead crm.Lead) string { return hash("request:" + lead.Request.ID) }

// hash keeps numbers and addresses out of URLs, which proxies log and whose dots Salesforce
// takes for a format.
func hash(key string) string {
	sum := sha256.Sum256([]byte(key))
	return hex.EncodeToString(sum[:16])
}

// splitName splits a name before its last word. A single word is a last name, which
// Salesforce requires.
func splitName(name string) (first, last string) {
	words := strings.Fields(name)
	if len(words) < 2 {
		return "", name
	}
	return strings.Join(words[:len(words)-1], " "), words[len(words)-1]
}
