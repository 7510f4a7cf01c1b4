package transcribe

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

func TestRolesFollowFromTheWords(t *testing.T) {
	t.Parallel()
	const a, c, one, two = "agent", "customer", "speaker 1", "speaker 2"
	inbound := setting{company: "Acme Remodeling, LLC"}
	for name, tc := range map[string]struct {
		setting setting
		turns   []string
		want    []string
		sure    bool // at least minConfidence
	}{
		"greeting": {
			inbound,
			[]string{"1|Thank you for calling Acme Remodeling, this is Sam.", "2|Hi, I'd like a quote for our bathroom."},
			[]string{a, c}, true,
		},
		"the customer is heard first": {
			inbound,
			[]string{"1|Hello? Hi, I'm looking for somebody to redo my kitchen.", "2|Sure, can I have your name and address?", "1|Dana Example."},
			[]string{c, a, c}, true,
		},
		"company name alone": {
			inbound,
			[]string{"1|Good morning, Acme Remodeling.", "2|Good morning."},
			[]string{a, c}, true,
		},
		"outbound": {
			setting{company: "Acme Remodeling", outbound: true},
			[]string{"1|Hello?", "2|Hi, this is Sam with Acme Remodeling about your estimate.", "1|Oh yes."},
			[]string{c, a, c}, true,
		},
		"transfer to a colleague": {
			inbound,
			[]string{
				"1|Thank you for calling Acme Remodeling.", "2|I need a new roof.",
				"3|Thanks for calling, this is Lee, how can I help?", "2|My roof leaks.",
			},
			[]string{a, c, a, c}, true,
		},
		"curly apostrophes": {
			inbound,
			[]string{"1|Yes?", "2|I’d like to talk about my basement, I’m calling about the ad."},
			[]string{a, c}, true,
		},
		"Spanish": {
			setting{},
			[]string{"1|Gracias por llamar, ¿en qué le puedo ayudar?", "2|Quisiera una cotización."},
			[]string{a, c}, true,
		},
		"nothing to go by": {
			inbound,
			[]string{"1|Yeah.", "2|Okay.", "1|Right."},
			[]string{one, two, one}, false,
		},
		"one voice": {
			inbound,
			[]string{"1|Thank you for calling Acme Remodeling. Please hold."},
			[]string{one}, false,
		},
		"voicemail with greeting": {
			setting{voicemail: true},
			[]string{"1|You've reached Acme Remodeling.", "1|Please leave a message after the tone.", "1|Hi, it's Dana, please call me back."},
			[]string{a, a, c}, true,
		},
		"voicemail without greeting": {
			setting{voicemail: true},
			[]string{"1|Hi, it's Dana.", "1|Please call me."},
			[]string{c, c}, true,
		},
		"silence": {inbound, nil, []string{}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			segments := segmentsOf(tc.turns)
			confidence := assignRoles(segments, tc.setting)
			got := []string{}
			for _, s := range segments {
				got = append(got, s.Speaker)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("speakers (-want +got):\n%s", diff)
			}
			if sure := confidence >= minConfidence; sure != tc.sure || confidence < 0 || confidence > 1 {
				t.Errorf("confidence %v, want sure %v", confidence, tc.sure)
			}
		})
	}
}

// segmentsOf reads "speaker number|text".
func segmentsOf(turns []string) []request.Segment {
	var segments []request.Segment
	for i, turn := range turns {
		speaker, text, _ := strings.Cut(turn, "|")
		segments = append(segments, request.Segment{Index: i, Speaker: "speaker " + speaker, Text: text})
	}
	return segments
}
