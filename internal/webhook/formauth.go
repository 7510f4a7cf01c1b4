package webhook

import (
	"crypto/sha256"
	"crypto/subtle"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/go-chi/chi/v5"

	"github.com/your-org/multi-tenant-pipeline/internal/callrail"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

// headerFormSignature carries a server's signature: sha256= and hex of HMAC-SHA256 over the
// raw body.
const headerFormSignature = "X-Signature"

// authenticateForm finds the tenant and the source that a form came from, by its signature or
// else by its form key and the page's origin. Nobody learns which tenants, keys or origins
// exist: every refusal is the same, after as much work.
func (h *handler) authenticateForm(r *http.Request, s *submission) error {
	if !h.Tenants.Ready() {
		return fmt.Errorf("%w: tenants not loaded yet", errUnverifiable)
	}
	t, known := h.Tenants.Lookup(tenantOf(r))
	if known {
		s.tenant = t
	} else {
		t = &tenant.Tenant{}
	}
	complete := true
	if s.header.Get(headerFormSignature) != "" {
		s.source, complete = h.signedBy(t, s)
	} else {
		s.source, s.public = publicSource(t, s.key, s.origin), true
	}
	s.try(slices.Repeat([]string{h.decoy}, max(0, leastKeys-s.tried)))
	switch {
	case known && s.source != nil:
		return nil
	case !complete && callrail.Signed(s.signature()):
		return fmt.Errorf("%w: signing keys not loaded yet", errUnverifiable)
	default:
		return errFormUnauthorized
	}
}

// signedBy returns the source whose key signed the form, nil if none did. Complete is false if
// a key that might fit is not known.
func (h *handler) signedBy(t *tenant.Tenant, s *submission) (source *tenant.Source, complete bool) {
	complete = true
	for i := range t.Sources {
		src := &t.Sources[i]
		if !takesForms(src) {
			continue
		}
		keys, all := h.Keys.Keys(src)
		complete = complete && all
		if s.try(keys) {
			source = src
		}
	}
	return source, complete
}

// try reports whether one of keys signed the form.
func (s *submission) try(keys []string) bool {
	s.tried += len(keys)
	return callrail.Verify(s.signature(), s.body, keys) != callrail.Unverified
}

// signature returns the form's signature as the header that relays of calls sign with: only
// the name differs.
func (s *submission) signature() http.Header {
	return http.Header{callrail.HeaderSHA256: {s.header.Get(headerFormSignature)}}
}

// publicSource returns the source that a page may send to: the key is one of its form keys and
// the page's origin is in its list.
func publicSource(t *tenant.Tenant, key, origin string) *tenant.Source {
	for i := range t.Sources {
		src := &t.Sources[i]
		if takesForms(src) && hasKey(src.Settings.FormKeys, key) && hasOrigin(src.Settings.Origins, origin) {
			return src
		}
	}
	return nil
}

func takesForms(src *tenant.Source) bool {
	return src.Kind == tenant.SourceForm && src.Status != tenant.Suspended
}

// hasKey compares hashes, so that neither the length nor the beginning of a key shows in the
// time taken.
func hasKey(keys []string, key string) bool {
	found := false
	want := sha256.Sum256([]byte(key))
	for _, k := range keys {
		have := sha256.Sum256([]byte(k))
		if subtle.ConstantTimeCompare(have[:], want[:]) == 1 && k != "" {
			found = true
		}
	}
	return found
}

func hasOrigin(origins []string, origin string) bool {
	return origin != "" && slices.ContainsFunc(origins, func(o string) bool { return normalOrigin(o) == origin })
}

// originOf returns the origin of the page that sends, from the header that browsers set for
// every form and script, or else from the page's address.
func originOf(h http.Header) string {
	if origin := h.Get("Origin"); origin != "" {
		return normalOrigin(origin)
	}
	return normalOrigin(h.Get("Referer"))
}

// normalOrigin returns scheme, host and port of an address as browsers write an origin, or ""
// for what is none, such as "null".
func normalOrigin(raw string) string {
	u, err := url.Parse(strings.TrimSpace(raw))
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return ""
	}
	host := strings.ToLower(u.Host)
	if port := u.Port(); u.Scheme == "https" && port == "443" || u.Scheme == "http" && port == "80" {
		host = strings.TrimSuffix(host, ":"+port)
	}
	return u.Scheme + "://" + host
}

func tenantOf(r *http.Request) string { return chi.URLParam(r, "tenant_id") }
