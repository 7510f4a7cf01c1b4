package callrail

import (
	"net/http"
	"slices"
	"strings"
)

// defaultCallFields are answered without asking.
var defaultCallFields = strings.Fields(`answered business_phone_number customer_city customer_country customer_name
	customer_phone_number customer_state direction duration id recording recording_duration recording_player
	start_time tracking_phone_number voicemail`)

// extraCallFields are answered when they are asked for by name.
var extraCallFields = strings.Fields(`call_type campaign company_id company_name company_time_zone created_at
	device_type fbclid first_call gclid msclkid ga keywords landing_page_url last_requested_url lead_status medium
	milestones note person_id prior_calls total_calls referrer_domain referring_url session_uuid source source_name
	tags timeline_url tracker_id utm_source utm_medium utm_campaign utm_term utm_content value custom
	integration_data keypad_entries zip_code good_lead_call_id good_lead_call_time speaker_percent waveforms
	call_highlights keywords_spotted transcription conversational_transcript call_summary sentiment lead_score
	lead_explanation formatted_business_phone_number formatted_customer_location formatted_customer_name
	formatted_customer_name_or_phone_number formatted_customer_phone_number formatted_duration
	formatted_tracking_phone_number formatted_tracking_source formatted_value`)

// selectFields returns the fields that a request wants: the default ones and those it
// names. A name that does not exist is refused, and the answer is written.
func selectFields(w http.ResponseWriter, r *http.Request, basic, extra []string) ([]string, bool) {
	fields := slices.Clone(basic)
	for name := range strings.SplitSeq(r.URL.Query().Get("fields"), ",") {
		name = strings.TrimSpace(name)
		switch {
		case name == "" || slices.Contains(fields, name):
		case slices.Contains(extra, name):
			fields = append(fields, name)
		default:
			refuse(w, http.StatusBadRequest, "Invalid field requested: "+name)
			return nil, false
		}
	}
	return fields, true
}

// project keeps the fields of every row; one that a row does not have is null.
func project(rows []map[string]any, fields []string) []map[string]any {
	out := make([]map[string]any, 0, len(rows))
	for _, row := range rows {
		out = append(out, projectOne(row, fields))
	}
	return out
}

func projectOne(row map[string]any, fields []string) map[string]any {
	one := make(map[string]any, len(fields))
	for _, name := range fields {
		one[name] = row[name]
	}
	return one
}
