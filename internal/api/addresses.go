package api

import (
	"errors"
	"net/url"
	"strings"

	"github.com/your-org/multi-tenant-pipeline/internal/callrail"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
	"github.com/your-org/multi-tenant-pipeline/pkg/config"
)

// Addresses are where parts of the deployment are reached from outside.
type Addresses struct {
	WebhookURL   string `env:"WEBHOOK_URL"`   // deliveries are sent there; empty: nobody is told where
	DashboardURL string `env:"DASHBOARD_URL"` // CRM records link to the request there
}

// Validate reports every problem at once.
func (a *Addresses) Validate() error {
	var errs []error
	for name, value := range map[string]string{"WEBHOOK_URL": a.WebhookURL, "DASHBOARD_URL": a.DashboardURL} {
		if value != "" {
			errs = append(errs, config.HTTPURL(name, value))
		}
	}
	return errors.Join(errs...)
}

// kinds returns what a tenant wants to be told by CallRail, in the order of a call's life.
func kinds(p tenant.Process) []callrail.Kind {
	told := []callrail.Kind{callrail.PostCall, callrail.CallModified, callrail.FormSubmission}
	if !p.SkipTexts {
		told = append(told, callrail.TextReceived)
	}
	if p.Outbound {
		told = append(told, callrail.OutboundCall, callrail.OutboundModified)
	}
	return told
}

// webhook returns where deliveries of one kind go.
func (a Addresses) webhook(tenantID string, kind callrail.Kind) string {
	return a.below("/v1/callrail/webhook/", tenantID, string(kind))
}

// webhooks returns where a source's deliveries go, none if nobody told this service.
func (a Addresses) webhooks(t *tenant.Tenant, s *tenant.Source) []string {
	if a.WebhookURL == "" {
		return nil
	}
	if s.Kind == tenant.SourceForm {
		return []string{a.below("/v1/forms/", t.ID)}
	}
	var all []string
	for _, kind := range kinds(t.Settings.Process) {
		all = append(all, a.webhook(t.ID, kind))
	}
	return all
}

func (a Addresses) below(path string, parts ...string) string {
	for i, part := range parts {
		parts[i] = url.PathEscape(part)
	}
	return strings.TrimRight(a.WebhookURL, "/") + path + strings.Join(parts, "/")
}
