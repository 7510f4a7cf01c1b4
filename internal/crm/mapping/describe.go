package mapping

import (
	"context"
	"fmt"

	"github.com/your-org/multi-tenant-pipeline/internal/crm"
)

// Describe asks a connector for the fields of its records, for Check. Nil: it cannot say.
func Describe(ctx context.Context, c crm.Connector) (map[string][]crm.FieldInfo, error) {
	describer, ok := c.(crm.Describer)
	if !ok {
		return nil, nil
	}
	fields := make(map[string][]crm.FieldInfo)
	for _, step := range c.Steps() {
		infos, err := describer.Describe(ctx, step.Name)
		if err != nil {
			return nil, fmt.Errorf("describe %s: %w", step.Name, err)
		}
		if infos != nil {
			fields[step.Name] = infos
		}
	}
	return fields, nil
}
