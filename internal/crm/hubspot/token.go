package hubspot

import (
	"context"
	"strings"

	"github.com/your-org/multi-tenant-pipeline/internal/crm/oauth"
)

// tokens gives out what authorizes requests.
type tokens interface {
	Token(ctx context.Context) (string, error)
	// Expired says that HubSpot refused a token: it is not given out again.
	Expired(token string)
}

// key is a service key or another bearer token that lasts.
type key string

func (k key) Token(context.Context) (string, error) { return string(k), nil }

func (k key) Expired(string) {}

// tokenEndpoint is where an app of HubSpot's developer platform gets its access tokens.
func tokenEndpoint(c Config) oauth.Endpoint {
	return oauth.Endpoint{Name: "hubspot", URL: strings.TrimSuffix(c.BaseURL, "/") + "/oauth/" + c.APIVersion + "/token"}
}
