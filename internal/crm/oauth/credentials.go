package oauth

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"strings"
	"time"
)

// credentials is the secret of a connected account.
type credentials struct {
	ClientID     string    `json:"client_id"`
	ClientSecret string    `json:"client_secret"`
	RefreshToken string    `json:"refresh_token"`
	AccessToken  string    `json:"access_token,omitempty"`
	ExpiresAt    time.Time `json:"expires_at,omitzero"` // of the access token; zero: unknown
	APIDomain    string    `json:"api_domain,omitempty"`
}

// IsCredentials reports whether a secret's value is meant as OAuth credentials rather than
// as a key.
func IsCredentials(secret string) bool { return strings.HasPrefix(strings.TrimSpace(secret), "{") }

func parse(secret string) (credentials, error) {
	var c credentials
	if err := json.Unmarshal([]byte(secret), &c); err != nil {
		return c, errors.New("credentials are not the expected JSON") // the cause would quote them
	}
	var errs []error
	for _, f := range []struct{ name, value string }{
		{"client_id", c.ClientID}, {"client_secret", c.ClientSecret}, {"refresh_token", c.RefreshToken},
	} {
		if f.value == "" {
			errs = append(errs, errors.New("credentials lack "+f.name))
		}
	}
	return c, errors.Join(errs...)
}

// merge returns the secret with the credentials in it. What else somebody keeps there stays.
func (c credentials) merge(secret string) (string, error) {
	old, changed := make(map[string]json.RawMessage), make(map[string]json.RawMessage)
	if err := json.Unmarshal([]byte(secret), &old); err != nil {
		return "", errors.New("credentials are not the expected JSON")
	}
	raw, err := json.Marshal(c) //nolint:gosec // it goes back into the secret that it came from
	if err != nil {
		return "", fmt.Errorf("encode credentials: %w", err)
	}
	if err := json.Unmarshal(raw, &changed); err != nil {
		return "", fmt.Errorf("encode credentials: %w", err)
	}
	delete(old, "expires_at") // of the access token that is replaced
	maps.Copy(old, changed)
	if raw, err = json.Marshal(old); err != nil {
		return "", fmt.Errorf("encode credentials: %w", err)
	}
	return string(raw), nil
}

// lasts reports whether the access token can be used until then.
func (c credentials) lasts(until time.Time) bool {
	return c.AccessToken != "" && (c.ExpiresAt.IsZero() || until.Before(c.ExpiresAt))
}
