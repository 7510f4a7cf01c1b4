package rules

import "testing"

// Starts of calls through the year.
const (
	january  = "2027-01-11T09:00:00-05:00"
	april    = "2027-04-05T15:00:00-05:00"
	july     = "2027-07-12T11:00:00-05:00"
	october  = "2026-10-05T09:30:00-04:00"
	december = "2026-12-14T14:00:00-08:00"
)

func TestTimelineOfAnAnswer(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ start, said, want string }{
		{friday, "As soon as possible.", "immediate"},
		{friday, "Yesterday, honestly. We're ready to go.", "immediate"},
		{friday, "In the next couple of weeks.", "immediate"},
		{friday, "Before Christmas would be ideal.", "immediate"},
		{friday, "By Thanksgiving.", "immediate"},
		{friday, "In the new year.", "1_3_months"},
		{friday, "Sometime in January or February.", "1_3_months"},
		{friday, "Early next year.", "1_3_months"},
		{friday, "Next spring.", "3_6_months"},
		{friday, "When the weather warms up, so April.", "3_6_months"},
		{friday, "Next summer.", "6_plus_months"},
		{friday, "Not until next fall.", "6_plus_months"},
		{friday, "In about four months.", "3_6_months"},
		{friday, "Two to three months from now.", "1_3_months"},
		{friday, "Six to eight weeks out.", "1_3_months"},
		{friday, "Probably a year from now.", "6_plus_months"},
		{friday, "A couple of years down the road.", "6_plus_months"},
		{friday, "Someday, no real plans.", "unknown"},
		{friday, "We're flexible.", "unknown"},
		{friday, "I don't know yet.", "unknown"},
		{friday, "March fifteenth is when the baby is due, so before that.", "3_6_months"},
		{friday, "Our lease is up at the end of May, we need to be in by then.", "6_plus_months"},
		{friday, "within thirty days", "immediate"},
		{friday, "within the next ninety days", "1_3_months"},
		{friday, "half a year or so", "3_6_months"},
		{friday, "after the holidays", "1_3_months"},
		{friday, "2028 most likely", "6_plus_months"},
		{january, "In the spring.", "1_3_months"},
		{january, "This summer while the kids are away.", "3_6_months"},
		{january, "Before Memorial Day.", "3_6_months"},
		{january, "By the end of the month.", "immediate"},
		{january, "When we get our tax refund.", "1_3_months"},
		{january, "In the fall.", "6_plus_months"},
		{january, "before Easter", "1_3_months"},
		{april, "This summer.", "1_3_months"},
		{april, "After school lets out.", "1_3_months"},
		{april, "By the Fourth of July.", "1_3_months"},
		{april, "Before Thanksgiving.", "6_plus_months"},
		{april, "this month if you can", "immediate"},
		{july, "In the fall.", "1_3_months"},
		{july, "Before it snows.", "3_6_months"},
		{july, "before the kids go back to school", "1_3_months"},
		{july, "by Labor Day", "1_3_months"},
		{july, "Next spring.", "6_plus_months"},
		{july, "before the end of the year", "3_6_months"},
		{october, "Before Thanksgiving.", "1_3_months"},
		{october, "before the first snow", "1_3_months"},
		{october, "We'd like it finished by Christmas.", "1_3_months"},
		{october, "the spring", "3_6_months"},
		{december, "right after New Year's", "immediate"},
		{december, "Super Bowl party in February, has to be done by then", "1_3_months"},
		{friday, "Lo antes posible.", "immediate"},
		{friday, "En dos meses.", "1_3_months"},
		{friday, "En la primavera.", "3_6_months"},
		{friday, "El próximo año, en verano.", "6_plus_months"},
		{friday, "Not this year. Maybe next June.", "6_plus_months"},
		{friday, "Spring. Actually, make that the end of January.", "1_3_months"},
	} {
		in := newCall(t, tc.start, "c: I'd like a quote for a kitchen remodel.\na: When are you hoping to start?\nc: "+tc.said)
		if got := Analyze(in).Timeline; got != tc.want {
			t.Errorf("on %s: %q = %s, want %s", tc.start[:10], tc.said, got, tc.want)
		}
	}
}

func TestTimelineInRunningTalk(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ start, said, want string }{
		{friday, "We bought the house in March and want a quote to redo the bath.", "unknown"},
		{friday, "I need a quote. The roof was replaced about fifteen years ago.", "unknown"},
		{friday, "How long does a kitchen take, like six weeks? I'd like an estimate.", "unknown"},
		{friday, "Can someone come out Tuesday at ten to give me an estimate on a deck?", "unknown"},
		{friday, "I've been thinking about a new deck for two years. Can I get a price?", "unknown"},
		{friday, "Call me back tomorrow afternoon, I want a quote for windows.", "unknown"},
		{friday, "We're hosting Christmas, so the bathroom has to be done before that. I need a bid.", "immediate"},
		{friday, "We want to start the addition in April. Can I get an estimate?", "3_6_months"},
		{friday, "My daughter is getting married next June and we want the patio done by then. I'd like a quote.", "6_plus_months"},
		{friday, "We'd like a quote on a kitchen, hoping to start in January and be done by June.", "1_3_months"},
		{friday, "I need a plumber, the basement is flooding.", "immediate"},
		{friday, "I want a quote for a roof. There's no rush, it's not an emergency.", "unknown"},
		{friday, "we are ready to start whenever you guys have an opening just need a price on siding", "immediate"},
		{friday, "Quick question, do you install windows in the winter?", "unknown"},
		{friday, "I want to get an estimate for the kitchen now but we won't be ready for at least another eight months.", "6_plus_months"},
		{friday, "How are you today? I'd like a price on painting the living room.", "unknown"},
		{january, "We close on the house at the end of February and want the floors redone before we move in. Can I get an estimate?", "1_3_months"},
	} {
		if got := Analyze(newCall(t, tc.start, "c: "+tc.said)).Timeline; got != tc.want {
			t.Errorf("%q = %s, want %s", tc.said, got, tc.want)
		}
	}
}
