package expr_test

import (
	"fmt"
	"sync"
	"testing"

	"github.com/your-org/multi-tenant-pipeline/internal/expr"
)

// Under the race detector this fails if expressions are checked beside each other.
func TestExpressionsAreCompiledAtTheSameTime(t *testing.T) {
	t.Parallel()
	var all sync.WaitGroup
	for i := range 20 {
		all.Go(func() {
			if _, err := expr.Compile(fmt.Sprintf("nobody_knows_%d == 1", i), expr.Bool); err == nil {
				t.Error("an unknown name was accepted")
			}
		})
		all.Go(func() {
			if _, err := expr.Compile(fmt.Sprintf("[1, 2, %d].exists(n, n > %d)", i, i), expr.Bool); err != nil {
				t.Errorf("compile: %v", err)
			}
		})
	}
	all.Wait()
}
