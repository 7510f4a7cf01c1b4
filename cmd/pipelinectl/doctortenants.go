package main

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/your-org/multi-tenant-pipeline/internal/api/client"
)

func (s *session) checkTenants(ctx context.Context) ([]client.TenantRow, check) {
	c := check{Name: "tenants"}
	rows, err := s.tenants(ctx)
	if err != nil {
		return nil, c.because(err, "is the token meant for this deployment?")
	}
	c.Verdict, c.Found = ok, strconv.Itoa(len(rows))
	if len(rows) == 0 {
		c.Verdict, c.Found, c.Advice = warning, "none", "pipelinectl tenant create"
	}
	return rows, c
}

func (s *session) tenants(ctx context.Context) ([]client.TenantRow, error) {
	raw, _, err := listing[client.TenantRow]{
		key: "tenants",
		fetch: func(limit int, token *string) (*http.Response, error) {
			return s.api.ListTenants(ctx, &client.ListTenantsParams{Limit: limit, PageToken: token})
		},
	}.collect(limits{all: true})
	if err != nil {
		return nil, err
	}
	return decodeAll[client.TenantRow](raw)
}

// checkTenant checks what one tenant needs so that its leads arrive.
func (s *session) checkTenant(ctx context.Context, t client.TenantRow) []check {
	if t.Status != "active" {
		return []check{{Name: t.TenantID, Verdict: warning, Found: "suspended", Advice: "pipelinectl tenant activate -t " + t.TenantID}}
	}
	return []check{s.checkSources(ctx, t.TenantID), s.checkIntegrations(ctx, t.TenantID)}
}

func (s *session) checkSources(ctx context.Context, tenantID string) check {
	c := check{Name: tenantID + " sources"}
	list, err := get[client.SourceList](s.api.ListSources(ctx, tenantID))
	if err != nil {
		return c.because(err, "")
	}
	var problems []string
	for _, source := range list.Sources {
		switch {
		case source.Problem != "":
			problems = append(problems, source.SourceID+": "+source.Problem)
		case source.Kind == "callrail" && len(source.SigningKeys) == 0:
			problems = append(problems, source.SourceID+": no signing key, so that every delivery is refused")
		}
	}
	switch {
	case len(list.Sources) == 0:
		c.Verdict, c.Found, c.Advice = warning, "none", "pipelinectl source add callrail -t "+tenantID
	case len(problems) > 0:
		c.Verdict, c.Found, c.Advice = fail, strings.Join(problems, "; "), "pipelinectl source deliveries SOURCE -t "+tenantID
	default:
		c.Verdict, c.Found = ok, strconv.Itoa(len(list.Sources))
	}
	return c
}

func (s *session) checkIntegrations(ctx context.Context, tenantID string) check {
	c := check{Name: tenantID + " integrations"}
	list, err := get[client.IntegrationList](s.api.ListIntegrations(ctx, tenantID))
	if err != nil {
		return c.because(err, "")
	}
	active := 0
	var without []string
	for _, in := range list.Integrations {
		if in.Status == "active" {
			active++
			if !in.HasCredentials {
				without = append(without, in.IntegrationID)
			}
		}
	}
	switch {
	case active == 0:
		c.Verdict, c.Found, c.Advice = warning, "none that is active, so leads go to no CRM", "pipelinectl integration add -t "+tenantID
	case len(without) > 0:
		c.Verdict, c.Found, c.Advice = fail, "no credentials: "+strings.Join(without, ", "), "pipelinectl integration add --replace --credentials-stdin -t "+tenantID
	default:
		c.Verdict, c.Found = ok, strconv.Itoa(active)
	}
	return c
}

func (s *session) checkPauses(ctx context.Context, tenants []client.TenantRow) check {
	c := check{Name: "pauses"}
	var held []string
	for _, t := range tenants {
		list, err := get[client.PauseList](s.api.ListPauses(ctx, t.TenantID)) // the platform's included
		if err != nil {
			return c.because(err, "")
		}
		for _, p := range list.Pauses {
			held = append(held, fmt.Sprintf("%s of %s (%s)", p.Subject, t.TenantID, p.Reason))
		}
	}
	c.Verdict, c.Found = ok, "none"
	if len(held) > 0 {
		c.Verdict, c.Found, c.Advice = warning, strings.Join(held, "; "), "pipelinectl resume, once the reason is gone"
	}
	return c
}

func (s *session) checkLetters(ctx context.Context) check {
	c := check{Name: "dead letters"}
	page, err := get[client.DeadLetterPage](s.api.ListDeadLetters(ctx, &client.ListDeadLettersParams{Limit: pageSize, State: optional("open")}))
	if err != nil {
		return c.because(err, "")
	}
	c.Verdict, c.Found = ok, "none open"
	if n := len(page.DeadLetters); n > 0 {
		c.Verdict, c.Found, c.Advice = fail, fmt.Sprintf("%d open", n), "find the cause in the step's log, then pipelinectl redrive all"
		if page.NextPageToken != "" {
			c.Found = fmt.Sprintf("more than %d open", n)
		}
	}
	return c
}
