package salesforce

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// objectNames are the objects that are served.
var objectNames = []string{"Lead", "Contact", "Account", "Opportunity", "Task"}

// object is the fields of one object.
type object struct {
	name   string
	order  []string // of fields, by name
	fields map[string]*field
}

// What an org has from the beginning, with the external id that onboarding asks for. A
// line is a name, a type with its length, and flags, then after bars the values of a
// picklist, the default one marked by "=":
//
//	required    no record without it
//	readonly    Salesforce sets it
//	createonly  cannot be changed later
//	restricted  takes the picklist's values only
//	key         external id
//	unique      of a key: no two records with one value
var definitions = map[string]string{
	"Lead": common + owned + person + `
		Company string:255 required
		Title string:128
		LeadSource picklist:255 restricted |Web|Phone Inquiry|Partner Referral|Purchased List|Other
		Status picklist:255 restricted |=Open - Not Contacted|Working - Contacted|Closed - Converted|Closed - Not Converted
		Rating picklist:255 restricted |Hot|Warm|Cold
		Industry picklist:255 |Construction|Consulting|Retail|Other
		Website url:255
		AnnualRevenue currency
		NumberOfEmployees int
		` + address("") + `
		IsConverted boolean readonly
		ConvertedDate date readonly
		ConvertedAccountId reference:Account readonly
		ConvertedContactId reference:Contact readonly
		ConvertedOpportunityId reference:Opportunity readonly
		Pipeline_Key__c string:255 key unique`,
	"Contact": common + owned + person + `
		AccountId reference:Account
		Title string:128
		LeadSource picklist:255 restricted |Web|Phone Inquiry|Partner Referral|Purchased List|Other
		HomePhone phone:40
		OtherPhone phone:40
		` + address("Mailing") + `
		Pipeline_Key__c string:255 key unique`,
	"Account": common + owned + `
		Name string:255 required
		Phone phone:40
		Website url:255
		Industry picklist:255 |Construction|Consulting|Retail|Other
		Description textarea:32000
		` + address("Billing"),
	"Opportunity": common + owned + `
		Name string:120 required
		StageName picklist:255 restricted required |Prospecting|Qualification|Proposal/Price Quote|Negotiation/Review|Closed Won|Closed Lost
		CloseDate date required
		Amount currency
		AccountId reference:Account
		ContactId reference:Contact createonly
		LeadSource picklist:255 restricted |Web|Phone Inquiry|Partner Referral|Purchased List|Other
		Type picklist:255 |Existing Customer - Upgrade|New Customer
		NextStep string:255
		Description textarea:32000
		Pipeline_Key__c string:255 key unique`,
	"Task": common + owned + `
		WhoId reference:Lead,Contact
		WhatId reference:Account,Opportunity
		Subject string:255
		Status picklist:255 restricted |=Not Started|In Progress|Completed|Waiting on someone else|Deferred
		Priority picklist:255 restricted |High|=Normal|Low
		Type picklist:255 |Call|Email|Meeting|Other
		TaskSubtype picklist:40 restricted createonly |=Task|Email|ListEmail|Cadence|Call|LinkedIn
		ActivityDate date
		Description textarea:32000
		CallType picklist:40 restricted |Internal|Inbound|Outbound
		CallDurationInSeconds int
		CallDisposition string:255
		CallObject string:255
		IsClosed boolean readonly
		Pipeline_Key__c string:255 key unique`,
}

const (
	common = `
		Id id:18 readonly
		IsDeleted boolean readonly
		CreatedDate datetime readonly
		LastModifiedDate datetime readonly
		SystemModstamp datetime readonly
		CreatedById reference:User readonly
		LastModifiedById reference:User readonly`
	owned = `
		OwnerId reference:User`
	person = `
		LastName string:80 required
		FirstName string:40
		Salutation picklist:40 |Mr.|Ms.|Mrs.|Dr.|Prof.
		Name string:121 readonly
		Phone phone:40
		MobilePhone phone:40
		Fax phone:40
		Email email:80
		Description textarea:32000
		DoNotCall boolean
		HasOptedOutOfEmail boolean`
)

func address(prefix string) string {
	return strings.ReplaceAll(`#Street textarea:255
		#City string:40
		#State string:80
		#PostalCode string:20
		#Country string:80`, "#", prefix)
}

// defaultSchema returns the objects of a new org.
func defaultSchema() map[string]*object {
	all := map[string]*object{}
	for name, lines := range definitions {
		o := &object{name: name, fields: map[string]*field{}}
		for line := range strings.Lines(strings.TrimSpace(lines)) {
			f, err := parseField(line)
			if err != nil {
				panic(fmt.Sprintf("definition of %s: %v", name, err)) // written above
			}
			o.add(f)
		}
		all[name] = o
	}
	return all
}

// add puts a field in, in the place of one of the same name.
func (o *object) add(f *field) {
	if _, ok := o.fields[f.Name]; !ok {
		o.order = append(o.order, f.Name)
	}
	o.fields[f.Name] = f
}

func (o *object) remove(name string) {
	delete(o.fields, name)
	o.order = slices.DeleteFunc(o.order, func(other string) bool { return other == name })
}

// field returns a field by its name in any case, nil without one.
func (o *object) field(name string) *field {
	if f, ok := o.fields[name]; ok {
		return f
	}
	for own, f := range maps.All(o.fields) {
		if strings.EqualFold(own, name) {
			return f
		}
	}
	return nil
}
