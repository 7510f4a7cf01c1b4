package dashboard

import (
	"testing"

	"github.com/your-org/multi-tenant-pipeline/internal/api/dashboard/assets"
	"github.com/your-org/multi-tenant-pipeline/internal/api/dashboard/web"
)

// Pages are parsed at the first look, which is too late to find that one cannot be.
func TestEveryTemplateParses(t *testing.T) {
	t.Parallel()
	r, err := web.NewRenderer(&assets.Set{}, areas(Config{}))
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Parse(); err != nil {
		t.Error(err)
	}
}
