package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/spf13/cobra"

	"github.com/your-org/multi-tenant-pipeline/pkg/config"
)

func newToken(t *tool) *cobra.Command {
	var role string
	cmd := &cobra.Command{
		Use: "token", Short: "Get a token of a role from a sandbox (devstack)",
		Long: `Get a token from the issuer of a sandbox on this machine. Any other issuer is refused: there, people
and programs sign in.`,
		Example: "  pipelinectl token --ready-file ready.json --role tenant_viewer -t tenant_demo",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			s, err := t.resolve()
			if err != nil {
				return err
			}
			if s.Sandbox == "" || s.Audience == "" {
				return usageError("which sandbox? Give --ready-file, the file that devstack writes, or --sandbox and --audience")
			}
			token, err := sandboxToken(cmd.Context(), s, role)
			if err != nil {
				return err
			}
			if t.json {
				return json.NewEncoder(cmd.OutOrStdout()).Encode(map[string]string{"token": token})
			}
			_, err = fmt.Fprintln(cmd.OutOrStdout(), token)
			return err
		},
	}
	cmd.Flags().StringVar(&role, "role", "tenant_admin", "platform_admin, tenant_admin or tenant_viewer")
	cmd.Flags().StringVar(&t.flags.Sandbox, "sandbox", "", "address of the sandbox")
	cmd.Flags().StringVar(&t.flags.Audience, "audience", "", "what the API expects tokens to be for")
	return cmd
}

// issuer is what an issuer says of itself.
type issuer struct {
	Issuer        string `json:"issuer"`
	TokenEndpoint string `json:"token_endpoint"`
	Sandbox       bool   `json:"pipeline_sandbox"`
}

// sandboxToken asks the sandbox's issuer. An issuer that is elsewhere, or does not say that it
// is a sandbox's, is not asked.
func sandboxToken(ctx context.Context, s settings, role string) (string, error) {
	base, err := url.Parse(s.Sandbox)
	if err != nil || !config.Loopback(base.Hostname()) {
		return "", usageError(s.Sandbox + " is not on this machine: tokens come from sandboxes here alone")
	}
	address := strings.TrimSuffix(s.Sandbox, "/") + "/oidc"
	var about issuer
	if err := exchange(ctx, http.MethodGet, address+"/.well-known/openid-configuration", nil, &about); err != nil {
		return "", fmt.Errorf("ask issuer: %w", err)
	}
	if !about.Sandbox || !strings.HasPrefix(about.TokenEndpoint, address+"/") {
		return "", errors.New("the issuer is not a sandbox's")
	}
	form := url.Values{"grant_type": {"client_credentials"}, "audience": {s.Audience}, "role": {role}}
	if role != "platform_admin" {
		if s.Tenant == "" {
			return "", usageError("a token of which tenant? Give --tenant")
		}
		form.Set("tenant_id", s.Tenant)
	}
	var found struct {
		Token string `json:"access_token"`
	}
	if err := exchange(ctx, http.MethodPost, about.TokenEndpoint, form, &found); err != nil {
		return "", fmt.Errorf("get token: %w", err)
	}
	return found.Token, nil
}

func exchange(ctx context.Context, method, address string, form url.Values, into any) error {
	r, err := http.NewRequestWithContext(ctx, method, address, strings.NewReader(form.Encode()))
	if err != nil {
		return err
	}
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	resp, err := newHTTPClient(nil).Do(r)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil {
		return err
	}
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("it was answered %s: %s", resp.Status, clean(strings.TrimSpace(string(body))))
	}
	return json.Unmarshal(body, into)
}
