package web

import (
	"encoding/json"
	"fmt"
	"html/template"
	"math"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/nyaruka/phonenumbers"
)

func (r *Renderer) funcs() template.FuncMap {
	return template.FuncMap{
		"asset": r.assets.Path,
		"path":  Path,
		"label": Label, "clock": clock, "usd": USD, "percent": percent, "millis": millis,
		"phone": Phone, "number": number, "query": url.QueryEscape, "json": toJSON, "list": list, "who": who,
		"score": score, "state": state, "empty": empty, "stat": stat, "crmState": crmState, "theme": theme,
		"add": func(a, b int) int { return a + b },
		"deref": func(p any) any {
			switch v := p.(type) {
			case *string:
				if v != nil {
					return *v
				}
				return ""
			case *int:
				if v != nil {
					return *v
				}
			case *float32:
				if v != nil {
					return *v
				}
			}
			return nil
		},
	}
}

// labels are the words of the API whose own letters would not do.
var labels = map[string]string{
	"1_3_months": "1–3 months", "3_6_months": "3–6 months", "6_plus_months": "6+ months",
	"hvac": "HVAC", "windows_doors": "Windows & doors", "deck_patio": "Deck & patio", "whole_home": "Whole home",
	"crm": "CRM", "callrail": "CallRail", "hubspot": "HubSpot", "salesforce": "Salesforce", "pipedrive": "Pipedrive", "api": "API",
	"tenant_viewer": "Viewer", "tenant_admin": "Administrator", "platform_admin": "Platform operator",
	"project_type": "Project", "source_id": "Source", "lead_score": "Score", "score_band": "Score band", "is_lead": "Lead", "crm_state": "CRM",
	"customer.name": "Name", "customer.email": "E-mail", "customer.phone": "Phone", "customer.address": "Address",
}

// Label turns a word of the API into one for people: quote_request is Quote request.
func Label(word string) string {
	if text, known := labels[word]; known || word == "" {
		return text
	}
	text := strings.NewReplacer("_", " ", ".", " ").Replace(word)
	first, size := utf8.DecodeRuneInString(text)
	return string(unicode.ToUpper(first)) + text[size:]
}

// clock shows seconds of a recording: 1:05, 1:02:05.
func clock(seconds any) string {
	d := time.Duration(toFloat(seconds)*1000) * time.Millisecond
	h, m, s := int(d.Hours()), int(d.Minutes())%60, int(d.Seconds())%60
	if h > 0 {
		return fmt.Sprintf("%d:%02d:%02d", h, m, s)
	}
	return fmt.Sprintf("%d:%02d", m, s)
}

// millis shows how long something took.
func millis(ms int64) string {
	switch d := time.Duration(ms) * time.Millisecond; {
	case d < time.Second:
		return strconv.FormatInt(ms, 10) + " ms"
	case d < time.Minute:
		return strconv.FormatFloat(d.Seconds(), 'f', 1, 64) + " s"
	default:
		return d.Round(time.Second).String()
	}
}

// USD shows dollars: cents, or more digits where it is less than ten cents.
func USD(amount any) string {
	value := toFloat(amount)
	switch {
	case value != 0 && math.Abs(value) < 0.1:
		return "$" + strconv.FormatFloat(value, 'f', 4, 64)
	case math.Abs(value) >= 1000 && value == math.Trunc(value):
		return "$" + number(value)
	default:
		return "$" + strconv.FormatFloat(value, 'f', 2, 64)
	}
}

// percent shows a share of 0 to 1.
func percent(share any) string { return strconv.FormatFloat(100*toFloat(share), 'f', 0, 64) + "%" }

// number shows a figure with commas between thousands and at most one decimal.
func number(figure any) string {
	value := toFloat(figure)
	text := strconv.FormatFloat(math.Round(math.Abs(value)*10)/10, 'f', -1, 64)
	whole, fraction, decimal := strings.Cut(text, ".")
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if decimal {
		whole += "." + fraction
	}
	if value < 0 {
		return "−" + whole
	}
	return whole
}

func toFloat(v any) float64 {
	switch n := v.(type) {
	case float64:
		return n
	case *float64:
		if n != nil {
			return *n
		}
	case float32:
		return float64(n)
	case *float32:
		if n != nil {
			return float64(*n)
		}
	case int:
		return float64(n)
	case *int:
		if n != nil {
			return float64(*n)
		}
	case int64:
		return float64(n)
	case *int64:
		if n != nil {
			return float64(*n)
		}
	}
	return 0
}

// Phone shows an E.164 number as people of its country write it.
func Phone(e164 string) string {
	parsed, err := phonenumbers.Parse(e164, "US")
	if err != nil {
		return e164
	}
	if parsed.GetCountryCode() == 1 {
		return phonenumbers.Format(parsed, phonenumbers.NATIONAL)
	}
	return phonenumbers.Format(parsed, phonenumbers.INTERNATIONAL)
}

// who shows the actor of a job or a line of the audit log: issuers are long, people are not.
func who(actor string) string {
	if _, subject, ok := strings.Cut(actor, "#"); ok {
		return subject
	}
	return actor
}

// toJSON is for data attributes, which html/template escapes.
func toJSON(v any) (string, error) {
	text, err := json.Marshal(v)
	return string(text), err
}

func list(items ...any) []any { return items }
