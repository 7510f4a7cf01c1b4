package rules

import "testing"

func TestNamesThatNothingIntroducesAreRead(t *testing.T) {
	t.Parallel()
	for talk, want := range map[string]string{
		"a: Friday at one?\nc: Friday at one. Gloria Hale.":                                      "Gloria Hale",
		"a: Bright Oak, Janet.\nc: Janet, Chip Lowell with Lakeside Apartments. I need a floor.": "Chip Lowell",
		"c: Hi, Naveen Roy, calling about my roof.":                                              "Naveen Roy",
		"a: Who should I ask for?\nc: Please. Paloma Reyes hyphen Hunt, and I need a kitchen.":   "Paloma Reyes-Hunt",
		"c: Opal. Opal Ketter. I need my floors sanded.":                                         "Opal Ketter",
		"c: I need a roof. Bert Teague, T E A G U E, r teague at example dot com.":               "Bert Teague",
		"a: How did you hear about us?\nc: Angie Listings.":                                      "",
		"c: I need a new deck. Home Depot, they wanted nine thousand.":                           "",
		"c: It's at the corner. Fir Street.":                                                     "",
		"a: What city are you in?\nc: Grand Rapids.":                                             "",
		"c: I need a plumber. it's, it's stopping.":                                              "",
		"a: Hi, is this Renata?\nc: Oh yes, hi!\na: Your last name is Koch?\nc: K O C H, yes.":   "Renata Koch",
		"c: My name is Chevonne Keo.\na: Chevonne, is that C H?\nc: No, it's S I O B H A N.":     "Siobhan Keo",
	} {
		t.Run(talk, func(t *testing.T) {
			t.Parallel()
			if got := Analyze(newCall(t, friday, talk)).Customer.Name; got != want {
				t.Errorf("name %q, want %q", got, want)
			}
		})
	}
}

func TestATimeThatIsRepeatedIsAgreed(t *testing.T) {
	t.Parallel()
	for talk, want := range map[string]string{
		"c: I need a new roof.\na: I've got tomorrow at nine.\nc: Tomorrow at nine. Thank you.":          "booked",
		"c: I need a new roof.\na: Luis can come Wednesday at five.\nc: Wednesday, five.":                "booked",
		"c: Quiero un techo nuevo.\na: ¿Le queda bien el viernes a las diez?\nc: El viernes a las diez.": "booked",
		"c: I need a new roof.\na: Luis can come Wednesday at five.\nc: Wednesday at five is too late.":  "none",
		"c: I need a new roof.\na: I'll call you Wednesday at five.\nc: Wednesday at five.":              "none",
		"c: I need a new roof.\na: I'll have Luis call you to set up a visit.\nc: Please.":               "requested",
	} {
		t.Run(talk, func(t *testing.T) {
			t.Parallel()
			if got := Analyze(newCall(t, friday, talk)).Appointment; got != want {
				t.Errorf("appointment %s, want %s", got, want)
			}
		})
	}
}
