package crm_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/your-org/multi-tenant-pipeline/internal/crm"
)

func TestMatchPerson(t *testing.T) {
	t.Parallel()
	dana := crm.Person{Name: "Dana Example", Phone: "+13035550142", Email: "dana@example.com"}
	day := time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC)
	tests := map[string]struct {
		person     crm.Person
		candidates []crm.Candidate
		want       crm.MatchResult
	}{
		"nobody": {person: dana},
		"an equal address matches": {
			person:     dana,
			candidates: []crm.Candidate{{ID: "1", Emails: []string{"", "Dana@Example.com"}}},
			want:       crm.MatchResult{Verdict: crm.Match, ID: "1", By: "email"},
		},
		"an equal address under a similar name matches": {
			person:     dana,
			candidates: []crm.Candidate{{ID: "1", Name: "D. Example", Emails: []string{"dana@example.com"}}},
			want:       crm.MatchResult{Verdict: crm.Match, ID: "1", By: "email"},
		},
		"an equal address under an unrelated name is ambiguous": {
			person:     dana,
			candidates: []crm.Candidate{{ID: "1", Name: "Bob Quick", Emails: []string{"dana@example.com"}}},
			want:       crm.MatchResult{Verdict: crm.AmbiguousMatch, ID: "1", By: "email"},
		},
		"a number written in another way matches": {
			person:     dana,
			candidates: []crm.Candidate{{ID: "1", Name: "Example, Dana", Phones: []string{"(303) 555-0142"}}},
			want:       crm.MatchResult{Verdict: crm.Match, ID: "1", By: "phone"},
		},
		"a number without a name matches": {
			person:     crm.Person{Phone: dana.Phone},
			candidates: []crm.Candidate{{ID: "1", Name: "Bob Quick", Phones: []string{"+13035550142"}}},
			want:       crm.MatchResult{Verdict: crm.Match, ID: "1", By: "phone"},
		},
		"a number under a nickname matches": {
			person:     crm.Person{Name: "Robert Quick", Phone: dana.Phone},
			candidates: []crm.Candidate{{ID: "1", Name: "Bob Quick", Phones: []string{"+13035550142"}}},
			want:       crm.MatchResult{Verdict: crm.Match, ID: "1", By: "phone"},
		},
		"a number under another name is ambiguous": {
			person:     dana,
			candidates: []crm.Candidate{{ID: "1", Name: "Bob Quick", Phones: []string{"+13035550142"}}},
			want:       crm.MatchResult{Verdict: crm.AmbiguousMatch, ID: "1", By: "phone"},
		},
		"a name alone never matches": {
			person:     dana,
			candidates: []crm.Candidate{{ID: "1", Name: "Dana Example", Phones: []string{"+13035550199"}, Emails: []string{"other@example.com"}}},
		},
		"the end of a number does not match": {
			person:     dana,
			candidates: []crm.Candidate{{ID: "1", Phones: []string{"+443035550142"}}},
		},
		"an address wins over a number, a rank over the latest change, a match over doubt": {
			person: dana,
			candidates: []crm.Candidate{
				{ID: "doubt", Name: "Bob Quick", Phones: []string{dana.Phone}, Rank: 9},
				{ID: "old", Phones: []string{dana.Phone}, Modified: day},
				{ID: "new", Phones: []string{dana.Phone}, Modified: day.Add(time.Hour)},
				{ID: "ranked", Phones: []string{dana.Phone}, Rank: 1},
				{ID: "mail", Emails: []string{dana.Email}},
			},
			want: crm.MatchResult{Verdict: crm.Match, ID: "mail", By: "email", Also: []string{"ranked", "new", "old", "doubt"}},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := crm.MatchPerson(test.person, test.candidates, "US")
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("match (-want +got):\n%s", diff)
			}
		})
	}
}
