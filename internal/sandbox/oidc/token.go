package oidc

import (
	"net/http"
	"slices"
)

// maxForm is more than a request for a token holds.
const maxForm = 8 << 10

// roles are those of the management API.
var roles = []string{"platform_admin", "tenant_admin", "tenant_viewer"}

// giveToken answers a request for a token (RFC 6749).
func (i *Issuer) giveToken(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	switch r.PostFormValue("grant_type") {
	case "authorization_code", "refresh_token":
		i.redeem(w, r)
	default:
		i.giveAccess(w, r)
	}
}

// giveAccess gives a token for client credentials, whoever asks: role, tenant_id and audience
// are what the token says.
func (i *Issuer) giveAccess(w http.ResponseWriter, r *http.Request) {
	a := Access{Audience: r.PostFormValue("audience"), Role: r.PostFormValue("role"), TenantID: r.PostFormValue("tenant_id")}
	a.Subject = a.Role + "@sandbox.example.com"
	switch {
	case r.PostFormValue("grant_type") != "client_credentials":
		refuseToken(w, r, "unsupported_grant_type")
		return
	case a.Audience == "" || !slices.Contains(roles, a.Role) || (a.Role == "platform_admin") != (a.TenantID == ""):
		refuseToken(w, r, "invalid_request")
		return
	}
	token, err := i.AccessToken(a)
	if err != nil {
		refuseToken(w, r, "server_error")
		return
	}
	w.Header().Set("Cache-Control", "no-store")
	writeJSON(w, r, map[string]any{"access_token": token, "token_type": "Bearer", "expires_in": int(tokenExpiry.Seconds())})
}

func refuseToken(w http.ResponseWriter, r *http.Request, why string) {
	w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	w.WriteHeader(http.StatusBadRequest)
	writeJSON(w, r, map[string]string{"error": why})
}
