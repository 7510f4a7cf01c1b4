package analyze

import (
	"strings"
	"testing"

	"github.com/your-org/multi-tenant-pipeline/internal/analyze/prompt"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

func TestAFormThatOnlySaysWhoSentItIsSomebodyToCallBack(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name   string
		fields []request.Field
		want   request.Band
	}{
		{"a number alone", []request.Field{{Name: "phone", Value: "303-555-0171"}}, request.Cold},
		{"name and address", []request.Field{{Name: "your_name", Value: "Robin Sample"}, {Name: "email", Value: "robin@example.com"}}, request.Cold},
		{"a survey", []request.Field{{Name: "phone", Value: "303-555-0171"}, {Name: "message", Value: "Thank you, have a nice day."}}, request.NoLead},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			r := &request.Request{Kind: request.Form, Details: request.Details{Fields: tc.fields}}
			tr := prompt.FormTranscript(r.Details)
			s := Subject{Input: prompt.NewInput(&tenant.Tenant{Name: "Demo"}, r, tr), Transcript: tr, Contactable: true}
			if got := s.Rules(); got.ScoreBand != tc.want {
				t.Errorf("band = %s (%d, %s), want %s", got.ScoreBand, got.LeadScore, got.Intent, tc.want)
			}
		})
	}
}

// The rules and the rubric together must put a call into the band that a person would.
func TestBandsOfCalls(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name string
		talk string
		want request.Band
	}{
		{"ready with money", "customer: We want our kitchen remodeled, starting in January, and have seventy thousand saved. Can I get a quote?", request.Hot},
		{"insured hail damage", "customer: Hail wrecked my roof, the insurance adjuster approved the claim, I need it replaced as soon as possible. I'd like an estimate.", request.Hot},
		{"a booked visit soon", "customer: I need a quote for my bathroom, we want to start next month.\nagent: How about Tuesday at ten?\ncustomer: Tuesday at ten works.", request.Hot},
		{"swearing but ready", "customer: My damn roof leaks like hell. I need a quote, I want it done this week and I'm ready to sign.", request.Hot},
		{"plans are done", "customer: Our architect's drawings are done and the permit is approved. We want to start the addition in January, I need a bid.", request.Hot},
		{"no date, no money", "customer: Hi, I'd like an estimate for replacing my windows.", request.Warm},
		{"money but spring", "customer: I need a quote for our deck, budget is thirty thousand, we'd start in April.", request.Warm},
		{"must ask the husband", "customer: I want a quote for our basement, starting in January, we have forty thousand. I have to talk to my husband first.", request.Warm},
		{"emergency without money talk", "customer: My pipe burst and water is everywhere, can a plumber come right now?", request.Warm},
		{"next year, maybe", "customer: I'm just getting ideas for a kitchen, maybe in a couple of years. What do those cost?", request.Cold},
		{"far off", "customer: I'd like a quote for a kitchen. We have eighty thousand and want to start a year from now.", request.Cold},
		{"renter", "customer: How much would a new shower cost? I'm just renting, it's my landlord's place.", request.Cold},
		{"out of area", "customer: I need a quote on my kitchen, sixty thousand, right away. I'm up in Wyoming.\nagent: Sorry, that's outside our service area.", request.Cold},
		{"tiny", "customer: I need someone to fix a squeaky door hinge, how much is that?", request.Cold},
		{"a mere question", "customer: Do you guys install skylights?\nagent: Yes.\ncustomer: Okay, thanks.", request.Cold},
		{"a vendor with a big mouth", "customer: This is Rick from LeadHub, we help contractors get exclusive leads, you could make two hundred thousand more this month. Can we book Tuesday at ten?", request.NoLead},
		{"warranty", "customer: You installed our windows last year and one is fogged up. It's under warranty.", request.NoLead},
		{"complaint", "customer: Your crew ruined my floor and nobody calls me back. I'm furious.", request.NoLead},
		{"job seeker", "customer: Are you hiring? I'm a carpenter with my own tools and I can start right away.", request.NoLead},
		{"wrong number", "customer: Is this the pharmacy?\nagent: No, you have the wrong number.\ncustomer: Sorry.", request.NoLead},
		{"robocall", "customer: Press one now to lower your electric bill or press nine to be removed from our list.", request.NoLead},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			job := newJob(strings.Split(tc.talk, "\n")...)
			tr := job.Record.(*record).transcript
			s := Subject{Input: prompt.NewInput(job.Tenant, job.Request, tr), Transcript: tr, Contactable: true}
			if got := s.Rules(); got.ScoreBand != tc.want {
				t.Errorf("band = %s (%d), want %s\nintent %s, project %s, timeline %s, budget %s, appointment %s\n%+v",
					got.ScoreBand, got.LeadScore, tc.want, got.Intent, got.ProjectType, got.Timeline, got.Budget.Signal, got.Appointment, got.ScoreBreakdown)
			}
		})
	}
}
