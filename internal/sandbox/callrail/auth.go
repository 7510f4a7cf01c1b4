package callrail

import (
	"fmt"
	"hash/fnv"
	"net/http"
	"regexp"
	"slices"

	"github.com/your-org/multi-tenant-pipeline/internal/sandbox/journal"
)

// tokenHeader is the only form of credential that the API takes.
var tokenHeader = regexp.MustCompile(`^Token token="?([^"\s]+)"?$`)

// viewer is what a key may see: exactly its user's companies.
type viewer struct{ companies []*Company }

// company returns the visible company with a COM… id.
func (v viewer) company(resourceID string) (*Company, bool) {
	i := slices.IndexFunc(v.companies, func(c *Company) bool { return c.ResourceID == resourceID })
	if i < 0 {
		return nil, false
	}
	return v.companies[i], true
}

func (v viewer) sees(c *Company) bool { return slices.Contains(v.companies, c) }

type handler func(w http.ResponseWriter, r *http.Request, v viewer)

// signedIn admits requests with a known key that is within its account's limits.
func (s *Server) signedIn(next handler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		v := s.viewerOf(r)
		if len(v.companies) == 0 {
			refuse(w, http.StatusUnauthorized, "HTTP Token: Access denied.")
			return
		}
		if len(v.companies) == 1 {
			journal.SetTenant(r.Context(), v.companies[0].TenantID)
		}
		if !s.withinLimits(v.companies[0].AccountID) {
			refuse(w, http.StatusTooManyRequests, "Rate limit exceeded.")
			return
		}
		next(w, r, v)
	}
}

// inAccount admits what signedIn does, and narrows the view to the account in the path.
func (s *Server) inAccount(next handler) http.HandlerFunc {
	return s.signedIn(func(w http.ResponseWriter, r *http.Request, v viewer) {
		account := r.PathValue("account")
		v.companies = slices.DeleteFunc(slices.Clone(v.companies), func(c *Company) bool {
			return c.AccountID != account && numericID(c.AccountID) != account
		})
		if len(v.companies) == 0 {
			refuse(w, http.StatusNotFound, "Account not found.")
			return
		}
		next(w, r, v)
	})
}

func (s *Server) viewerOf(r *http.Request) viewer {
	match := tokenHeader.FindStringSubmatch(r.Header.Get("Authorization"))
	if match == nil {
		return viewer{}
	}
	var v viewer
	for _, c := range s.companies {
		if c.APIKey == match[1] {
			v.companies = append(v.companies, c)
		}
	}
	return v
}

func (s *Server) withinLimits(account string) bool {
	q := s.quotas[account]
	if _, ok := q.hour.Take(); !ok {
		return false
	}
	_, ok := q.day.Take()
	return ok
}

// numericID returns the nine-digit number that names an account beside its ACC… id.
func numericID(accountID string) string {
	h := fnv.New32a()
	_, _ = h.Write([]byte(accountID)) // never fails
	return fmt.Sprintf("%09d", 100_000_000+h.Sum32()%900_000_000)
}

func (s *Server) listAccounts(w http.ResponseWriter, r *http.Request, v viewer) {
	fields, ok := selectFields(w, r, []string{"id", "name", "hipaa_account"}, []string{"numeric_id"})
	if !ok {
		return
	}
	var rows []map[string]any
	for _, c := range v.companies {
		if slices.ContainsFunc(rows, func(row map[string]any) bool { return row["id"] == c.AccountID }) {
			continue
		}
		rows = append(rows, map[string]any{
			"id": c.AccountID, "name": c.Name, "hipaa_account": false, "numeric_id": numericID(c.AccountID),
		})
	}
	answerPage(w, r, "accounts", project(rows, fields))
}
