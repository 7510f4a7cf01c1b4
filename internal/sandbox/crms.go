package sandbox

import (
	"github.com/your-org/multi-tenant-pipeline/internal/sandbox/control"
	"github.com/your-org/multi-tenant-pipeline/internal/sandbox/custom"
	"github.com/your-org/multi-tenant-pipeline/internal/sandbox/hubspot"
	"github.com/your-org/multi-tenant-pipeline/internal/sandbox/pipedrive"
	"github.com/your-org/multi-tenant-pipeline/internal/sandbox/salesforce"
)

// crms makes the systems that leads are delivered to. A tenant has an account where its
// settings name one.
func (s *Sandbox) crms() ([]control.System, error) {
	hub, err := s.newHubSpot()
	if err != nil {
		return nil, err
	}
	force, err := s.newSalesforce()
	if err != nil {
		return nil, err
	}
	pipe, err := s.newPipedrive()
	if err != nil {
		return nil, err
	}
	own, err := s.newCustom()
	if err != nil {
		return nil, err
	}
	return []control.System{
		{Name: "hubspot", Handler: hub.Handler(), Error: hubspot.WriteError, Objects: hub, Reset: hub.Reset},
		{Name: "salesforce", Handler: force.Handler(), Error: salesforce.WriteError, Objects: force, Reset: force.Reset},
		{Name: "pipedrive", Handler: pipe.Handler(), Error: pipedrive.WriteError, Objects: pipe, Reset: pipe.Reset},
		{Name: "custom", Handler: own.Handler(), Error: custom.WriteError, Objects: own, Reset: own.Reset},
	}, nil
}

func (s *Sandbox) newHubSpot() (*hubspot.Server, error) {
	cfg := hubspot.Config{Lag: s.cfg.SearchLag, Now: s.cfg.Now}
	for _, t := range s.cfg.Tenants {
		cfg.Portals = append(cfg.Portals, hubspot.Portal{TenantID: t.ID, Token: t.HubSpotToken, TimeZone: t.TimeZone})
	}
	return hubspot.New(cfg)
}

// newSalesforce serves orgs whose duplicate rules alert, as those of a new org do.
func (s *Sandbox) newSalesforce() (*salesforce.Server, error) {
	cfg := salesforce.Config{URL: s.url + "/salesforce", Lag: s.cfg.SearchLag, Now: s.cfg.Now}
	for _, t := range s.cfg.Tenants {
		if t.Salesforce.ClientID == "" {
			continue
		}
		cfg.Orgs = append(cfg.Orgs, salesforce.Org{
			TenantID: t.ID, ClientID: t.Salesforce.ClientID, ClientSecret: t.Salesforce.ClientSecret,
			Username: t.Salesforce.Username, PublicKey: t.Salesforce.PublicKey,
			DuplicateRules: map[string]salesforce.Action{"Lead": salesforce.Alert, "Contact": salesforce.Alert},
		})
	}
	return salesforce.New(cfg)
}

// newPipedrive serves companies of a plan whose limits a run of samples does not reach.
func (s *Sandbox) newPipedrive() (*pipedrive.Server, error) {
	cfg := pipedrive.Config{URL: s.url + "/pipedrive", Lag: s.cfg.SearchLag, Now: s.cfg.Now}
	for _, t := range s.cfg.Tenants {
		if t.PipedriveToken != "" {
			cfg.Companies = append(cfg.Companies, pipedrive.Company{TenantID: t.ID, Token: t.PipedriveToken, Plan: "premium"})
		}
	}
	return pipedrive.New(cfg)
}

func (s *Sandbox) newCustom() (*custom.Server, error) {
	cfg := custom.Config{Now: s.cfg.Now}
	for _, t := range s.cfg.Tenants {
		if t.CustomSecret != "" {
			cfg.Endpoints = append(cfg.Endpoints, custom.Endpoint{TenantID: t.ID, Secrets: []string{t.CustomSecret}})
		}
	}
	return custom.New(cfg)
}
