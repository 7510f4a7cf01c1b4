package api_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/your-org/multi-tenant-pipeline/internal/api"
	"github.com/your-org/multi-tenant-pipeline/internal/api/access"
)

// canaries of what one tenant has and the other must never see.
const (
	canary = "canary-hummingbird"
	secret = "wants the canary-hummingbird kitchen"
)

func TestAnotherTenantsAddressIsLikeOneThatDoesNotExist(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	mine, theirs := w.call(t, demo, "CAL1"), w.call(t, other, "CAL1")
	foreign := w.get(t, requestsPath("tenant_nobody"), w.token(t, access.TenantAdmin, demo))
	for _, role := range []access.Role{access.TenantViewer, access.TenantAdmin} {
		token := w.token(t, role, demo)
		for _, path := range []string{
			requestsPath(other), requestPath(other, theirs), requestPath(other, mine), requestPath(demo, theirs),
			requestsPath(other) + "?limit=0", requestsPath("%74enant_other"), requestsPath("tenant_demo%2F..%2Ftenant_other"),
			requestsPath("%2574enant_other"),
		} {
			got := w.get(t, path, token)
			if diff := cmp.Diff(string(foreign.body), string(got.body)); got.status != http.StatusNotFound || diff != "" {
				t.Errorf("%s %s: got %d, unlike what does not exist:\n%s", role, path, got.status, diff)
			}
		}
	}
}

func TestWithoutAValidTokenTheWayInIsTold(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	good := w.token(t, access.TenantViewer, demo)
	for name, test := range map[string]struct {
		header []string
		code   api.ProblemCode
	}{
		"none":          {nil, api.ProblemCodeMissingToken},
		"basic":         {[]string{"Basic YW5uOnNlY3JldA=="}, api.ProblemCodeInvalidToken},
		"no scheme":     {[]string{good}, api.ProblemCodeInvalidToken},
		"two tokens":    {[]string{"Bearer " + good, "Bearer " + good}, api.ProblemCodeInvalidToken},
		"nothing in it": {[]string{"Bearer "}, api.ProblemCodeInvalidToken},
		"invented":      {[]string{"Bearer hunter2"}, api.ProblemCodeInvalidToken},
		"oversized":     {[]string{"Bearer " + strings.Repeat("x", 9<<10)}, api.ProblemCodeInvalidToken},
	} {
		got := w.do(t, http.MethodGet, requestsPath(demo)+"?limit=0", http.Header{"Authorization": test.header})
		problem := decode[api.Problem](t, got)
		if got.status != http.StatusUnauthorized || problem.Code != test.code {
			t.Errorf("%s: got %d %s", name, got.status, got.body)
		}
		if challenge := got.header.Get("WWW-Authenticate"); !strings.HasPrefix(challenge, "Bearer ") {
			t.Errorf("%s: got WWW-Authenticate %q", name, challenge)
		}
	}
	lower := w.do(t, http.MethodGet, requestsPath(demo), http.Header{"Authorization": {"bearer " + good}})
	if lower.status != http.StatusOK || lower.header.Get("Cache-Control") != "no-store" {
		t.Errorf("scheme in lower case: got %d %v", lower.status, lower.header)
	}
}

func TestAnEscapedAddressIsTheSameAddress(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	id, token := w.call(t, demo, "CAL1"), w.token(t, access.TenantViewer, demo)
	for _, path := range []string{requestsPath("%74enant%5Fdemo"), requestPath("tenant%5Fdemo", "%72"+id[1:])} {
		if got := w.get(t, path, token); got.status != http.StatusOK || !strings.Contains(string(got.body), id) {
			t.Errorf("%s: got %d %s", path, got.status, got.body)
		}
	}
}

func TestATenantThatDoesNotExistIsNotAnEmptyOne(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	token := w.token(t, access.PlatformAdmin, "")
	if got := w.get(t, requestsPath("tenant_nobody"), token); got.status != http.StatusNotFound {
		t.Errorf("nobody's: got %d", got.status)
	}
	page := w.get(t, requestsPath(other), token)
	if diff := cmp.Diff(`{"next_page_token":"","requests":[]}`+"\n", string(page.body)); diff != "" {
		t.Error(diff)
	}
}
