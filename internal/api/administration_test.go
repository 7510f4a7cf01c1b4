package api

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/your-org/multi-tenant-pipeline/internal/crm"
	"github.com/your-org/multi-tenant-pipeline/internal/secret"
)

// safe is a vault of which nothing can be read, and what the API keeps past it.
type safe struct {
	Secrets

	reads error
	keeps error
	kept  string
}

func (s *safe) Renew(context.Context, func(context.Context, string) (string, error)) (string, error) {
	return "", &crm.Error{Fault: crm.Transient, Op: "read credentials", Err: fmt.Errorf("read secret: %w", s.reads)}
}

func (s *safe) Keep(_ context.Context, _, value, _ string) error {
	s.kept = value
	return s.keeps
}

// audited is a scope that only has an audit log.
type audited struct{ Scope }

func (audited) Audit(context.Context, string, string, string) error { return nil }

func TestATenantsFirstSecretIsMadeWhateverItsAbsenceIsCalled(t *testing.T) {
	t.Parallel()
	refused := errors.New("secrets.create denied")
	for name, test := range map[string]struct {
		safe safe
		kept string
		want error
	}{
		"it is not there":                       {safe{reads: secret.ErrNotFound}, "first", nil},
		"it may not be read, or is not there":   {safe{reads: secret.ErrDenied}, "first", nil},
		"it may not be read, and not made":      {safe{reads: secret.ErrDenied, keeps: refused}, "first", refused},
		"nothing can be said of it at the time": {safe{reads: context.DeadlineExceeded}, "", context.DeadlineExceeded},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := test.safe
			h := &handlers{deps: Deps{Secrets: &s, Vault: func(string, string) crm.Vault { return &s }}}
			got, err := h.keep(t.Context(), &office{tenantID: "acme", scope: audited{}}, "crm_hubspot", "first")
			if !errors.Is(err, test.want) || (err == nil) != (test.want == nil) || s.kept != test.kept {
				t.Errorf("kept %q as %q: %v, want %q and %v", s.kept, got, err, test.kept, test.want)
			}
		})
	}
}
