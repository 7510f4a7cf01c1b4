package notify

import (
	"context"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/workflow"
)

// channel is one way to tell one group of people.
type channel struct {
	name string // slack:<name> or email:<name>: its key in the ledger of notices
	told bool   // already, of a lower band
	send func(context.Context, channel, card) (outcome string, err error)

	members members // of a mail list: who of it was told, while others are tried again
}

// told is the outcome of a message that everybody got.
const told = "told"

// refusal says that a channel does not take the message, and would not later.
type refusal struct {
	why       string
	recipient bool // it is about one of several recipients
}

func (r *refusal) Error() string { return "refused: " + r.why }

// due returns the channels that the plan tells of a, and that were not told of its band yet.
func due(channels []channel, plan workflow.Plan, a *request.Analysis, notices []request.Notice) []channel {
	var out []channel
	for _, ch := range channels {
		rank, told := highest(notices, ch.name)
		if !plan.Tells(ch.name) || (told && rank >= a.ScoreBand.Rank()) {
			continue
		}
		ch.told, ch.members = told, members{notices: notices, list: ch.name, band: a.ScoreBand}
		out = append(out, ch)
	}
	return out
}

// highest returns the rank of the highest band that a channel was told of.
func highest(notices []request.Notice, name string) (rank int, told bool) {
	for _, n := range notices {
		if n.Channel == name {
			rank, told = max(rank, n.Band.Rank()), true
		}
	}
	return rank, told
}
