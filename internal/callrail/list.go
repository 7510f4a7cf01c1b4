package callrail

import (
	"context"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

// formFields are asked for by name as callFields are; what is not named here comes without.
var formFields = strings.Join([]string{"lead_status", "value", "note", "tags", "utm_source", "utm_medium", "utm_campaign", "utm_term", "milestones"}, ",")

const (
	perPage    = 250                // the most that CallRail gives in one answer
	minute     = "2006-01-02T15:04" // its dates are days or minutes; full timestamps were refused
	inProgress = "in_progress"
)

// OldestMonths is how far back CallRail answers.
const OldestMonths = 25

// Window is a range of a company's calls or forms, by when they began.
type Window struct {
	From, To time.Time // both included, by the minute
	Page     int       // from 1
}

// Page is one page of a window.
type Page struct {
	Items   []*Listed
	Records int  // in all pages
	More    bool // there is another page
}

// Listed is a call or form that CallRail knows of.
type Listed struct {
	ID   string
	kind request.Kind
	root *value
}

// Calls lists a page of the company's calls. Calls of other companies that the
// key sees are left out.
func (c *Client) Calls(ctx context.Context, a Access, w Window) (Page, error) {
	return c.page(ctx, a, "calls", w)
}

// Forms lists a page of the company's form submissions.
func (c *Client) Forms(ctx context.Context, a Access, w Window) (Page, error) {
	return c.page(ctx, a, "form_submissions", w)
}

func (c *Client) page(ctx context.Context, a Access, what string, w Window) (page Page, err error) {
	ctx, span := c.tracer.Start(ctx, "callrail.list_"+what)
	defer func() { endSpan(span, err) }()

	kind, fields := request.Call, callFields
	if what != "calls" {
		kind, fields = request.Form, formFields
	}
	query := url.Values{
		"company_id": {a.CompanyResourceID},
		"start_date": {w.From.UTC().Format(minute)}, "end_date": {w.To.UTC().Format(minute)}, "time_zone": {"Etc/UTC"},
		"page": {strconv.Itoa(w.Page)}, "per_page": {strconv.Itoa(perPage)}, "fields": {fields},
	}
	resp, err := c.get(ctx, a, c.address(a, what+".json")+"?"+query.Encode(), c.limits.wait)
	if err != nil {
		return page, fmt.Errorf("list %s: %w", what, err)
	}
	root, err := decodeAnswer(resp)
	if err != nil {
		return page, fmt.Errorf("list %s: %w", what, err)
	}
	page.Records, _ = root.get("total_records").number()
	total, _ := root.get("total_pages").number()
	page.More = w.Page < total
	items := itemsOf(root, what)
	for i := range items {
		company := items[i].first("company_id")
		if id := items[i].first("id", "resource_id"); id != "" && company != "" && company == a.CompanyResourceID {
			page.Items = append(page.Items, &Listed{ID: id, kind: kind, root: &items[i]})
		}
	}
	return page, nil
}

func itemsOf(root *value, name string) []value {
	if v := root.get(name); v != nil && v.kind == list {
		return v.items
	}
	return nil
}

// Over reports whether a call has ended: one that goes on will be told when it does.
func (l *Listed) Over() bool { return l.root.first("call_type") != inProgress }

// Request makes the request that a call or form stands for, as its delivery would have. What
// was said in a call is left to the step that fetches the call itself.
func (l *Listed) Request(region string) *request.Request {
	r := &request.Request{ExternalID: l.ID, Kind: l.kind}
	if l.kind == request.Form {
		r.Namespace = request.NamespaceForm
		applyForm(l.root, r, region)
		return r
	}
	r.Namespace = request.NamespaceCall
	applyCall(l.root, r, region)
	r.Details.SourceTranscript, r.Details.SourceSummary = "", ""
	return r
}

// WebhookState returns the state of the company's webhook integration: active, disabled,
// pending or failed; empty if there is none.
func (c *Client) WebhookState(ctx context.Context, a Access) (state string, err error) {
	ctx, span := c.tracer.Start(ctx, "callrail.webhook_state")
	defer func() { endSpan(span, err) }()

	query := url.Values{"company_id": {a.CompanyResourceID}}
	resp, err := c.get(ctx, a, c.address(a, "integrations.json")+"?"+query.Encode(), c.limits.wait)
	if err != nil {
		return "", fmt.Errorf("list integrations: %w", err)
	}
	root, err := decodeAnswer(resp)
	if err != nil {
		return "", fmt.Errorf("list integrations: %w", err)
	}
	items := itemsOf(root, "integrations")
	for i := range items {
		if strings.EqualFold(items[i].first("type"), "webhooks") {
			return strings.ToLower(items[i].first("state")), nil
		}
	}
	return "", nil
}
