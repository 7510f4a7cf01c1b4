package callrail

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/sandbox/journal"
)

// form is one form submission in the shape of a webhook delivery.
type form struct {
	company *Company
	id      string
	members map[string]any
}

var (
	defaultFormFields = strings.Fields(`id company_id person_id form_data form_url landing_page_url referrer
		referring_url submitted_at first_form customer_name customer_phone_number customer_email source keywords
		campaign medium`)
	extraFormFields = strings.Fields(`company_name lead_status value note tags utm_source utm_medium utm_campaign
		utm_term utm_content form_name timeline_url milestones`)
)

func (f *form) submittedAt() time.Time { return timeOf(f.members["submitted_at"]) }

// restID is the submission's id in the API, which spells the prefix otherwise than the
// webhook does.
func (f *form) restID() string { return "FOR" + bareFormID(f.id) }

func bareFormID(id string) string {
	return strings.TrimPrefix(strings.TrimPrefix(id, "FRM"), "FOR")
}

// inAPI returns a form as the API shows it. Unlike the webhook it names the customer.
func (f *form) inAPI() map[string]any {
	row := map[string]any{}
	for _, name := range slices.Concat(defaultFormFields, extraFormFields) {
		row[name] = apiValue(name, f.members[name])
	}
	row["id"] = f.restID()
	row["company_id"] = f.company.ResourceID
	row["person_id"] = apiValue("person_id", f.members["person_resource_id"])
	row["submitted_at"] = f.submittedAt().UTC().Format(timeLayout)
	data := f.data()
	row["customer_name"] = fieldLike(data, "name")
	row["customer_email"] = fieldLike(data, "mail")
	row["customer_phone_number"] = fieldLike(data, "phone")
	return row
}

// data returns what was filled in, by field.
func (f *form) data() map[string]any {
	raw, _ := f.members["form_data"].(json.RawMessage)
	var data map[string]any
	if err := json.Unmarshal(raw, &data); err != nil {
		return nil // the form carried none
	}
	return data
}

// fieldLike returns the value of the first form field whose key holds the word.
func fieldLike(data map[string]any, word string) any {
	for _, key := range sortedKeys(data) {
		if strings.Contains(strings.ToLower(key), word) {
			return data[key]
		}
	}
	return nil
}

func sortedKeys(m map[string]any) []string {
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

func (s *Server) listForms(w http.ResponseWriter, r *http.Request, v viewer) {
	fields, ok := selectFields(w, r, defaultFormFields, extraFormFields)
	if !ok {
		return
	}
	query := r.URL.Query()
	within, err := s.spanOf(query)
	if err != nil {
		refuse(w, http.StatusBadRequest, err.Error())
		return
	}
	s.mu.Lock()
	var rows []map[string]any
	for _, f := range slices.Backward(s.forms) {
		mine := !query.Has("company_id") || query.Get("company_id") == f.company.ResourceID
		if mine && v.sees(f.company) && within.holds(f.submittedAt()) {
			rows = append(rows, f.inAPI())
		}
	}
	s.mu.Unlock()
	answerPage(w, r, "form_submissions", project(rows, fields))
}

func (s *Server) updateForm(w http.ResponseWriter, r *http.Request, v viewer) {
	var change map[string]any
	if !decode(w, r, &change) {
		return
	}
	id := bareFormID(strings.TrimSuffix(r.PathValue("file"), ".json"))
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.IndexFunc(s.forms, func(f *form) bool { return bareFormID(f.id) == id })
	if i < 0 || !v.sees(s.forms[i].company) {
		refuse(w, http.StatusNotFound, "Form submission not found.")
		return
	}
	f := s.forms[i]
	journal.SetTenant(r.Context(), f.company.TenantID)
	if _, err := applyChange(f.members, change); err != nil {
		refuse(w, http.StatusBadRequest, err.Error())
		return
	}
	answer(w, http.StatusOK, projectOne(f.inAPI(), slices.Concat(defaultFormFields, []string{"tags", "note", "value", "lead_status"})))
}
