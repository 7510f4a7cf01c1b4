package pipedrive

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"github.com/your-org/multi-tenant-pipeline/internal/crm"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

// Connector delivers the leads of one tenant into one Pipedrive account.
type Connector struct {
	config  Config
	account *account
	client  *client
}

// Steps returns contact, deal (a lead or a deal) and call (a note or a call log). Nothing is
// unique in Pipedrive, so after an attempt of unknown outcome each waits until what it
// made, if it did, is certain to be seen.
func (c *Connector) Steps() []crm.Step {
	lag := c.config.searchLag()
	return []crm.Step{
		{Name: crm.StepContact, Find: c.findContact, Do: c.contact, Lag: lag},
		{Name: crm.StepDeal, Find: c.findDeal, Do: c.deal, Lag: lag},
		{Name: crm.StepCall, Find: c.findActivity, Do: c.activity, Lag: lag},
	}
}

const webDomain = ".pipedrive.com"

var domainPattern = regexp.MustCompile(`^[a-z0-9][a-z0-9-]*$`)

// Link returns the address of the lead or deal, or the person's as long as there is none.
func (c *Connector) Link(entries map[string]request.LedgerEntry) string {
	domain, ok := c.client.companyDomain()
	if !ok {
		if domain, _ = c.account.known(); domain == "" {
			return ""
		}
	}
	base := "https://" + domain + webDomain
	deal, contact := entries[crm.StepDeal], entries[crm.StepContact]
	switch {
	case deal.Done() && isDeal(deal.RemoteID):
		return base + "/deal/" + deal.RemoteID
	case deal.Done():
		return base + "/leads/inbox/" + deal.RemoteID
	case contact.Done():
		return base + "/person/" + contact.RemoteID
	default:
		return ""
	}
}

// companyDomain reads the company's part of the address from the setting.
func (c *client) companyDomain() (string, bool) {
	u, err := url.Parse(c.baseURL())
	if err != nil {
		return "", false
	}
	domain, ok := strings.CutSuffix(u.Hostname(), webDomain)
	return domain, ok && domain != "api" && domainPattern.MatchString(domain)
}

// learnDomain asks once for the company's address, if the setting does not hold it. An
// account that does not tell is served all the same, without links.
func (c *client) learnDomain(ctx context.Context) error {
	if _, ok := c.companyDomain(); ok {
		return nil
	}
	if _, asked := c.account.known(); asked {
		return nil
	}
	me, err := c.me(ctx)
	if fault := crm.FaultOf(err); err != nil && fault != crm.Gone && fault != crm.Invalid {
		return err
	}
	c.noteDomain(me)
	return nil
}

func (c *client) noteDomain(me record) {
	domain := me.text("company_domain")
	if !domainPattern.MatchString(domain) {
		domain = ""
	}
	c.account.learn(domain)
}

// me returns the user of the token and the company.
func (c *client) me(ctx context.Context) (record, error) {
	var a answer[record]
	err := c.do(ctx, crm.Call{Op: "get user", Method: http.MethodGet, Path: c.v1("users", "me")}, &a)
	return a.Data, err
}

// Test checks the token, that pipeline, stage and fields of the settings exist, and that
// leads or deals can be read. It writes nothing.
func (c *Connector) Test(ctx context.Context) error {
	me, err := c.client.me(ctx)
	if err != nil {
		return err
	}
	c.client.noteDomain(me)
	if err := c.checkFields(ctx); err != nil {
		return err
	}
	if c.config.Record == RecordDeal {
		if err := c.checkStage(ctx); err != nil {
			return err
		}
	}
	list := c.client.list(ctx, crm.Call{Op: "list " + c.recordKind().path, Path: c.client.pathOf(c.recordKind())})
	_, err = first(list, func(record) bool { return true })
	return err
}

// checkFields looks for the fields of our marks where the connector may not create them.
func (c *Connector) checkFields(ctx context.Context) error {
	var errs []error
	for _, k := range []kind{persons, c.recordKind()} {
		s, err := c.client.schema(ctx, k, 0)
		if err != nil {
			return err
		}
		key, _ := c.client.markerOf(k)
		optional := k.path == leads.path && key == ""
		if s.marker == "" && !optional && (key != "" || c.config.Fields == KeepFields) {
			errs = append(errs, c.client.markerMissing(k))
		}
	}
	return errors.Join(errs...)
}

// checkStage finds the stage of new deals, in their pipeline if both are set.
func (c *Connector) checkStage(ctx context.Context) error {
	if c.config.StageID == 0 && c.config.PipelineID == 0 {
		return nil
	}
	pipeline, stage := idText(c.config.PipelineID), idText(c.config.StageID)
	list := c.client.list(ctx, crm.Call{Op: "list stages", Path: c.client.v2("stages")})
	found, err := first(list, func(o record) bool {
		return (stage == "" || o.id() == stage) && (pipeline == "" || o.reference("pipeline_id") == pipeline)
	})
	if err != nil || found != nil {
		return err
	}
	return &crm.Error{
		Fault: crm.Invalid, Op: "check pipeline", Code: "STAGE_MISSING", Fields: []string{"pipeline_id", "stage_id"},
		Message: "Pipedrive has no such stage in such a pipeline. Compare pipeline_id and stage_id with the addresses of the pipeline's pages.",
	}
}

func idText(id int64) string {
	if id == 0 {
		return ""
	}
	return strconv.FormatInt(id, 10)
}

// owner returns who gets the lead's new records: whom the tenant's workflow names, if that
// is a user's number, else whom the integration's settings do.
func (c *Connector) owner(lead crm.Lead) int64 {
	id, err := strconv.ParseInt(lead.Owner, 10, 64)
	if err != nil {
		return c.config.OwnerID
	}
	return id
}
