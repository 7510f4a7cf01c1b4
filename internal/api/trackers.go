package api

import (
	"fmt"
	"strings"

	"github.com/your-org/multi-tenant-pipeline/internal/analyze/wording"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

// trackers reports what the document cannot say about a company's trackers.
func (w *wrong) trackers(all []tenant.Tracker) {
	var names []string
	for i, t := range all {
		place := fmt.Sprintf("settings.trackers.%d.", i)
		if strings.TrimSpace(t.Name) != t.Name {
			w.add(place+"name", "it must not be empty, nor begin or end with a space")
		}
		w.unique(place+"name", t.Name, &names)
		for j, phrase := range t.Phrases {
			if len(wording.Words(phrase)) == 0 {
				w.add(fmt.Sprintf("%sphrases.%d", place, j), "there is no word in it")
			}
		}
	}
}
