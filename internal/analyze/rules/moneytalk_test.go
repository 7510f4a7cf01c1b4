package rules

import "testing"

func TestBareNumbersAreMoneyWhereTheTalkIsOfMoney(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ talk, want string }{
		{"c: I need a quote for the kitchen. The line of credit's opened for seventy-five.", "high"},
		{"c: I want a bath done. I have it in the books at eighteen.", "medium"},
		{"a: Those run about sixteen to twenty.\nc: I was told twenty. Twenty's fine. I want one of those walk-in tubs.", "medium"},
		{"a: The neighbors were around ninety-five.\nc: I know what they spent on the kitchen. I'm fine with ninety-five.", "high"},
		{"c: I priced the roof with a fellow at eighteen five, so I'd expect you to be in that neighborhood.", "medium"},
		{"c: My lender has approved three hundred for the addition.", "high"},
		{"a: What's the figure that wouldn't scare you?\nc: Seventy. We could do seventy for the kitchen.", "high"},
		{"a: Do you have a range?\nc: Thirty. It's for the bathroom.", "medium"},
		{"a: You'd be around eighteen to twenty-one for the roof.\nc: I had braced for twenty-five, so twenty is a mercy. I need the roof done.", "medium"},
		{"c: We've got twenty-five in the emergency fund and the roof has to be done.", "medium"},
		{"a: Did they give you an amount?\nc: Twenty-one four for the roof.", "medium"},
		{"a: That's three thousand, give or take.\nc: Call it four for the job and I want it painted.", "low"},
		{"c: I saw one of those shows and they did the kitchen for nine thousand dollars. What's it really cost?", "unknown"},
		{"c: I need a roof. Patching each one is six hundred dollars.", "unknown"},
		{"c: I want the deck rebuilt and I've got eleven people coming for dinner on the fifth.", "unknown"},
		{"c: It's fine if you come at nine or ten, I need a quote on a fence.", "unknown"},
		{"c: We can do Tuesday at four for the kitchen estimate.", "unknown"},
		{"c: The house is from eighty-five and has twelve windows, I want a price on all of them.", "unknown"},
	} {
		if got := Analyze(newCall(t, friday, tc.talk)).Budget.Signal; got != tc.want {
			t.Errorf("%q = %s, want %s", tc.talk, got, tc.want)
		}
	}
}

func TestVisitsAreAgreedInManyWays(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ talk, want string }{
		{"c: I want a deck.\na: I need to come see it first. This Thursday at four?\nc: Yep, we're around.", "booked"},
		{"c: I want a deck. Next Tuesday I've got nothing after three.\na: Tuesday at three thirty?\nc: Make it four.\na: Four o'clock.", "booked"},
		{"c: My new window won't lock.\na: I've got a tech near you Friday, would morning work?\nc: Friday morning what time?\na: Eight thirty.\nc: Eight thirty, I'll have coffee on.", "booked"},
		{"c: I need a roof.\na: I can come Thursday evening, say six?\nc: Thursday six, bet.", "booked"},
		{"c: Quiero arreglar el baño.\na: ¿Le mando a alguien el jueves a las cuatro?\nc: Muy bien.", "booked"},
		{"c: I want a kitchen.\na: I'll have Gil call you with some times.\nc: Great.", "requested"},
		{"c: I want a kitchen. Just call me, I'm ten minutes away.\na: I'll call you tomorrow and we'll find a time.", "requested"},
		{"c: The furnace you put in is leaking gas.\na: I'm gonna send our lead tech straight over now.\nc: You better.", "requested"},
		{"c: I want it inspected by your people, the deck you built is loose.\na: I'll tell her.", "requested"},
		{"c: I want to finish the basement.\na: Would you like us to come take a look?\nc: Not until my cousin has seen the plan.", "none"},
		{"c: I need a roof.\na: Do you want me to come up there and measure it?\nc: You can do it off the satellite, can't you?", "none"},
		{"c: I want a kitchen.\na: Want me to send you some info?\nc: Yeah, please.", "none"},
		{"c: I have an estimate tomorrow at two and I need to cancel it.\na: Did you want to reschedule?\nc: No, I don't think so.", "none"},
		{"c: I want a kitchen.\na: Want me to put you on our planning list?\nc: That'd be great.", "none"},
		{"c: Does the city make you pull a permit for a fan? And does somebody come look?\na: An inspector, yes.\nc: Okay.", "none"},
	} {
		if got := Analyze(newCall(t, friday, tc.talk)).Appointment; got != tc.want {
			t.Errorf("%q = %s, want %s", tc.talk, got, tc.want)
		}
	}
}
