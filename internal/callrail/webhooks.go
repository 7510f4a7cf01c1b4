package callrail

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/your-org/multi-tenant-pipeline/pkg/outbound"
)

// webhooksType is how the API calls the integration that tells about calls.
const webhooksType = "Webhooks"

// stateActive is the state of an integration that delivers.
const stateActive = "active"

// configKeys are an integration's members with addresses, by kind of delivery
// (https://apidocs.callrail.com, integrations).
var configKeys = map[Kind]string{
	PreCall: "pre_call_webhook", RoutingComplete: "answered_call_webhook",
	PostCall: "post_call_webhook", CallModified: "updated_call_webhook",
	OutboundCall: "post_outbound_call_webhook", OutboundModified: "updated_outbound_call_webhook",
	TextReceived: "sms_received_webhook", TextSent: "sms_sent_webhook", FormSubmission: "form_captured_webhook",
}

// Webhooks is a company's webhook integration: who is told what. A company has one, which
// other receivers may share.
type Webhooks struct {
	ID         string
	State      string // active, disabled, pending or failed
	SigningKey string
	config     map[string]json.RawMessage // with members that are not ours to know
}

// Addresses returns who is told, by kind of delivery.
func (w *Webhooks) Addresses() map[Kind][]string {
	all := make(map[Kind][]string)
	for kind, member := range configKeys {
		if list := w.addresses(member); len(list) > 0 {
			all[kind] = list
		}
	}
	return all
}

// addresses reads one member. Anything else than a list of texts is as good as none.
func (w *Webhooks) addresses(member string) []string {
	var list []string
	if json.Unmarshal(w.config[member], &list) != nil {
		return nil
	}
	return list
}

// Add adds addresses to those that are there, and reports whether that changes anything or
// the integration has to be switched on.
func (w *Webhooks) Add(addresses map[Kind]string) (changed bool) {
	changed = w.State != stateActive
	w.config = maps.Clone(w.config)
	if w.config == nil {
		w.config = make(map[string]json.RawMessage)
	}
	for kind, address := range addresses {
		list := w.addresses(configKeys[kind])
		if slices.Contains(list, address) {
			continue
		}
		changed = true
		w.config[configKeys[kind]], _ = json.Marshal(append(list, address)) // texts
	}
	return changed
}

// webhooksBody is an integration as the API reads and shows it.
type webhooksBody struct {
	ID         json.RawMessage            `json:"id,omitempty"` // a number or a text
	Type       string                     `json:"type,omitempty"`
	CompanyID  string                     `json:"company_id,omitempty"`
	State      string                     `json:"state,omitempty"`
	Config     map[string]json.RawMessage `json:"config"`
	SigningKey string                     `json:"signing_key,omitempty"`
}

func (b *webhooksBody) webhooks() *Webhooks {
	return &Webhooks{ID: strings.Trim(string(b.ID), `"`), State: b.State, SigningKey: b.SigningKey, config: b.Config}
}

// Webhooks returns the company's webhook integration with its signing key. It fails with
// ErrNotFound if there is none.
func (c *Client) Webhooks(ctx context.Context, a Access) (found *Webhooks, err error) {
	ctx, span := c.tracer.Start(ctx, "callrail.fetch_webhooks")
	defer func() { endSpan(span, err) }()

	if a.CompanyResourceID == "" {
		return nil, fmt.Errorf("fetch webhooks: %w: the access names no company", ErrRejected)
	}
	query := url.Values{"company_id": {a.CompanyResourceID}, "fields": {"signing_key"}, "per_page": {"250"}}
	resp, err := c.get(ctx, a, c.address(a, "integrations.json")+"?"+query.Encode(), c.limits.wait)
	if err != nil {
		return nil, fmt.Errorf("fetch webhooks: %w", err)
	}
	var page struct {
		Integrations []webhooksBody `json:"integrations"`
	}
	if err := readAnswer(resp, &page); err != nil {
		return nil, fmt.Errorf("fetch webhooks: %w", err)
	}
	i := slices.IndexFunc(page.Integrations, func(b webhooksBody) bool { return b.Type == webhooksType })
	if i < 0 {
		return nil, fmt.Errorf("fetch webhooks: %w", ErrNotFound)
	}
	return page.Integrations[i].webhooks(), nil
}

// CreateWebhooks makes the company's webhook integration. CallRail draws its signing key.
func (c *Client) CreateWebhooks(ctx context.Context, a Access, addresses map[Kind]string) (made *Webhooks, err error) {
	ctx, span := c.tracer.Start(ctx, "callrail.create_webhooks")
	defer func() { endSpan(span, err) }()

	w := Webhooks{}
	w.Add(addresses)
	body := webhooksBody{Type: webhooksType, CompanyID: a.CompanyResourceID, Config: w.config}
	if made, err = c.sendWebhooks(ctx, a, http.MethodPost, "integrations.json", body); err != nil {
		return nil, fmt.Errorf("create webhooks: %w", err)
	}
	return made, nil
}

// UpdateWebhooks saves an integration after Add, and switches it on.
func (c *Client) UpdateWebhooks(ctx context.Context, a Access, w *Webhooks) (err error) {
	ctx, span := c.tracer.Start(ctx, "callrail.update_webhooks")
	defer func() { endSpan(span, err) }()

	body := webhooksBody{State: stateActive, Config: w.config}
	saved, err := c.sendWebhooks(ctx, a, http.MethodPut, "integrations/"+w.ID+".json", body)
	if err != nil {
		return fmt.Errorf("update webhooks: %w", err)
	}
	w.State = saved.State
	return nil
}

func (c *Client) sendWebhooks(ctx context.Context, a Access, method, path string, body webhooksBody) (*Webhooks, error) {
	text, err := json.Marshal(body)
	if err != nil {
		return nil, fmt.Errorf("encode: %w", err)
	}
	req, err := http.NewRequestWithContext(ctx, method, c.address(a, strings.Split(path, "/")...), bytes.NewReader(text))
	if err != nil {
		return nil, fmt.Errorf("%w: bad address", ErrRejected)
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := c.send(a, req, c.limits.wait)
	if err != nil {
		return nil, err
	}
	var answer webhooksBody
	if err := readAnswer(resp, &answer); err != nil {
		return nil, err
	}
	return answer.webhooks(), nil
}

// readAnswer decodes a JSON answer and closes its body.
func readAnswer(resp *http.Response, into any) error {
	text, err := outbound.ReadAll(resp.Body, maxAnswer)
	if err = errors.Join(err, resp.Body.Close()); err == nil {
		err = json.Unmarshal(text, into)
	}
	if err != nil {
		return fmt.Errorf("%w: %w", ErrTransient, err)
	}
	return nil
}
