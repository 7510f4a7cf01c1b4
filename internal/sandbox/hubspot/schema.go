package hubspot

import (
	"slices"
	"strings"
)

// typeNames are the object types that are served.
var typeNames = []string{"contacts", "deals", "calls", "notes", "tasks"}

// typeIDs always work instead of the names.
var typeIDs = map[string]string{
	"0-1": "contacts", "0-3": "deals", "0-48": "calls", "0-46": "notes", "0-27": "tasks",
}

// typeName returns the name of an object type by its name or id, empty if it is none.
func typeName(nameOrID string) string {
	if name, ok := typeIDs[nameOrID]; ok {
		return name
	}
	if slices.Contains(typeNames, nameOrID) {
		return nameOrID
	}
	return ""
}

// schema is the properties and groups of one object type.
type schema struct {
	order      []string // of properties, by name
	properties map[string]*property
	groups     []group
	basic      []string // properties that are answered without asking
	required   []string // on create
}

func (s *schema) add(p *property) {
	s.order = append(s.order, p.Name)
	s.properties[p.Name] = p
}

// group is where properties are shown together.
type group struct {
	Name     string `json:"name"`
	Label    string `json:"label"`
	Archived bool   `json:"archived"`
}

// What an account has from the beginning: name, type, and options of an enumeration.
// A type with "!" is read-only. Only what leads and their activities can use is here.
var definitions = map[string]string{
	"contacts": `
		email string
		hs_additional_emails string
		firstname string
		lastname string
		phone string
		mobilephone string
		company string
		jobtitle string
		address string
		city string
		state string
		zip string
		country string
		website string
		message string
		hs_google_click_id string
		hubspot_owner_id owner
		lifecyclestage enumeration subscriber lead marketingqualifiedlead salesqualifiedlead opportunity customer evangelist other
		hs_lead_status enumeration NEW OPEN IN_PROGRESS OPEN_DEAL UNQUALIFIED ATTEMPTED_TO_CONTACT CONNECTED BAD_TIMING
		hs_searchable_calculated_phone_number string!
		hs_searchable_calculated_mobile_number string!
		hs_searchable_calculated_international_phone_number string!
		createdate datetime!
		lastmodifieddate datetime!
		hs_object_id number!`,
	"deals": `
		dealname string
		pipeline pipeline
		dealstage stage
		amount number
		closedate datetime
		dealtype enumeration newbusiness existingbusiness
		description string
		hs_next_step string
		hs_priority enumeration low medium high
		hubspot_owner_id owner
		createdate datetime
		hs_lastmodifieddate datetime!
		hs_object_id number!`,
	"calls": `
		hs_timestamp datetime
		hs_call_title string
		hs_call_body string
		hs_call_direction enumeration INBOUND OUTBOUND
		hs_call_status enumeration BUSY CALLING_CRM_USER CANCELED COMPLETED CONNECTING FAILED IN_PROGRESS NO_ANSWER QUEUED RINGING
		hs_call_disposition enumeration f240bbac-87c9-4f6e-bf70-924b57d47db7 73a0d17f-1163-4015-bdd5-ec830791da20 b2cf5968-551e-4856-9783-52b3da59a7d0 a4c4c377-d246-4b32-a13b-75a56a4cd0ff 9d9162e7-6cf3-4944-bf63-4dff82258764 17b47fee-58de-441e-a44c-c6300d46f273
		hs_call_duration number
		hs_call_from_number string
		hs_call_to_number string
		hs_call_recording_url string
		hs_activity_type string
		hubspot_owner_id owner
		hs_createdate datetime!
		hs_lastmodifieddate datetime!
		hs_object_id number!`,
	"notes": `
		hs_timestamp datetime
		hs_note_body string
		hubspot_owner_id owner
		hs_createdate datetime!
		hs_lastmodifieddate datetime!
		hs_object_id number!`,
	"tasks": `
		hs_timestamp datetime
		hs_task_subject string
		hs_task_body string
		hs_task_status enumeration NOT_STARTED IN_PROGRESS COMPLETED WAITING DEFERRED
		hs_task_priority enumeration NONE LOW MEDIUM HIGH
		hs_task_type enumeration CALL EMAIL TODO
		hubspot_owner_id owner
		hs_createdate datetime!
		hs_lastmodifieddate datetime!
		hs_object_id number!`,
}

var basicProperties = map[string]string{
	"contacts": "createdate email firstname hs_object_id lastmodifieddate lastname",
	"deals":    "amount closedate createdate dealname dealstage hs_lastmodifieddate hs_object_id pipeline",
	"calls":    "hs_createdate hs_lastmodifieddate hs_object_id",
	"notes":    "hs_createdate hs_lastmodifieddate hs_object_id",
	"tasks":    "hs_createdate hs_lastmodifieddate hs_object_id",
}

var requiredProperties = map[string]string{
	"deals": "dealname dealstage pipeline", "calls": "hs_timestamp", "notes": "hs_timestamp", "tasks": "hs_timestamp",
}

// defaultSchemas returns the schemas of a new account.
func defaultSchemas() map[string]*schema {
	schemas := map[string]*schema{}
	for kind, lines := range definitions {
		info := strings.TrimSuffix(kind, "s") + "information"
		s := &schema{
			properties: map[string]*property{},
			groups:     []group{{Name: info, Label: info}},
			basic:      strings.Fields(basicProperties[kind]),
			required:   strings.Fields(requiredProperties[kind]),
		}
		for line := range strings.Lines(strings.TrimSpace(lines)) {
			s.add(definedProperty(strings.Fields(line), info))
		}
		schemas[kind] = s
	}
	return schemas
}

// definedProperty makes a property of HubSpot's own from a line of the definitions.
func definedProperty(words []string, groupName string) *property {
	kind, readOnly := strings.CutSuffix(words[1], "!")
	p := &property{
		Name: words[0], Label: words[0], Type: kind, GroupName: groupName, HubSpotDefined: true,
		HasUniqueValue: words[0] == "hs_object_id", Options: []option{}, restricted: kind,
	}
	p.Modification.ReadOnlyValue = readOnly
	for _, value := range words[2:] {
		p.Options = append(p.Options, option{Label: value, Value: value})
	}
	switch kind {
	case "owner", "pipeline", "stage": // enumerations whose options live elsewhere
		p.Type = "enumeration"
	}
	p.FieldType = fieldTypes[p.Type][0]
	return p
}
