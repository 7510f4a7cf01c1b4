package store

import (
	"regexp"
	"strings"
	"testing"
)

// The emulator has no query plans: that a page costs the same at any depth is in the text.
func TestPrivacyReadsAreBoundedWalksOverAnIndexOfTheTenant(t *testing.T) {
	t.Parallel()
	schema := indexes(t)
	page := " ORDER BY created_at DESC, job_id LIMIT @limit"
	for name, tc := range map[string]struct{ sql, index, from string }{
		"a person's requests": {personRequests, "people_by_key", "received_at < @before_time"},
		"old requests":        {oldRequests, "requests_newest", "received_at < @before_time"},
		"jobs":                {"SELECT job_id" + jobPage + page, "jobs_by_time", "created_at < @before_time"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text := strings.Join(strings.Fields(tc.sql), " ")
			shape := regexp.MustCompile(`^SELECT [a-z_, ]+ FROM [a-z_]+@\{FORCE_INDEX=` + tc.index + `\} WHERE tenant_id = @tenant AND .* ORDER BY [a-zA-Z_, ]+ LIMIT @limit$`)
			if !shape.MatchString(text) || !strings.Contains(text, tc.from) {
				t.Errorf("%s\ndoes not match\n%s from %s", text, shape, tc.from)
			}
			if !strings.Contains(schema[tc.index], "(tenant_id,") {
				t.Errorf("index %s does not lead with the tenant: %s", tc.index, schema[tc.index])
			}
		})
	}
}
