package store

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"cloud.google.com/go/spanner"
	"google.golang.org/grpc/codes"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

// written are the names that CallRail gives to what we write back, in a modification's list.
var written = []string{"tags", "tag", "note", "value", "lead_status"}

// ownChange reports whether a modification tells about nothing but what we wrote back: CallRail
// delivers those like everybody's. It is decided by what a delivery's ledger says was written,
// which was saved before the call to CallRail.
func (s *Scope) ownChange(ctx context.Context, r reader, row *requestRow, in request.Intake) (bool, error) {
	foreign := func(name string) bool { return !slices.Contains(written, name) }
	if len(in.Changes) == 0 || slices.ContainsFunc(in.Changes, foreign) {
		return false, nil
	}
	if in.Request.Details.HasRecording && !row.Recording.Value.Came() {
		return false, nil // the first audio is news, whatever came with it
	}
	read, err := r.ReadRow(ctx, "deliveries", s.key(row.RequestID, request.ConnectorCallRail), []string{"ledger"})
	if spanner.ErrCode(err) == codes.NotFound {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	var ledger document[[]request.LedgerEntry]
	if err := read.Column(0, &ledger); err != nil {
		return false, err
	}
	for _, e := range ledger.Value {
		if e.Wrote != nil && wroteAll(*e.Wrote, row.Details.Value, in.Request.Details) {
			return true, nil
		}
	}
	return false, nil
}

// wroteAll reports whether every difference between what is known and what a modification
// says is one that we wrote.
func wroteAll(wrote request.SourceUpdate, known, now request.Details) bool {
	for _, tag := range now.Tags {
		if !hasTag(known.Tags, tag) && !hasTag(wrote.Tags, tag) {
			return false
		}
	}
	for _, tag := range known.Tags {
		if !hasTag(now.Tags, tag) { // we never take one away
			return false
		}
	}
	return (now.Note == known.Note || wrote.Note != "" && now.Note == wrote.Note) &&
		(now.LeadStatus == known.LeadStatus || wrote.LeadStatus != "" && now.LeadStatus == wrote.LeadStatus) &&
		(sameAmount(now.Value, known.Value) || wrote.Value != "" && sameAmount(now.Value, wrote.Value))
}

func hasTag(tags []string, tag string) bool {
	return slices.ContainsFunc(tags, func(t string) bool { return strings.EqualFold(t, tag) })
}

// sameAmount compares amounts of money however they are written: "$1.00" is "1".
func sameAmount(a, b string) bool {
	if a == b {
		return true
	}
	x, errX := amount(a)
	y, errY := amount(b)
	return errX == nil && errY == nil && x == y
}

func amount(s string) (float64, error) {
	return strconv.ParseFloat(strings.NewReplacer("$", "", ",", "").Replace(s), 64)
}
