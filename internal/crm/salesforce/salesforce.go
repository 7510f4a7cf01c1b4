package salesforce

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/your-org/multi-tenant-pipeline/internal/crm"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

// Connector delivers the leads of one tenant into one Salesforce org.
type Connector struct {
	config  Config
	account *account
	client  *client
}

// Steps returns contact and call, and the deal between them where Opportunities are wanted.
// All records are found by their keys, past any index; a write whose answer was lost may
// only still be under way.
func (c *Connector) Steps() []crm.Step {
	settle := c.config.settle()
	steps := []crm.Step{
		{Name: crm.StepContact, Find: c.findContact, Do: c.contact, Lag: settle},
		{Name: crm.StepDeal, Find: c.findDeal, Do: c.deal, Lag: settle},
		{Name: crm.StepCall, Find: c.findActivity, Do: c.activity, Lag: settle},
	}
	if c.config.Opportunity == OpportunityNone {
		steps = slices.Delete(steps, 1, 2)
	}
	return steps
}

// Link returns the address of the Opportunity, or of the person as long as there is none.
func (c *Connector) Link(entries map[string]request.LedgerEntry) string {
	base := strings.TrimSuffix(c.account.token().Instance, "/")
	if base == "" {
		base = strings.TrimSuffix(c.config.BaseURL, "/")
	}
	id := entries[crm.StepDeal].RemoteID
	if typeOf(id) != opportunities {
		id = entries[crm.StepContact].RemoteID
	}
	if base == "" || typeOf(id) == "" {
		return ""
	}
	return base + "/lightning/r/" + typeOf(id) + "/" + id + "/view"
}

// Test checks that a token can be had, that the org's daily requests are not used up, and
// that the objects, key fields and picklist values are there. It writes nothing.
func (c *Connector) Test(ctx context.Context) error {
	if err := c.client.checkLimits(ctx); err != nil {
		return err
	}
	if _, err := c.client.schema(ctx, contacts); err != nil {
		return err
	}
	var errs []error
	wanted := c.wanted()
	for _, typ := range slices.Sorted(maps.Keys(wanted)) {
		c.client.forget(typ)
		s, err := c.client.schema(ctx, typ)
		if err != nil {
			return err
		}
		errs = append(errs, c.client.usable(s))
		for name, value := range wanted[typ] {
			if f := s.fields[name]; value != "" && len(f.Picklist) > 0 && !f.lists(value) {
				errs = append(errs, &crm.Error{
					Fault: crm.Invalid, Op: "check fields", Code: "VALUE_MISSING", Fields: []string{name},
					Message: "The field " + name + " of " + typ + " does not offer the value " + value + ".",
				})
			}
		}
	}
	return errors.Join(errs...)
}

// wanted are the types of records that are made, with the picklist values that the
// settings name.
func (c *Connector) wanted() map[string]map[string]string {
	w := map[string]map[string]string{
		c.config.newType(): {"LeadSource": c.config.LeadSource},
		tasks:              {"Status": c.config.TaskStatus},
	}
	if c.config.Object == NewLead {
		w[leads]["Status"] = c.config.Status
	}
	if c.config.Opportunity != OpportunityNone {
		w[opportunities] = map[string]string{"StageName": c.config.Stage}
	}
	return w
}

// checkLimits asks for the daily requests that are left. Not every user may see them: then
// only the token was checked.
func (c *client) checkLimits(ctx context.Context) error {
	var answer struct {
		Daily struct {
			Max       int64 `json:"Max"`
			Remaining int64 `json:"Remaining"`
		} `json:"DailyApiRequests"`
	}
	_, err := c.do(ctx, crm.Call{Op: "get limits", Method: http.MethodGet, Path: c.path("limits")}, &answer)
	var refused *crm.Error
	if errors.As(err, &refused) && (refused.Fault == crm.Gone || refused.Status == http.StatusForbidden && refused.Fault == crm.AuthRevoked) {
		return nil
	}
	if err == nil && answer.Daily.Max > 0 && answer.Daily.Remaining <= 0 {
		return &crm.Error{Fault: crm.QuotaSpent, Op: "get limits", Message: "The org's API requests of 24 hours are used up."}
	}
	return err
}

// Describe returns the fields of the record that a step makes. What people become is
// described, not the Contacts that some already are.
func (c *Connector) Describe(ctx context.Context, step string) ([]crm.FieldInfo, error) {
	typ := map[string]string{crm.StepContact: c.config.newType(), crm.StepDeal: opportunities, crm.StepCall: tasks}[step]
	made := slices.ContainsFunc(c.Steps(), func(s crm.Step) bool { return s.Name == step })
	if typ == "" || !made {
		return nil, nil
	}
	s, err := c.client.schema(ctx, typ)
	if err != nil {
		return nil, err
	}
	infos := make([]crm.FieldInfo, 0, len(s.fields))
	for _, f := range s.fields {
		info := f.info(slices.Contains(filled[typ], f.Name))
		info.ReadOnly = info.ReadOnly || c.reserved(typ, f.Name)
		infos = append(infos, info)
	}
	slices.SortFunc(infos, func(a, b crm.FieldInfo) int { return strings.Compare(a.Name, b.Name) })
	return infos, nil
}

// filled are the required fields that the connector fills itself.
var filled = map[string][]string{
	leads: {"LastName", "Company"}, contacts: {"LastName"}, opportunities: {"Name", "StageName", "CloseDate"}, tasks: {"Status", "Priority"},
}

// reserved reports whether a field is not for mappings: matching, or the ties between
// records, depend on it.
func (c *Connector) reserved(typ, name string) bool {
	switch {
	case name == c.config.KeyField, slices.Contains([]string{"Id", "WhoId", "WhatId", "AccountId", "ContactId"}, name):
		return true
	default:
		return (typ == leads || typ == contacts) && (name == "Email" || name == "Phone")
	}
}

// owner returns who gets the lead's new records: whom the tenant's workflow names, else
// whom the integration's settings do.
func (c *Connector) owner(lead crm.Lead) string { return cmp.Or(lead.Owner, c.config.OwnerID) }
