package sandbox

import (
	"context"
	"net/http"

	"github.com/your-org/multi-tenant-pipeline/internal/sandbox/callrail"
	"github.com/your-org/multi-tenant-pipeline/internal/sandbox/control"
	"github.com/your-org/multi-tenant-pipeline/internal/sandbox/email"
	"github.com/your-org/multi-tenant-pipeline/internal/sandbox/gemini"
	"github.com/your-org/multi-tenant-pipeline/internal/sandbox/oidc"
	"github.com/your-org/multi-tenant-pipeline/internal/sandbox/slack"
)

func (s *Sandbox) startMail(ctx context.Context) error {
	mailboxes := map[string]string{}
	for _, t := range s.cfg.Tenants {
		for _, address := range t.Recipients {
			mailboxes[address] = t.ID
		}
	}
	server, err := email.Start(ctx, email.Config{
		Listen: loopback, Mailboxes: mailboxes, Faults: s.faults, Journal: s.journal, Now: s.cfg.Now, Log: s.cfg.Log,
	})
	if err != nil {
		return err
	}
	s.mail = server
	s.defers(func() {
		if err := server.Close(); err != nil {
			s.cfg.Log.WarnContext(ctx, "sandbox mail relay did not close well", "error", err)
		}
	})
	return nil
}

// handler makes the systems that speak HTTP, and returns the control API before all of
// them.
func (s *Sandbox) handler() (http.Handler, error) {
	var err error
	if s.callrail, err = s.newCallRail(); err != nil {
		return nil, err
	}
	s.defers(s.callrail.Wait)
	crms, err := s.crms()
	if err != nil {
		return nil, err
	}
	chat, err := s.newSlack()
	if err != nil {
		return nil, err
	}
	if s.issuer, err = oidc.New(oidc.Config{URL: s.url + "/oidc", Now: s.cfg.Now, People: s.people()}); err != nil {
		return nil, err
	}
	model := gemini.New(s.cfg.Now, s.modes)
	return control.New(control.Config{
		Faults: s.faults, Modes: s.modes, Journal: s.journal, CallRail: s.callrail, Recogniser: listener{s.speech},
		Player: s.cfg.Player, Log: s.cfg.Log,
		Mounts: map[string]http.Handler{"/oidc": s.issuer.Handler()},
		Systems: append(crms, []control.System{
			{Name: "callrail", Handler: s.callrail.Handler(), Error: callrail.WriteError, Objects: s.callrail, Reset: s.callrail.Reset},
			{Name: "slack", Handler: chat.Handler(), Error: slack.WriteError, Objects: chat, Reset: chat.Reset},
			{Name: "gemini", Handler: model.Handler(), Error: gemini.WriteError, Reset: model.Reset},
			{Name: "email", Objects: s.mail, Reset: s.mail.Reset},
			{Name: "speech", Objects: s.speech, Reset: s.speech.Reset},
			{Name: "secretmanager", Objects: s.secrets}, // secrets are settings, and stay
		}...),
	}).Handler(), nil
}

// people are who can sign in to the dashboard: somebody of each role.
func (s *Sandbox) people() []oidc.Person {
	all := []oidc.Person{{Name: "Pat Operator (platform)", Subject: "pat@platform.example.com", Role: "platform_admin"}}
	manager := oidc.Person{Name: "Morgan Manager (every company)", Subject: "morgan@group.example.com", Role: "tenant_admin"}
	for _, t := range s.cfg.Tenants {
		manager.Tenants = append(manager.Tenants, t.ID)
		all = append(all,
			oidc.Person{Name: "Alex Admin (" + t.Name + ")", Subject: "alex@" + t.ID + ".example.com", Role: "tenant_admin", Tenants: []string{t.ID}},
			oidc.Person{Name: "Vic Viewer (" + t.Name + ")", Subject: "vic@" + t.ID + ".example.com", Role: "tenant_viewer", Tenants: []string{t.ID}})
	}
	if len(manager.Tenants) > 1 {
		all = append(all, manager)
	}
	return all
}

func (s *Sandbox) newCallRail() (*callrail.Server, error) {
	cfg := callrail.Config{BaseURL: s.url + "/callrail", Limits: s.cfg.CallRail, Now: s.cfg.Now, Log: s.cfg.Log}
	for _, t := range s.cfg.Tenants {
		cfg.Companies = append(cfg.Companies, callrail.Company{
			TenantID: t.ID, ID: t.CompanyID, ResourceID: t.CompanyResourceID, AccountID: t.AccountID,
			APIKey: t.CallRailKey, SigningKey: t.SigningKey, Name: t.Name, TimeZone: t.TimeZone,
		})
	}
	return callrail.New(cfg)
}

func (s *Sandbox) newSlack() (*slack.Server, error) {
	cfg := slack.Config{Now: s.cfg.Now}
	for _, t := range s.cfg.Tenants {
		cfg.Hooks = append(cfg.Hooks, slack.Hook{TenantID: t.ID, Path: t.SlackPath})
	}
	return slack.New(cfg)
}
