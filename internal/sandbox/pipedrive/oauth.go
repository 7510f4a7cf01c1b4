package pipedrive

import (
	"crypto/rand"
	"encoding/hex"
	"net/http"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/sandbox/journal"
)

// How long OAuth tokens live. A refresh token dies if it is not used.
const (
	accessLife  = time.Hour
	refreshLife = 60 * 24 * time.Hour
)

// grant is one access token at work.
type grant struct {
	company *company
	until   time.Time
}

// token answers the token endpoint. Each refresh gives a new refresh token, and the one
// before is worth nothing any more.
func (s *Server) token(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 1<<20)
	id, secret, hasBasic := r.BasicAuth()
	if err := r.ParseForm(); err != nil || !hasBasic {
		writeOAuth(w, http.StatusUnauthorized, "invalid_client", "Client authentication is missing")
		return
	}
	if r.PostForm.Get("grant_type") != "refresh_token" {
		writeOAuth(w, http.StatusBadRequest, "unsupported_grant_type", "Grant type is not supported here")
		return
	}
	known := false
	for _, c := range s.companies {
		if c.settings.ClientID == "" || c.settings.ClientID != id || c.settings.ClientSecret != secret {
			continue
		}
		known = true
		if next, ok := c.refresh(r.PostForm.Get("refresh_token")); ok {
			journal.SetTenant(r.Context(), c.settings.TenantID)
			s.grant(w, r, c, next)
			return
		}
	}
	if !known {
		writeOAuth(w, http.StatusUnauthorized, "invalid_client", "Client is not known")
		return
	}
	writeOAuth(w, http.StatusBadRequest, "invalid_grant", "Refresh token is invalid")
}

// refresh trades a refresh token for the next.
func (c *company) refresh(token string) (next string, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.now()
	if c.revoked || token == "" || token != c.refreshToken || now.Sub(c.refreshed) > refreshLife {
		return "", false
	}
	c.refreshToken, c.refreshed = random(20), now
	return c.refreshToken, true
}

// grant gives an access token out.
func (s *Server) grant(w http.ResponseWriter, r *http.Request, c *company, refreshToken string) {
	access := "v1u:" + random(24)
	s.mu.Lock()
	s.grants[access] = &grant{company: c, until: s.cfg.Now().Add(accessLife)}
	s.mu.Unlock()
	domain := s.cfg.URL
	if domain == "" {
		domain = "http://" + r.Host
	}
	answer(w, http.StatusOK, map[string]any{
		"access_token": access, "token_type": "bearer", "refresh_token": refreshToken, "expires_in": int(accessLife.Seconds()),
		"scope": "base deals:full leads:full contacts:full search:read", "api_domain": domain,
	})
}

// grantee returns the company of an access token that is alive, nil without one.
func (s *Server) grantee(access string) *company {
	s.mu.Lock()
	defer s.mu.Unlock()
	g, found := s.grants[access]
	if !found || !s.cfg.Now().Before(g.until) || g.company.isRevoked() {
		return nil
	}
	return g.company
}

func writeOAuth(w http.ResponseWriter, status int, code, message string) {
	answer(w, status, map[string]any{"success": false, "error": code, "message": message})
}

// random returns n random bytes as hex digits.
func random(n int) string {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails: crypto/rand crashes the program instead
	return hex.EncodeToString(b)
}
