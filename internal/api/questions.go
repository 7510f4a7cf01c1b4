package api

import (
	"fmt"
	"slices"
	"strings"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

// questions reports what the document cannot say about a company's own questions.
func (w *wrong) questions(all []request.Question) {
	for i, q := range all {
		place := fmt.Sprintf("settings.questions.%d.", i)
		for _, err := range q.Check() {
			field, why, _ := strings.Cut(err.Error(), ": ")
			w.add(place+field, why)
		}
		if slices.ContainsFunc(all[:i], func(before request.Question) bool { return before.ID == q.ID }) {
			w.add(place+"id", "another question has this id")
		}
	}
}
