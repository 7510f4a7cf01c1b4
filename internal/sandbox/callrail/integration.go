package callrail

import (
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// Kinds of delivery, by the names that the last part of a registered path has here.
const (
	KindPreCall          = "pre_call"
	KindRoutingComplete  = "routing_complete"
	KindPostCall         = "post_call"
	KindCallModified     = "call_modified"
	KindOutboundCall     = "outbound_call"
	KindOutboundModified = "outbound_modified"
	KindTextReceived     = "text_received"
	KindTextSent         = "text_sent"
	KindFormSubmission   = "form_submission"
)

// configKeys are the members of an integration's config, by kind of delivery.
var configKeys = map[string]string{
	KindPreCall:          "pre_call_webhook",
	KindRoutingComplete:  "answered_call_webhook",
	KindPostCall:         "post_call_webhook",
	KindCallModified:     "updated_call_webhook",
	KindOutboundCall:     "post_outbound_call_webhook",
	KindOutboundModified: "updated_outbound_call_webhook",
	KindTextReceived:     "sms_received_webhook",
	KindTextSent:         "sms_sent_webhook",
	KindFormSubmission:   "form_captured_webhook",
}

// integration is the Webhooks integration of one company: who is told what.
type integration struct {
	id      string
	company *Company
	state   string // active, disabled, pending, failed
	config  map[string][]string
}

var integrationStates = []string{"active", "disabled", "pending", "failed"}

// view returns an integration as the API shows it.
func (i *integration) view() map[string]any {
	return map[string]any{
		"id": i.id, "type": "Webhooks", "state": i.state, "config": i.config, "signing_key": i.company.SigningKey,
	}
}

// ErrNotRegistered says that nobody registered for a kind of delivery.
var ErrNotRegistered = errors.New("no webhook is registered")

// Register makes the tenant's company tell these addresses, by the config's members such
// as post_call_webhook. It does what a person does in CallRail's settings; addresses that
// are there already stay.
func (s *Server) Register(tenantID string, urls map[string]string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	at := slices.IndexFunc(s.companies, func(c *Company) bool { return c.TenantID == tenantID })
	if at < 0 {
		return fmt.Errorf("register webhooks: %w: %q", ErrUnknownTenant, tenantID)
	}
	found := s.integrationOf(s.companies[at])
	config := map[string][]string{}
	if found != nil {
		config = maps.Clone(found.config)
	}
	for member, address := range urls {
		if !slices.Contains(config[member], address) {
			config[member] = slices.Concat(config[member], []string{address})
		}
	}
	if err := validateConfig(config); err != nil {
		return fmt.Errorf("register webhooks: %w", err)
	}
	if found == nil {
		s.addIntegration(s.companies[at], config)
		return nil
	}
	found.config = config
	return nil
}

// integrationOf returns a company's integration, nil without one. The caller holds the
// lock.
func (s *Server) integrationOf(company *Company) *integration {
	for _, i := range s.integrations {
		if i.company == company {
			return i
		}
	}
	return nil
}

func (s *Server) addIntegration(company *Company, config map[string][]string) *integration {
	s.nextID++
	i := &integration{id: strconv.Itoa(800_000 + s.nextID), company: company, state: "active", config: config}
	s.integrations = append(s.integrations, i)
	return i
}

// validateConfig refuses members that CallRail does not know and addresses that it could
// not call.
func validateConfig(config map[string][]string) error {
	known := map[string]bool{}
	for _, key := range configKeys {
		known[key] = true
	}
	for key, addresses := range config {
		if !known[key] {
			return fmt.Errorf("unknown config key: %s", key)
		}
		for _, address := range addresses {
			u, err := url.Parse(address)
			if err != nil || u.Host == "" || !strings.HasPrefix(u.Scheme, "http") {
				return fmt.Errorf("%s holds an invalid URL", key)
			}
		}
	}
	return nil
}
