package sweep

import (
	"context"

	"github.com/your-org/multi-tenant-pipeline/internal/store"
	"github.com/your-org/multi-tenant-pipeline/internal/topic"
)

// keepLetter makes dead letters rows that people can see.
func keepLetter(operator *store.Operator) topic.KeepFunc {
	return func(ctx context.Context, l topic.Letter) (bool, error) {
		return operator.KeepDeadLetter(ctx, store.DeadLetter{
			ID: l.ID, TenantID: l.Message.TenantID, RequestID: l.Message.RequestID, Topic: string(l.Topic), Attempts: l.Attempts,
			Message: store.LetterMessage{Attributes: l.Attributes, Data: l.Data, Cut: l.Cut},
		})
	}
}
