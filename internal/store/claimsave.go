package store

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"cloud.google.com/go/spanner"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/stage"
)

// sourceCopy is what a claim last saw of what the source tells, which a modification may
// change while a step works.
type sourceCopy struct {
	details request.Details
	change  string // hash of the newest modification in it
}

// saving is what a step saves.
type saving struct {
	op        string
	request   *request.Request
	columns   values
	mutations []*spanner.Mutation
	result    stage.Result
}

// save writes what a step found out. Details that were modified since the claim saw them are
// not overwritten by its older copy: only what the step found out itself is added. Nor is
// what a person corrected meanwhile.
func (c *Claim) save(ctx context.Context, in saving) error {
	var saved sourceCopy
	err := c.hold(ctx, in.op, func(ctx context.Context, tx *spanner.ReadWriteTransaction, change string) ([]*spanner.Mutation, error) {
		saved = sourceCopy{details: in.request.Details, change: change}
		columns, ms := maps.Clone(in.columns), slices.Clone(in.mutations)
		if change != c.known.change {
			theirs, err := c.details(ctx, tx)
			if err != nil {
				return nil, err
			}
			if saved.details, err = rebase(c.known.details, in.request.Details, theirs); err != nil {
				return nil, err
			}
			columns["details"], columns["source_name"] = doc(saved.details), nullString(first(256, saved.details.Source))
		}
		if in.result.Analysis == nil {
			columns = c.withoutUnchanged(columns)
		} else {
			more, err := c.conclude(ctx, tx, in.result, columns)
			if err != nil {
				return nil, err
			}
			ms = append(ms, more...)
		}
		ms = append(ms, c.scope.update(c.Request.ID, columns))
		if in.result.Analysis == nil {
			return ms, nil
		}
		found := theirs(c.Request.Details, append(callerKeys(c.Request.Caller), in.result.People...))
		erasure, err := c.scope.eraseKnown(ctx, tx, c.Request, c.scope.personKeys(found))
		return append(ms, erasure...), err
	})
	if err != nil {
		return err
	}
	c.known, c.found, in.request.Details = saved, sharedColumns(in.request), saved.details
	return nil
}

func (c *Claim) details(ctx context.Context, tx *spanner.ReadWriteTransaction) (request.Details, error) {
	var d document[request.Details]
	row, err := tx.ReadRow(ctx, "requests", c.scope.key(c.Request.ID), []string{"details"})
	if err != nil {
		return d.Value, err
	}
	err = row.Columns(&d)
	return d.Value, err
}

// rebase returns theirs with the fields that mine has changed since base.
func rebase(base, mine, theirs request.Details) (request.Details, error) {
	var merged request.Details
	before, err := fields(base)
	if err != nil {
		return merged, err
	}
	ours, err := fields(mine)
	if err != nil {
		return merged, err
	}
	result, err := fields(theirs)
	if err != nil {
		return merged, err
	}
	for name := range before { // a field that was emptied is not in the encoding
		if _, ok := ours[name]; !ok {
			delete(result, name)
		}
	}
	for name, value := range ours {
		if !bytes.Equal(value, before[name]) {
			result[name] = value
		}
	}
	text, err := json.Marshal(result)
	if err != nil {
		return merged, fmt.Errorf("encode details: %w", err)
	}
	if err := json.Unmarshal(text, &merged); err != nil {
		return merged, fmt.Errorf("decode details: %w", err)
	}
	return merged, nil
}

// fields returns the details by the names under which they are stored.
func fields(d request.Details) (map[string]json.RawMessage, error) {
	text, err := json.Marshal(d)
	if err != nil {
		return nil, fmt.Errorf("encode details: %w", err)
	}
	named := map[string]json.RawMessage{}
	if err := json.Unmarshal(text, &named); err != nil {
		return nil, fmt.Errorf("decode details: %w", err)
	}
	return named, nil
}
