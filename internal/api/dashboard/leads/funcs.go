package leads

import (
	"encoding/json"
	"fmt"
	"html/template"
	"strconv"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/api/client"
	"github.com/your-org/multi-tenant-pipeline/internal/api/dashboard/web"
)

// funcs are what these templates need beside the shared functions.
var funcs = template.FuncMap{
	"absent": absent, "answer": answer, "side": side, "option": option, "quantity": quantity, "crmDelivery": deliveryState,
	"quoteOf": func(segment *int, quote string) client.Quote {
		if segment == nil {
			return client.Quote{Quote: quote}
		}
		return client.Quote{Segment: *segment, Quote: quote}
	},
	"rem":     func(a, b int) int { return a % b },
	"rounded": func(v *float32) string { return strconv.Itoa(int(*v + 0.5)) },
	"moment": func(t any) time.Time {
		switch v := t.(type) {
		case *time.Time:
			return *v
		case time.Time:
			return v
		}
		return time.Time{}
	},
}

// absent says why there is no audio, and what can be done.
func absent(reason string) string {
	switch reason {
	case "":
		return "The recording is not here yet. CallRail often has it a minute after the call; it is asked for again."
	case "not_recorded":
		return "This call was not recorded. Switch recording on for the number in CallRail to get transcripts."
	case "expired":
		return "The recording was deleted, as the company's retention asks. The transcript may outlive it."
	case "too_large":
		return "The recording is larger than the pipeline takes."
	case "not_audio":
		return "What CallRail sent is no recording."
	case "never_came":
		return "CallRail never had a recording of this call."
	}
	return "There is no recording: " + web.Label(reason) + "."
}

// answer shows the answer to a company's own question.
func answer(a client.Answer) string {
	text, err := json.Marshal(a.Value)
	if err != nil {
		return "Not known"
	}
	switch value := string(text); value {
	case "null":
		return "Not known"
	case "true":
		return "Yes"
	case "false":
		return "No"
	}
	var words string
	if json.Unmarshal(text, &words) == nil {
		return words
	}
	return string(text)
}

// side is the class of a speaker's turn.
func side(speaker string) string {
	if speaker == "agent" || speaker == "customer" {
		return speaker
	}
	return "other"
}

// option names a value of a select box.
func option(value string) string {
	switch value {
	case "true":
		return "Yes"
	case "false":
		return "No"
	}
	return web.Label(value)
}

func quantity(q float64) string { return fmt.Sprintf("%.4g", q) }

// deliveryState shows how one delivery stands.
func deliveryState(state string) any {
	switch state {
	case "done":
		return web.State("good", "Delivered")
	case "pending":
		return web.State("busy", "On its way")
	case "parked":
		return web.State("warn", "Needs you")
	case "failed":
		return web.State("bad", "Failed")
	case "skipped":
		return web.State("off", "Not chosen")
	}
	return web.State("off", web.Label(state))
}
