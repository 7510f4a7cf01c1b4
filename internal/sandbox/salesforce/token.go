package salesforce

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/sandbox/journal"
)

// jwtBearer is the grant type of an assertion.
const jwtBearer = "urn:ietf:params:oauth:grant-type:jwt-bearer" //nolint:gosec // the name of a flow, not a credential

// session is one access token at work.
type session struct {
	org  *org
	used time.Time
}

// oauthError is how the token endpoint refuses.
type oauthError struct {
	HTTP        int    `json:"-"`
	Code        string `json:"error"`
	Description string `json:"error_description"`
}

func denied(code, description string) *oauthError {
	return &oauthError{HTTP: http.StatusBadRequest, Code: code, Description: description}
}

// token answers the token endpoint.
func (s *Server) token(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 1<<20)
	if err := r.ParseForm(); err != nil {
		writeOAuth(w, denied("invalid_request", "body is not a form"))
		return
	}
	var o *org
	var err *oauthError
	switch r.PostForm.Get("grant_type") {
	case jwtBearer:
		o, err = s.byAssertion(r.PostForm.Get("assertion"), s.url(r))
	case "client_credentials":
		o, err = s.byCredentials(r)
	default:
		err = denied("unsupported_grant_type", "grant type not supported")
	}
	if err == nil && o.isBlocked() {
		err = denied("invalid_grant", "user hasn't approved this consumer")
	}
	if err != nil {
		writeOAuth(w, err)
		return
	}
	journal.SetTenant(r.Context(), o.settings.TenantID)
	s.grant(w, o, s.url(r))
}

// grant opens a session and tells its token. There is no refresh token and no life time:
// whoever meets a 401 asks again.
func (s *Server) grant(w http.ResponseWriter, o *org, base string) {
	var secret [24]byte
	_, _ = rand.Read(secret[:]) // never fails: crypto/rand crashes the program instead
	token := o.id[:15] + "!" + hex.EncodeToString(secret[:])
	now := s.cfg.Now()
	s.mu.Lock()
	s.sessions[token] = &session{org: o, used: now}
	s.mu.Unlock()
	w.Header().Set("Cache-Control", "no-store")
	answer(w, http.StatusOK, map[string]string{
		"access_token": token, "token_type": "Bearer", "scope": "api", "instance_url": base,
		"id": base + "/id/" + o.id + "/" + o.user, "issued_at": strconv.FormatInt(now.UnixMilli(), 10),
	})
}

// byCredentials returns the org of a consumer key and secret, in the form or as HTTP
// Basic.
func (s *Server) byCredentials(r *http.Request) (*org, *oauthError) {
	id, secret := r.PostForm.Get("client_id"), r.PostForm.Get("client_secret")
	if user, password, ok := r.BasicAuth(); ok && id == "" {
		id, secret = unescaped(user), unescaped(password)
	}
	o := s.byClient(id)
	switch {
	case o == nil:
		return nil, denied("invalid_client_id", "client identifier invalid")
	case o.settings.ClientSecret == "":
		return nil, denied("invalid_grant", "client credentials flow not enabled")
	case !same(secret, o.settings.ClientSecret):
		return nil, denied("invalid_client", "invalid client credentials")
	}
	return o, nil
}

func unescaped(s string) string {
	if plain, err := url.QueryUnescape(s); err == nil {
		return plain
	}
	return s
}

// same compares secrets of any length in constant time.
func same(a, b string) bool {
	x, y := sha256.Sum256([]byte(a)), sha256.Sum256([]byte(b))
	return subtle.ConstantTimeCompare(x[:], y[:]) == 1
}

func (s *Server) byClient(id string) *org {
	for _, o := range s.orgs {
		if o.settings.ClientID == id {
			return o
		}
	}
	return nil
}

// url returns where the stand-in is, for whoever sent the request.
func (s *Server) url(r *http.Request) string {
	if s.cfg.URL != "" {
		return s.cfg.URL
	}
	return "http://" + r.Host
}

func writeOAuth(w http.ResponseWriter, err *oauthError) { answer(w, err.HTTP, err) }

// writeTokenFault answers an injected fault of the token endpoint. A 400 or 401 means that
// somebody took the access away.
func writeTokenFault(w http.ResponseWriter, status int) {
	switch status {
	case http.StatusBadRequest, http.StatusUnauthorized:
		writeOAuth(w, &oauthError{HTTP: status, Code: "invalid_grant", Description: "expired access/refresh token"})
	case http.StatusForbidden, http.StatusTooManyRequests:
		writeOAuth(w, &oauthError{HTTP: status, Code: "invalid_grant", Description: "login rate exceeded"})
	default:
		writePage(w, status)
	}
}
