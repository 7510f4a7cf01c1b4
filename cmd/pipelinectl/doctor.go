package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/spf13/cobra"
	"go.yaml.in/yaml/v3"

	openapi "github.com/your-org/multi-tenant-pipeline/docs/api"
	"github.com/your-org/multi-tenant-pipeline/internal/api/client"
)

// verdict is what a check came to.
type verdict string

// The verdicts. Only fail makes the tool fail.
const (
	ok        verdict = "ok"
	warning   verdict = "warn"
	fail      verdict = "fail"
	unchecked verdict = "not checked"
)

// check is one line of the doctor's report.
type check struct {
	Name    string  `json:"check"`
	Verdict verdict `json:"verdict"`
	Found   string  `json:"found"`
	Advice  string  `json:"advice,omitempty"`
}

func newDoctor(t *tool) *cobra.Command {
	var project string
	cmd := &cobra.Command{
		Use: "doctor", Short: "Check a deployment, and say what to do about what is wrong",
		Long: `Check what the API says: health, version, token, tenants, sources, pauses, dead letters. With
--project and Google credentials (gcloud auth application-default login) also what only the
project knows: enabled APIs, permissions, schema, secrets and push subscriptions. Nothing is
changed, and no secret is read.`,
		Example: "  pipelinectl doctor --project my-project",
		Args:    cobra.NoArgs,
		RunE: t.platform(func(ctx context.Context, s *session, _ []string) error {
			checks := append(s.examine(ctx), s.examineProject(ctx, project)...)
			if err := s.printChecks(checks); err != nil {
				return err
			}
			for _, c := range checks {
				if c.Verdict == fail {
					return errors.New("something is wrong")
				}
			}
			return nil
		}),
	}
	cmd.Flags().StringVar(&project, "project", "", "the Google Cloud project, to check it too")
	return cmd
}

func (s *session) printChecks(checks []check) error {
	if s.json {
		return s.printValue(map[string]any{"checks": checks})
	}
	p := newPage(s.out)
	p.header("Check", "Verdict", "Found")
	for _, c := range checks {
		p.row(c.Name, string(c.Verdict), c.Found)
	}
	for _, c := range checks {
		if c.Advice != "" {
			p.line("\n%s: %s", c.Name, clean(c.Advice))
		}
	}
	return p.flush()
}

// examine checks what the API says.
func (s *session) examine(ctx context.Context) []check {
	checks := []check{s.checkHealth(ctx)}
	if checks[0].Verdict == fail {
		return checks
	}
	checks = append(checks, s.checkDocument(ctx), s.checkToken())
	tenants, c := s.checkTenants(ctx)
	checks = append(checks, c)
	for _, t := range tenants {
		checks = append(checks, s.checkTenant(ctx, t)...)
	}
	return append(checks, s.checkPauses(ctx, tenants), s.checkLetters(ctx))
}

func (s *session) checkHealth(ctx context.Context) check {
	c := check{Name: "api"}
	resp, err := s.api.GetHealth(ctx)
	if err == nil && resp.StatusCode == http.StatusServiceUnavailable {
		resp.StatusCode = http.StatusOK // it says itself what is missing
	}
	h, err := get[client.Health](resp, err)
	switch {
	case err != nil:
		return c.because(err, "is the address right, and does the api service run?")
	case h.Status != "ok":
		c.Verdict, c.Found, c.Advice = fail, h.Status+": "+strings.Join(h.Failed, ", "), "the api service's log says why"
	case h.Version != s.version:
		c.Verdict, c.Found = ok, h.Version+"; this tool is "+s.version
	default:
		c.Verdict, c.Found = ok, h.Version
	}
	return c
}

// because makes a check of an error: what is not allowed was not checked.
func (c check) because(err error, advice string) check {
	c.Verdict, c.Found, c.Advice = fail, err.Error(), advice
	problem := (*problemError)(nil)
	if errors.As(err, &problem) && problem.status == http.StatusForbidden {
		c.Verdict, c.Found, c.Advice = unchecked, "the token's role does not allow it", ""
	}
	return c
}

func (s *session) checkDocument(ctx context.Context) check {
	c := check{Name: "document"}
	a, err := read(s.api.GetDocument(ctx))
	if err != nil {
		return c.because(err, "")
	}
	theirs, ours := versionOf(a.body), versionOf(openapi.Document)
	switch {
	case bytes.Equal(a.body, openapi.Document):
		c.Verdict, c.Found = ok, "version "+ours+", the same as this tool's"
	case theirs == ours:
		c.Verdict, c.Found, c.Advice = warning, "version "+ours+", but not the same text as this tool's", "use the pipelinectl of the deployed release"
	default:
		c.Verdict, c.Found, c.Advice = fail, fmt.Sprintf("version %q, this tool speaks %q", theirs, ours), "use the pipelinectl of the deployed release"
	}
	return c
}

func versionOf(document []byte) string {
	var d struct {
		Info struct {
			Version string `yaml:"version"`
		} `yaml:"info"`
	}
	_ = yaml.Unmarshal(document, &d) // what cannot be read has no version, which is seen
	return d.Info.Version
}

func (s *session) checkToken() check {
	c := check{Name: "token"}
	if s.tokens == nil {
		c.Verdict, c.Found, c.Advice = fail, "there is none", "set PIPELINE_TOKEN or --token-command"
		return c
	}
	token, err := s.tokens.Token()
	if err != nil {
		return c.because(err, "")
	}
	claims := claimsOf(token.AccessToken)
	if claims == nil || claims.ExpiresAt == nil {
		c.Verdict, c.Found = warning, "it is not a JWT that expires"
		return c
	}
	role := claims.Role
	if role == "" {
		role = "role under another name"
	}
	c.Verdict, c.Found = ok, fmt.Sprintf("%s of %s, until %s", role, claims.Issuer, cell(claims.ExpiresAt.Time))
	if !s.now().Before(claims.ExpiresAt.Time) {
		c.Verdict, c.Advice = fail, "it has expired: get a new one"
	}
	return c
}
