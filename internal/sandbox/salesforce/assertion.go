package salesforce

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"slices"
	"strings"
	"time"
)

// maxAssertion is how far ahead an assertion may expire.
const maxAssertion = 5 * time.Minute

// assertion is a JWT that an app signs to get a token for a user.
type assertion struct {
	Header struct {
		Algorithm string `json:"alg"`
	}
	Claims struct {
		Issuer   string   `json:"iss"` // consumer key
		Subject  string   `json:"sub"` // username
		Audience audience `json:"aud"`
		Expires  float64  `json:"exp"` // seconds since 1970
	}
	signed    string // what the signature is of
	signature []byte
}

// audience is one recipient or several.
type audience []string

// UnmarshalJSON reads either form.
func (a *audience) UnmarshalJSON(raw []byte) error {
	var one string
	if err := json.Unmarshal(raw, &one); err == nil {
		*a = audience{one}
		return nil
	}
	return json.Unmarshal(raw, (*[]string)(a))
}

// byAssertion returns the org whose app signed a valid assertion for its user.
func (s *Server) byAssertion(token, base string) (*org, *oauthError) {
	a, ok := parseAssertion(token)
	if !ok || a.Header.Algorithm != "RS256" {
		return nil, denied("invalid_grant", "invalid assertion")
	}
	o := s.byClient(a.Claims.Issuer)
	if o == nil {
		return nil, denied("invalid_client_id", "client identifier invalid")
	}
	if o.settings.PublicKey == nil || !a.signedBy(o.settings.PublicKey) {
		return nil, denied("invalid_grant", "invalid assertion")
	}
	if !slices.ContainsFunc(a.Claims.Audience, func(aud string) bool { return aud == o.audience() || aud == base }) {
		return nil, denied("invalid_grant", "audience is invalid")
	}
	now, expires := s.cfg.Now(), time.Unix(int64(a.Claims.Expires), 0)
	switch {
	case !now.Before(expires):
		return nil, denied("invalid_grant", "expired authorization code")
	case expires.After(now.Add(maxAssertion)):
		return nil, denied("invalid_grant", "invalid assertion")
	case a.Claims.Subject != o.settings.Username:
		return nil, denied("invalid_grant", "user hasn't approved this consumer")
	}
	return o, nil
}

// audience is whom an assertion has to be for. The org's own address does as well.
func (o *org) audience() string {
	if o.settings.Sandbox {
		return "https://test.salesforce.com"
	}
	return "https://login.salesforce.com"
}

func parseAssertion(token string) (assertion, bool) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return assertion{}, false
	}
	a := assertion{signed: parts[0] + "." + parts[1]}
	for i, into := range []any{&a.Header, &a.Claims} {
		raw, err := base64.RawURLEncoding.DecodeString(parts[i])
		if err != nil || json.Unmarshal(raw, into) != nil {
			return assertion{}, false
		}
	}
	signature, err := base64.RawURLEncoding.DecodeString(parts[2])
	a.signature = signature
	return a, err == nil
}

func (a assertion) signedBy(key *rsa.PublicKey) bool {
	sum := sha256.Sum256([]byte(a.signed))
	return rsa.VerifyPKCS1v15(key, crypto.SHA256, sum[:], a.signature) == nil
}
