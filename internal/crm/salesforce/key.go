package salesforce

import (
	"context"
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
	fields := []string{"Id"}
	if typ == leads {
		fields = append(fields, "IsConverted", "ConvertedContactId")
	}
	found, err := c.client.query(ctx, typ, anyOf(typ, fields, []string{c.config.KeyField + " IN " + quoteAll(crm.PersonKeys(s.Lead))}))
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

// splitName splits a name before its last word. A single word is a last name, which
// Salesforce requires.
func splitName(name string) (first, last string) {
	words := strings.Fields(name)
	if len(words) < 2 {
		return "", name
	}
	return strings.Join(words[:len(words)-1], " "), words[len(words)-1]
}
