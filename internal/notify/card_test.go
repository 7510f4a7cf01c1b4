package notify

import (
	"testing"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

func TestTitle(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		kind     request.Kind
		analysis request.Analysis
		want     string
	}{
		{request.Call, request.Analysis{IsLead: true, LeadScore: 84, ScoreBand: request.Hot, ProjectType: "kitchen"}, "Hot lead, 84/100: kitchen"},
		{request.Form, request.Analysis{IsLead: true, LeadScore: 55, ScoreBand: request.Warm, ProjectType: "windows_doors"}, "Warm lead, 55/100: windows doors"},
		{request.Call, request.Analysis{IsLead: true, LeadScore: 10, ScoreBand: request.NoLead, ProjectType: "none"}, "Weak lead, 10/100"},
		{request.Text, request.Analysis{Intent: "job_seeker"}, "No lead: text, job seeker"},
	} {
		if got := title(&request.Request{Kind: test.kind}, &test.analysis); got != test.want {
			t.Errorf("got %q, want %q", got, test.want)
		}
	}
}

func TestTruncateCountsCharacters(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		in    string
		limit int
		want  string
	}{{"abc", 3, "abc"}, {"abcd", 3, "ab…"}, {"äöüß", 3, "äö…"}, {"a bcd", 3, "a…"}, {"", 3, ""}} {
		if got := truncate(test.in, test.limit); got != test.want {
			t.Errorf("truncate(%q, %d) = %q, want %q", test.in, test.limit, got, test.want)
		}
	}
}
