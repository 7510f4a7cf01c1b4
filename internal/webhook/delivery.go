package webhook

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/your-org/multi-tenant-pipeline/internal/callrail"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

// delivery is what is known of one delivery so far.
type delivery struct {
	route   route
	header  http.Header
	body    []byte
	arrived time.Time
	owed    bool // it was verified and acknowledged when it came: what became of its source since does not matter

	tenant *tenant.Tenant // whose it claims to be, and is once it is authenticated
	source *tenant.Source // the source it came from; nil with the bootstrap key
	tried  int            // keys that its signature was compared with

	payload *callrail.Payload
	kind    callrail.Kind
}

// route is what the address says.
type route struct {
	tenants []string      // from path and query: more than one only if somebody plays tricks
	kind    callrail.Kind // empty: by the body's shape
}

// routeOf reads the address. CallRail appends parameters of its own to the query, so that
// unknown ones mean nothing, and neither does a pair that cannot be unescaped.
func routeOf(r *http.Request) route {
	tenants := []string{chi.URLParam(r, "tenant_id")}
	if r.URL.RawQuery != "" {
		tenants = append(tenants, r.URL.Query()["tenant_id"]...)
	}
	return route{tenants: distinct(tenants), kind: callrail.Kind(chi.URLParam(r, "kind"))}
}

// leastKeys are tried before a delivery is refused, whoever it is for: as many as a source
// has while its key is being changed.
const leastKeys = 2

// authenticate finds the tenant and checks the signature. Nobody learns which tenants exist:
// an unknown one is answered like a bad signature, after as much work. What is signed, but cannot
// be checked before tenants or keys are loaded, is unverifiable.
func (h *handler) authenticate(d *delivery) error {
	if !h.Tenants.Ready() {
		return fmt.Errorf("%w: tenants not loaded yet", errUnverifiable)
	}
	claims := callrail.Peek(d.body)
	t, ok := h.resolve(d.route.tenants, claims)
	if !ok {
		h.dally(d)
		return unresolved(d, claims)
	}
	d.tenant = t
	verified, complete := h.verify(d)
	if verified {
		return nil
	}
	h.dally(d)
	switch {
	case !complete && callrail.Signed(d.header):
		return fmt.Errorf("%w: signing keys not loaded yet", errUnverifiable)
	default:
		return errUnauthorized
	}
}

// try compares the signature with keys.
func (d *delivery) try(keys []string) callrail.Scheme {
	d.tried += len(keys)
	return callrail.Verify(d.header, d.body, keys)
}

// dally makes up for keys that a refused delivery had too few of.
func (h *handler) dally(d *delivery) {
	d.try(slices.Repeat([]string{h.decoy}, max(0, leastKeys-d.tried)))
}

// resolve returns the tenant that a delivery claims to be for, by its id or else by the
// owner of its company. Claims that contradict each other resolve to nobody, except that a COM…
// id, which only its owner and CallRail know, says more than a number, which stands on every
// page that the company has its numbers on: whoever registered that may not own it.
func (h *handler) resolve(routed []string, claims callrail.Claims) (*tenant.Tenant, bool) {
	if ids := distinct(routed, claims.Tenants); len(ids) > 0 {
		if len(ids) > 1 {
			return nil, false
		}
		return h.Tenants.Lookup(ids[0])
	}
	resources, numbers := partition(claims.Companies, isResource)
	if owner, ok := h.owner(resources); owner != nil || !ok {
		return owner, ok
	}
	owner, _ := h.owner(numbers)
	return owner, owner != nil
}

// owner returns who owns the companies, nil if nobody does. It is not ok if several do.
func (h *handler) owner(companies []string) (found *tenant.Tenant, ok bool) {
	for _, company := range companies {
		owner, _, known := h.Tenants.ByCompany(company)
		if !known {
			continue
		}
		if found != nil && found.ID != owner.ID {
			return nil, false
		}
		found = owner
	}
	return found, true
}

func isResource(company string) bool { return strings.HasPrefix(company, "COM") }

// partition returns the texts that fit, and the others.
func partition(texts []string, fits func(string) bool) (fit, rest []string) {
	for _, text := range texts {
		if fits(text) {
			fit = append(fit, text)
		} else {
			rest = append(rest, text)
		}
	}
	return fit, rest
}

// unresolved says how a delivery of nobody is answered. One that is signed and names nobody
// because it cannot be read at all is told so: that depends on nothing but the body.
func unresolved(d *delivery, claims callrail.Claims) error {
	named := len(d.route.tenants) > 0 || len(claims.Tenants) > 0 || len(claims.Companies) > 0
	if !named && callrail.Signed(d.header) {
		if _, err := callrail.Decode(d.body); err != nil {
			return fmt.Errorf("%w: %w", errUnreadable, err)
		}
	}
	return errUnauthorized
}

// verify checks the signature with the keys of each of the tenant's sources, or with the
// bootstrap key if there is no source yet. Complete is false if a key that might fit is not
// known, so that a signature which fits no other is not certainly wrong.
func (h *handler) verify(d *delivery) (verified, complete bool) {
	complete = true
	sources := 0
	for i := range d.tenant.Sources {
		src := &d.tenant.Sources[i]
		if src.Kind != tenant.SourceCallRail {
			continue
		}
		sources++
		keys, all := h.Keys.Keys(src)
		complete = complete && all
		if d.try(keys) == callrail.Unverified {
			continue
		}
		verified = true
		if d.source == nil || src.Status != tenant.Suspended { // of those that share a key, one that is active
			d.source = src
		}
	}
	if sources > 0 {
		return verified, complete
	}
	keys, complete := h.Keys.Bootstrap()
	// Only our own form: CallRail signs with keys of its own, never with this one.
	return d.try(keys) == callrail.SHA256, complete
}

// decode reads the verified body.
func (h *handler) decode(d *delivery) error {
	payload, err := callrail.Decode(d.body)
	if err != nil {
		return fmt.Errorf("%w: %w", errUnreadable, err)
	}
	d.payload, d.kind = payload, d.route.kind
	if d.kind == "" {
		d.kind = payload.Kind()
	}
	return nil
}

// check compares what the body claims with what was verified.
func (h *handler) check(d *delivery) error {
	claims := d.payload.Claims()
	if slices.ContainsFunc(claims.Tenants, func(id string) bool { return id != d.tenant.ID }) {
		return errUnauthorized // hidden from the peek by sheer size
	}
	own, foreign := false, false
	for _, company := range claims.Companies {
		owner, src, ok := h.Tenants.ByCompany(company)
		switch {
		case !ok:
		case owner.ID != d.tenant.ID:
			foreign = true
		default:
			own, d.source = true, src // the company says more than the key: sources may share one
		}
	}
	if foreign && !own { // one of a company's two ids is enough: somebody else may have registered the other
		return errForbidden
	}
	if _, err := d.payload.ID(); err != nil {
		return fmt.Errorf("%w: %w", errNoID, err)
	}
	return nil
}

// suspended reports whether nothing is to be done with the delivery, because its source is
// suspended. It is acknowledged all the same: CallRail may switch off what is refused.
func (d *delivery) suspended() bool {
	return !d.owed && d.source != nil && d.source.Status == tenant.Suspended
}

// reason returns under which reason the delivery is counted, unless it is rejected.
func (d *delivery) reason() string {
	if d.suspended() {
		return reasonSuspended
	}
	return string(d.kind)
}

// distinct returns the different values of both lists that are not empty.
func distinct(lists ...[]string) []string {
	var all []string
	for _, list := range lists {
		for _, s := range list {
			if s != "" && !slices.Contains(all, s) {
				all = append(all, s)
			}
		}
	}
	return all
}
