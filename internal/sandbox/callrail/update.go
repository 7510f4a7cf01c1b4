package callrail

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"
)

// money is what the value of a call may look like.
var money = regexp.MustCompile(`^\$?\d+(\.\d{1,2})?$`)

// updateCall changes a call and sets off Call Modified, as every change does.
func (s *Server) updateCall(w http.ResponseWriter, r *http.Request, v viewer) {
	var change map[string]any
	if !decode(w, r, &change) {
		return
	}
	fields, ok := selectFields(w, r, defaultCallFields, extraCallFields)
	if !ok {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	c, ok := s.visibleCall(r, v)
	if !ok {
		refuse(w, http.StatusNotFound, "Call not found.")
		return
	}
	changed, err := applyChange(c.members, change)
	if err != nil {
		refuse(w, http.StatusBadRequest, err.Error())
		return
	}
	if c.spam = truth(c.members["spam"]); len(changed) > 0 {
		s.announceChange(r.Context(), c, changed)
	}
	answer(w, http.StatusOK, projectOne(s.inAPI(c), fields))
}

// announceChange delivers Call Modified to those who registered for it. The caller holds
// the lock.
func (s *Server) announceChange(ctx context.Context, c *call, changed []string) {
	kind := KindCallModified
	if text(c.members["direction"]) == "outbound" {
		kind = KindOutboundModified
	}
	d, err := s.prepare(c.company, kind, c.members, changed)
	if errors.Is(err, ErrNotRegistered) {
		return
	}
	s.later(ctx, func(ctx context.Context) error {
		if err != nil {
			return err
		}
		_, err := s.post(ctx, d)
		return err
	})
}

// applyChange writes the members that may be written, and returns the names of those
// that differ now. What is omitted stays, null and "" clear.
func applyChange(members, change map[string]any) ([]string, error) {
	next := map[string]any{}
	for name, value := range change {
		written, err := changedValue(members, change, name, value)
		if err != nil {
			return nil, err
		}
		if name != "append_tags" {
			next[name] = written
		}
	}
	var changed []string
	for _, name := range sortedKeys(next) {
		if fmt.Sprint(members[name]) != fmt.Sprint(next[name]) {
			changed = append(changed, name)
		}
		members[name] = next[name]
	}
	return changed, nil
}

func changedValue(members, change map[string]any, name string, value any) (any, error) {
	switch name {
	case "note", "customer_name":
		return text(value), nil
	case "append_tags", "spam":
		return value, nil
	case "tags":
		return changedTags(members, change, value)
	case "value":
		if v := text(value); v != "" && !money.MatchString(v) {
			return nil, errors.New("value is not an amount")
		}
		return text(value), nil
	case "lead_status":
		return changedLeadStatus(members, value)
	default:
		return nil, fmt.Errorf("unknown field: %s", name)
	}
}

// changedTags returns the tags after the change: the new ones only, unless they are to
// be appended.
func changedTags(members, change map[string]any, value any) (any, error) {
	tags, ok := value.([]any)
	if !ok && value != nil {
		return nil, errors.New("tags is not a list")
	}
	if !truth(change["append_tags"]) {
		return tags, nil
	}
	old, _ := members["tags"].([]any)
	all := slices.Clone(old)
	for _, tag := range tags {
		if !slices.Contains(all, tag) {
			all = append(all, tag)
		}
	}
	return all, nil
}

func changedLeadStatus(members map[string]any, value any) (any, error) {
	switch text(value) {
	case "", "not_a_lead":
		return text(value), nil
	case "good_lead":
		if text(members["lead_status"]) == "previously_marked_good_lead" {
			return nil, errors.New("call was previously marked as a good lead")
		}
		return "good_lead", nil
	default:
		return nil, errors.New("invalid lead_status")
	}
}
