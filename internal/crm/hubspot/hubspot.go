package hubspot

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strconv"

	"github.com/your-org/multi-tenant-pipeline/internal/crm"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

// Connector delivers the leads of one tenant into one HubSpot account.
type Connector struct {
	config  Config
	account *account
	client  *client
}

// Steps returns contact, deal and call. Contacts and deals are found by unique properties,
// past the search index; calls only through it.
func (c *Connector) Steps() []crm.Step {
	return []crm.Step{
		{Name: crm.StepContact, Find: c.findContact, Do: c.contact},
		{Name: crm.StepDeal, Find: c.findDeal, Do: c.deal},
		{Name: crm.StepCall, Find: c.findActivity, Do: c.activity, Lag: c.config.searchLag()},
	}
}

var uiDomain = regexp.MustCompile(`^app[a-z0-9-]*\.hubspot\.com$`)

// Link returns the deal's address, or the contact's as long as there is no deal.
func (c *Connector) Link(entries map[string]request.LedgerEntry) string {
	known := c.account.known()
	portal := c.config.PortalID
	if portal == "" && known.PortalID != 0 {
		portal = strconv.FormatInt(known.PortalID, 10)
	}
	if portal == "" {
		return ""
	}
	domain := "app.hubspot.com"
	if uiDomain.MatchString(known.UIDomain) {
		domain = known.UIDomain
	}
	base := "https://" + domain + "/contacts/" + portal + "/record/"
	switch {
	case entries[crm.StepDeal].Done():
		return base + "0-3/" + entries[crm.StepDeal].RemoteID
	case entries[crm.StepContact].Done():
		return base + "0-1/" + entries[crm.StepContact].RemoteID
	default:
		return ""
	}
}

// Test checks the key, that the pipeline and stage of new deals exist, and that contacts
// and deals can be read. It writes nothing.
func (c *Connector) Test(ctx context.Context) error {
	d, err := c.client.details(ctx)
	if err != nil {
		return err
	}
	c.account.learn(d)
	if err := c.client.checkStage(ctx); err != nil {
		return err
	}
	for _, typ := range []string{contacts, deals} {
		have, err := c.client.properties(ctx, typ)
		if err != nil {
			return err
		}
		for _, p := range wanted[typ] {
			if got, ok := have[p.Name]; ok {
				err = errors.Join(err, usable(typ, p, got))
			} else if c.config.Properties == KeepProperties && !p.optional {
				err = errors.Join(err, c.client.createProperty(ctx, typ, p))
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (c *client) checkStage(ctx context.Context) error {
	type stage struct {
		ID string `json:"id"`
	}
	var answer struct {
		Results []struct {
			ID     string  `json:"id"`
			Stages []stage `json:"stages"`
		} `json:"results"`
	}
	err := c.do(ctx, crm.Call{Op: "list pipelines", Method: http.MethodGet, Path: "/crm/pipelines/" + c.config.APIVersion + "/deals"}, &answer)
	if err != nil {
		return err
	}
	for _, p := range answer.Results {
		if p.ID == c.config.Pipeline && slices.Contains(p.Stages, stage{c.config.DealStage}) {
			return nil
		}
	}
	return &crm.Error{
		Fault: crm.Invalid, Op: "check pipeline", Code: "STAGE_MISSING", Fields: []string{"pipeline", "dealstage"},
		Message: "HubSpot has no deal stage " + c.config.DealStage + " in a pipeline " + c.config.Pipeline + ".",
	}
}

// write is one change of a record that may go through without some of its properties.
type write struct {
	typ        string
	properties map[string]string
	required   []string
	send       func(ctx context.Context, properties map[string]string) (object, error)
}

// maxSaves is how often a write is sent: HubSpot may name what it refuses in two rounds,
// properties that do not exist and then values that are wrong.
const maxSaves = 3

// save sends a write. One refused property refuses the whole record, so if HubSpot names
// properties, those of ours that vanished are created again, optional ones are left out
// with a warning, and the write is repeated.
func (c *Connector) save(ctx context.Context, w write) (object, []string, error) {
	properties := maps.Clone(w.properties)
	var warnings []string
	for round := 1; ; round++ {
		s, err := c.client.ensure(ctx, w.typ)
		if err != nil {
			return object{}, nil, err
		}
		o, err := w.send(ctx, s.without(properties))
		var refused fieldsError
		if !errors.As(err, &refused) || round == maxSaves {
			return o, warnings, err
		}
		dropped, ok := c.drop(w, properties, refused)
		if !ok {
			return object{}, nil, err
		}
		warnings = append(warnings, dropped...)
	}
}

// drop takes what HubSpot refused out of the properties. False: one of them is required, or
// it was not sent.
func (c *Connector) drop(w write, properties map[string]string, refused fieldsError) (warnings []string, ok bool) {
	for _, name := range slices.Sorted(maps.Keys(refused)) {
		_, sent := properties[name]
		switch {
		case isOurs(w.typ, name) && refused[name] == "PROPERTY_DOESNT_EXIST":
			c.client.forget(w.typ)
		case sent && !slices.Contains(w.required, name):
			delete(properties, name)
			warnings = append(warnings, "HubSpot refused the property "+name+" of the "+singular[w.typ]+" ("+cmp.Or(refused[name], "no reason given")+"). It was left out.")
		default:
			return nil, false
		}
	}
	return warnings, true
}

// owner returns who gets the lead's new records: whom the tenant's workflow names, else
// whom the integration's settings do.
func (c *Connector) owner(lead crm.Lead) string { return cmp.Or(lead.Owner, c.config.OwnerID) }
