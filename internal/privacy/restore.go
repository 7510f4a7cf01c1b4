package privacy

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/your-org/multi-tenant-pipeline/internal/store"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

// restoreActor is who the pauses and jobs of a restore are by.
const restoreActor = "restore"

// Restored makes a database that was restored ready to be served from, before anything
// serves from it. It can be repeated. Every step is paused and stays so until people have looked
// at what they have; what was noted of deliveries is not trusted, because the CRMs hold records
// that the database no longer knows of; and everybody who was erased meanwhile is erased again,
// which jobs do while the steps are paused. It returns how many erasures it read.
func Restored(ctx context.Context, s *store.Store, notes Notes) (int, error) {
	for subject, reason := range map[string]string{
		tenant.PauseAll:   "the database was restored: resume once the erasures are done",
		tenant.PauseTrust: "the database was restored: resume once nothing from before is open",
	} {
		p := tenant.Pause{Subject: subject, Reason: reason, Actor: restoreActor}
		if err := s.Operator().PutPause(ctx, p); err != nil {
			return 0, fmt.Errorf("pause %s: %w", subject, err)
		}
	}
	n, err := Replay(ctx, s, notes)
	slog.InfoContext(ctx, "restored database paused and erasures queued", "erasures", n)
	return n, err
}
