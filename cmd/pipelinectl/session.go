package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os/exec"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/spf13/cobra"
	"golang.org/x/oauth2"

	"github.com/your-org/multi-tenant-pipeline/internal/api/client"
	"github.com/your-org/multi-tenant-pipeline/pkg/config"
)

// answerTimeout is how long the API may take until it begins to answer. Testing an
// integration waits for its CRM.
const answerTimeout = 90 * time.Second

// session is one command's conversation with the API and the person at the terminal.
type session struct {
	*tool
	settings
	api    *client.Client
	tokens oauth2.TokenSource // nil: there is no token

	in       io.Reader
	out, err io.Writer
}

// action is what a command does once the API is known.
type action func(ctx context.Context, s *session, args []string) error

// platform runs an action that is about no single tenant.
func (t *tool) platform(do action) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, args []string) error {
		s, err := t.open(cmd)
		if err != nil {
			return err
		}
		return do(cmd.Context(), s, args)
	}
}

// perTenant runs an action on one tenant.
func (t *tool) perTenant(do action) func(*cobra.Command, []string) error {
	return t.platform(func(ctx context.Context, s *session, args []string) error {
		if s.Tenant == "" {
			return usageError("which tenant? Give --tenant or set PIPELINE_TENANT")
		}
		return do(ctx, s, args)
	})
}

func (t *tool) open(cmd *cobra.Command) (*session, error) {
	found, err := t.resolve()
	if err != nil {
		return nil, err
	}
	if found.API == "" {
		return nil, usageError("where is the API? Give --api or --ready-file, set PIPELINE_API, or use a profile")
	}
	if err := config.HTTPURL("the API's address", found.API); err != nil {
		return nil, usageError(err.Error()) // a token must not travel where everybody can read it
	}
	s := &session{tool: t, settings: found, in: cmd.InOrStdin(), out: cmd.OutOrStdout(), err: cmd.ErrOrStderr()}
	switch {
	case found.Token != "":
		s.tokens = oauth2.StaticTokenSource(&oauth2.Token{AccessToken: found.Token})
	case found.TokenCommand != "":
		s.tokens = oauth2.ReuseTokenSource(nil, &commandSource{ctx: cmd.Context(), command: found.TokenCommand})
	}
	s.api, err = client.NewClient(found.API, client.WithHTTPClient(newHTTPClient(s.tokens)),
		client.WithRequestEditorFn(func(_ context.Context, r *http.Request) error {
			r.Header.Set("User-Agent", "pipelinectl/"+t.version)
			return nil
		}))
	if err != nil {
		return nil, fmt.Errorf("open api: %w", err)
	}
	return s, nil
}

// newHTTPClient returns a client that adds tokens. It follows no redirect, which would carry
// the token elsewhere.
func newHTTPClient(tokens oauth2.TokenSource) *http.Client {
	base := http.DefaultTransport.(*http.Transport).Clone()
	base.ResponseHeaderTimeout = answerTimeout
	c := &http.Client{
		Transport:     base,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	if tokens != nil {
		c.Transport = &oauth2.Transport{Source: tokens, Base: base}
	}
	return c
}

// commandSource gets tokens from a command of the operator's.
type commandSource struct {
	ctx     context.Context //nolint:containedctx // oauth2.TokenSource knows none
	command string
}

// Token implements oauth2.TokenSource. The token's own expiry says when the next is needed.
func (c *commandSource) Token() (*oauth2.Token, error) {
	cmd := exec.CommandContext(c.ctx, "sh", "-c", c.command) //nolint:gosec // the operator's own command
	var problem bytes.Buffer
	cmd.Stderr = &problem
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("run token command: %w: %s", err, strings.TrimSpace(problem.String()))
	}
	token := strings.TrimSpace(string(out))
	if token == "" {
		return nil, errors.New("the token command printed nothing")
	}
	t := &oauth2.Token{AccessToken: token}
	if claims := claimsOf(token); claims != nil && claims.ExpiresAt != nil {
		t.Expiry = claims.ExpiresAt.Time
	}
	return t, nil
}

// tokenClaims is what a token says of itself, as our issuers write it.
type tokenClaims struct {
	jwt.RegisteredClaims
	Role string `json:"role"`
}

// claimsOf reads a token without verifying it, which is the API's part. It returns nil if
// the token cannot be read.
func claimsOf(token string) *tokenClaims {
	var claims tokenClaims
	if _, _, err := jwt.NewParser().ParseUnverified(token, &claims); err != nil {
		return nil
	}
	return &claims
}
