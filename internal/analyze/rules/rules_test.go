package rules

import (
	"testing"
)

// claims are what a case expects; an empty one is not looked at.
type claims struct {
	intent, project, timeline, budget, appointment string
	name, email                                    string // "-" is nothing
	spam                                           bool
}

func TestAnalyzeConversations(t *testing.T) {
	t.Parallel()
	for _, tc := range conversations {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			start := tc.start
			if start == "" {
				start = friday
			}
			in := newCall(t, start, tc.talk)
			in.Call.Voicemail = tc.voicemail
			if tc.voicemail {
				in.Call.Answered = false
			}
			got := Analyze(in)
			check(t, "intent", got.Intent, tc.want.intent)
			check(t, "project_type", got.ProjectType, tc.want.project)
			check(t, "timeline", got.Timeline, tc.want.timeline)
			check(t, "budget", got.Budget.Signal, tc.want.budget)
			check(t, "appointment", got.Appointment, tc.want.appointment)
			check(t, "customer_name", got.Customer.Name, tc.want.name)
			check(t, "customer_email", got.Customer.Email, tc.want.email)
			if tc.want.intent != "vendor_solicitation" && got.Spam != tc.want.spam {
				t.Errorf("spam = %t, want %t", got.Spam, tc.want.spam)
			}
			if err := got.Validate(); err != nil {
				t.Errorf("the answer is not valid: %v", err)
			}
		})
	}
}

func check(t *testing.T, field, got, want string) {
	t.Helper()
	if want == "-" && got == "" || want == "" || got == want {
		return
	}
	t.Errorf("%s = %q, want %q", field, got, want)
}
