package store

import (
	"context"
	"maps"
	"strings"

	"cloud.google.com/go/spanner"
	"google.golang.org/grpc/codes"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/stage"
)

// answerColumns returns the columns in which the request's row shows its analysis.
func answerColumns(a *request.Analysis) values {
	return values{
		"intent": nullString(a.Intent), "project_type": nullString(a.ProjectType), "timeline": nullString(a.Timeline),
		"budget": nullString(a.Budget.Signal), "summary": nullString(a.Summary), "score_band": nullString(string(a.ScoreBand)),
		"lead_score": spanner.NullInt64{Int64: int64(a.LeadScore), Valid: a.ScoreBand != ""},
	}
}

// shared are the columns that a step and a person who corrects an answer both write.
var shared = []string{
	"intent", "project_type", "timeline", "budget", "summary", "score_band", "lead_score",
	"caller_name", "caller_phone", "caller_email",
}

// sharedColumns returns those columns as the request has them.
func sharedColumns(r *request.Request) values {
	all, some := findings(r), values{}
	for _, name := range shared {
		some[name] = all[name]
	}
	return some
}

// withoutUnchanged returns the columns without those that the step leaves as it found them:
// a person may have corrected them meanwhile.
func (c *Claim) withoutUnchanged(columns values) values {
	rest := maps.Clone(columns)
	for name, before := range c.found {
		if after, ok := rest[name]; ok && after == before {
			delete(rest, name)
		}
	}
	return rest
}

// conclude adds to the columns what people have corrected in an earlier analysis of the
// request, which holds for the new one too, and returns what makes the request found by it.
func (c *Claim) conclude(ctx context.Context, tx *spanner.ReadWriteTransaction, result stage.Result, columns values) ([]*spanner.Mutation, error) {
	made, err := c.scope.readCorrections(ctx, tx, c.Request.ID)
	if err != nil {
		return nil, err
	}
	answer, r := result.Analysis.Corrected(made.list()), *c.Request
	if len(made) > 0 {
		maps.Copy(columns, answerColumns(answer))
		made.apply(&r.Caller, columns)
	}
	transcript := result.Transcript
	if transcript == nil {
		if transcript, err = readBody[request.Transcript](ctx, tx, "transcripts", c.scope.key(r.ID)); err != nil {
			return nil, err
		}
	}
	keys := theirs(r.Details, append(callerKeys(r.Caller), result.People...))
	return append(c.scope.people(r.ID, r.ReceivedAt, keys), c.scope.searchDocument(&r, answer, transcript)), nil
}

// readBody reads the document of a request's row in a child table, nil if there is none.
func readBody[T any](ctx context.Context, r reader, table string, key spanner.Key) (*T, error) {
	row, err := r.ReadRow(ctx, table, key, []string{"body"})
	if spanner.ErrCode(err) == codes.NotFound {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var d document[T]
	if err := row.Columns(&d); err != nil {
		return nil, err
	}
	return &d.Value, nil
}

// searchDocument returns the mutation that writes the words by which full-text search finds
// the request. It is written without the search index too, so that switching that on finds
// what came before.
func (s *Scope) searchDocument(r *request.Request, a *request.Analysis, t *request.Transcript) *spanner.Mutation {
	lines := []string{r.Caller.Name}
	if a.Customer.Name != r.Caller.Name {
		lines = append(lines, a.Customer.Name)
	}
	lines = append(lines, a.Summary)
	if t != nil {
		for _, segment := range t.Segments {
			lines = append(lines, segment.Text)
		}
	}
	return spanner.InsertOrUpdateMap("search_documents", map[string]any{
		"tenant_id": s.tenant, "request_id": r.ID, "received_us": r.ReceivedAt.UnixMicro(),
		"body": first(maxWords, strings.ToValidUTF8(strings.Join(lines, "\n"), "")),
	})
}

// maxWords is how much of a request can be searched, in letters: an hour of talk is a tenth of it.
const maxWords = 500_000
