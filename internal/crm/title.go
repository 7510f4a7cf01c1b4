package crm

import (
	"cmp"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

// NoName stands for a person's name where a record needs one and none is known.
const NoName = "Unknown caller"

var projectTitles = map[string]string{
	"kitchen": "Kitchen remodel", "bathroom": "Bathroom remodel", "whole_home": "Whole-home remodel",
	"addition": "Home addition", "basement": "Basement finishing", "roofing": "Roofing", "siding": "Siding",
	"windows_doors": "Windows and doors", "flooring": "Flooring", "deck_patio": "Deck or patio",
	"painting": "Painting", "hvac": "HVAC", "plumbing": "Plumbing", "electrical": "Electrical work",
	"landscaping": "Landscaping", "other": "Home project",
}

var intentTitles = map[string]string{
	"quote_request": "Quote request", "appointment": "Appointment", "service_question": "Service question",
	"existing_customer": "Existing customer", "complaint": "Complaint", "vendor_solicitation": "Vendor",
	"job_seeker": "Job seeker", "wrong_number": "Wrong number", "spam": "Spam",
}

// Title names what is sold and to whom: "Kitchen remodel - Dana Example".
func Title(lead Lead) string {
	return subject(lead) + " - " + cmp.Or(lead.Person.Name, lead.Person.Phone, lead.Person.Email, NoName)
}

// ActivityTitle names the call, form or text itself: "Inbound call: kitchen remodel".
func ActivityTitle(lead Lead) string {
	r := lead.Request
	kind := "Inbound call"
	switch {
	case r.Kind == request.Form:
		kind = "Web form"
	case r.Kind == request.Text:
		kind = "Text message"
	case r.Details.Voicemail:
		kind = "Voicemail"
	case r.Details.Direction == "outbound":
		kind = "Outbound call"
	case !r.Details.Answered:
		kind = "Missed call"
	}
	return kind + ": " + lowerFirst(subject(lead))
}

func subject(lead Lead) string {
	if lead.Analysis == nil {
		return "Inquiry"
	}
	return cmp.Or(projectTitles[lead.Analysis.ProjectType], intentTitles[lead.Analysis.Intent], "Inquiry")
}

// lowerFirst makes a title part of a sentence, but leaves HVAC alone.
func lowerFirst(s string) string {
	if len(s) < 2 || s[1] < 'a' || s[1] > 'z' {
		return s
	}
	return string(s[0]|0x20) + s[1:]
}

// Amount is what the deal may be worth in whole US dollars, from the budget that the caller
// gave: the middle of a range, or its one end. False: no amount was said.
func Amount(a *request.Analysis) (int64, bool) {
	if a == nil {
		return 0, false
	}
	switch b := a.Budget; {
	case b.Min != nil && b.Max != nil:
		return (*b.Min + *b.Max) / 2, true
	case b.Max != nil:
		return *b.Max, true
	case b.Min != nil:
		return *b.Min, true
	default:
		return 0, false
	}
}
