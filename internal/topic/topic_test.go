package topic

import (
	"testing"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

func TestEveryStatusThatIsNotSettledHasATopicOfItsOwn(t *testing.T) {
	t.Parallel()
	seen := map[Name]request.Status{}
	for _, status := range request.Statuses() {
		name, ok := ForStatus(status)
		if ok == status.Settled() {
			t.Errorf("ForStatus(%s) = %q, %t, but settled is %t", status, name, ok, status.Settled())
		}
		if !ok {
			continue
		}
		if want := Name("request-" + string(status)); name != want {
			t.Errorf("ForStatus(%s) = %s, want %s", status, name, want)
		}
		if other, taken := seen[name]; taken {
			t.Errorf("%s and %s share %s", status, other, name)
		}
		seen[name] = status
	}
}
