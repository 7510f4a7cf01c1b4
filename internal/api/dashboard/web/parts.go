package web

import "net/http"

// These are the data of the templates in components.html; templates make them by the
// functions of the same names in lower case.
type (
	scorePart struct {
		Known bool
		Score int
		Band  string
	}
	statePart struct{ Tone, Text string }
	emptyPart struct{ Title, Text string }
	statPart  struct{ Label, Value, Note, Tone string }
)

func score(score *int, band *string) scorePart {
	if score == nil || band == nil {
		return scorePart{}
	}
	return scorePart{Known: true, Score: *score, Band: *band}
}

// State is the data of the part "state", for functions of an area.
func State(tone, text string) any { return statePart{tone, text} }

func state(tone, text string) statePart { return statePart{tone, text} }

func empty(title, text string) emptyPart { return emptyPart{title, text} }

func stat(label, value, note, tone string) statPart { return statPart{label, value, note, tone} }

// crmState shows how the deliveries of a request stand.
func crmState(s string) statePart {
	switch s {
	case "done":
		return statePart{"good", "Delivered"}
	case "pending":
		return statePart{"busy", "On its way"}
	case "parked":
		return statePart{"warn", "Needs you"}
	case "failed":
		return statePart{"bad", "Failed"}
	}
	return statePart{"off", "None"}
}

// ThemeCookie keeps the choice between light and dark; without it the system's counts.
const ThemeCookie = "dashboard_theme"

// theme returns the choice, empty if there is none.
func theme(r *http.Request) string {
	cookie, err := r.Cookie(ThemeCookie)
	if err != nil || cookie.Value != "dark" && cookie.Value != "light" {
		return ""
	}
	return cookie.Value
}
