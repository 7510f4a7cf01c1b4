package salesforce

import (
	"context"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/your-org/multi-tenant-pipeline/internal/crm"
)

// assertionLife is how long a signed assertion can be exchanged for a token. Salesforce
// allows no more than a few minutes, and clocks differ.
const assertionLife = 3 * time.Minute

// Audiences of assertions: production orgs and sandboxes.
const (
	productionAudience = "https://login.salesforce.com"
	sandboxAudience    = "https://test.salesforce.com"
)

// credentials is the secret of an integration: of the client credentials flow (client_id and
// client_secret) or of the JWT bearer flow (client_id, username and private_key).
type credentials struct {
	ClientID     string `json:"client_id"`
	ClientSecret string `json:"client_secret"`
	Username     string `json:"username"`
	PrivateKey   string `json:"private_key"` // PEM
	Audience     string `json:"audience"`    // empty: told from the login address

	key *rsa.PrivateKey
}

// parseCredentials reads a secret. Its errors are shown to the tenant and hold nothing of it.
func parseCredentials(raw string, config Config) (*credentials, error) {
	c := &credentials{}
	if err := json.Unmarshal([]byte(raw), c); err != nil {
		return nil, errors.New("salesforce: the credentials are not a JSON object of strings")
	}
	switch {
	case c.ClientID == "":
		return nil, errors.New("salesforce: the credentials have no client_id")
	case c.PrivateKey != "":
		return c, c.prepare(config)
	case c.ClientSecret == "":
		return nil, errors.New("salesforce: the credentials have neither client_secret nor private_key")
	case shared(config.LoginURL):
		return nil, errors.New("salesforce: with a client_secret, base_url must be the org's My Domain address, such as https://acme.my.salesforce.com")
	default:
		return c, nil
	}
}

// prepare reads the private key and settles the audience.
func (c *credentials) prepare(config Config) error {
	if c.Username == "" {
		return errors.New("salesforce: the credentials have a private_key, but no username")
	}
	key, err := jwt.ParseRSAPrivateKeyFromPEM([]byte(c.PrivateKey))
	if err != nil {
		return errors.New("salesforce: private_key is not an RSA key in PEM format")
	}
	c.key = key
	if c.Audience == "" {
		c.Audience = audience(config.LoginURL)
	}
	return nil
}

// shared reports whether an address is one that all orgs log in at. Client credentials are
// only taken at the org's own.
func shared(address string) bool {
	host := hostOf(address)
	return host == "login.salesforce.com" || host == "test.salesforce.com"
}

func audience(loginURL string) string {
	if host := hostOf(loginURL); host == "test.salesforce.com" || strings.Contains(host, ".sandbox.") {
		return sandboxAudience
	}
	return productionAudience
}

func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return strings.ToLower(u.Hostname())
}

// grant returns what is sent for a token.
func (c *credentials) grant(now time.Time) (url.Values, error) {
	if c.key == nil {
		return url.Values{"grant_type": {"client_credentials"}, "client_id": {c.ClientID}, "client_secret": {c.ClientSecret}}, nil
	}
	assertion, err := jwt.NewWithClaims(jwt.SigningMethodRS256, jwt.MapClaims{
		"iss": c.ClientID, "sub": c.Username, "aud": c.Audience, "exp": now.Add(assertionLife).Unix(),
	}).SignedString(c.key)
	if err != nil {
		return nil, fmt.Errorf("sign assertion: %w", err)
	}
	return url.Values{"grant_type": {"urn:ietf:params:oauth:grant-type:jwt-bearer"}, "assertion": {assertion}}, nil
}

// token is an access token and the address of the org that it opens. It does not say when
// it ends: that is found out by being refused.
type token struct {
	Access   string `json:"access_token"`
	Instance string `json:"instance_url"`
}

// token returns the org's token. If it is stale, the one that was refused, or there is
// none, a new one is minted: once, however many deliveries want it.
func (c *client) token(ctx context.Context, stale token) (token, error) {
	if t := c.account.token(); t != (token{}) && t != stale {
		return t, nil
	}
	done, err := c.account.minting.Take(ctx, opPrepare)
	if err != nil {
		return token{}, err
	}
	defer done()
	if t := c.account.token(); t != (token{}) && t != stale {
		return t, nil
	}
	t, err := c.mint(ctx)
	if err != nil {
		return token{}, err
	}
	c.account.keep(t)
	return t, nil
}

func (c *client) mint(ctx context.Context) (token, error) {
	call := crm.Call{Op: "get token", Method: http.MethodPost, Path: "/services/oauth2/token"}
	form, err := c.credentials.grant(c.now())
	if err != nil {
		return token{}, &crm.Error{Fault: crm.AuthRevoked, Op: call.Op, Err: err}
	}
	call.Body = form
	var t token
	if _, err := c.traced(ctx, token{Instance: c.config.LoginURL}, call, &t); err != nil {
		return token{}, err
	}
	if t.Instance == "" {
		t.Instance = c.config.BaseURL
	}
	if t.Access == "" || t.Instance == "" {
		return token{}, call.Unclear(http.StatusOK, errors.New("the answer holds no token or no address"))
	}
	if err := checkAddress("instance_url", t.Instance); err != nil {
		return token{}, &crm.Error{Fault: crm.Invalid, Op: call.Op, Message: "The login named an address of the org that is not allowed.", Err: err}
	}
	return t, nil
}
