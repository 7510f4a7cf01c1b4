package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

func decode(data []byte, into any) error { return json.Unmarshal(data, into) }

// outside are the systems in which a lead leaves something.
var outside = []string{"hubspot", "salesforce", "pipedrive", "custom", "slack", "email", "speech"}

// afterwards is all that is there when everything has come to rest, of one tenant.
type afterwards struct {
	tenant   tenant
	canary   string
	requests map[string]found
	holds    map[string]holding
}

// inventory reads what is there of all tenants. Requests that nobody planned are seen as far as
// requests can be listed.
func (s *stack) inventory(ctx context.Context, items []*item) ([]afterwards, error) {
	var all []afterwards
	for i, t := range s.Tenants {
		a := afterwards{tenant: t, canary: canaries[i], holds: map[string]holding{}}
		var err error
		if a.requests, err = s.details(ctx, t, planned(items, i, t)); err != nil {
			return nil, err
		}
		for _, system := range outside {
			if a.holds[system], err = s.inspect(ctx, system, t); err != nil {
				return nil, err
			}
		}
		all = append(all, a)
	}
	return all, nil
}

// verify compares what is there with what was acknowledged.
func verify(r *report, s *stack, items []*item, all []afterwards, kills []kill) {
	for _, it := range items {
		r.account(it, s.Tenants[it.tenant], all[it.tenant].requests)
	}
	known := map[string]bool{}
	for _, it := range items {
		known[it.requestID(s.Tenants[it.tenant])] = true
	}
	for _, a := range all {
		for id := range a.requests {
			if !known[id] {
				r.breach("invented", "request %s of %s is nobody's", id, a.tenant.ID)
			}
		}
		r.contacts(a)
		for _, f := range a.requests {
			r.records(a, f)
		}
		r.speech(a)
		r.canaries(a, all)
	}
	r.notices(all, kills)
}

// account tells what became of one item.
func (r *report) account(it *item, t tenant, requests map[string]found) {
	r.Sent += it.sent
	r.SentAgain += it.again
	r.Acknowledged += len(it.acked)
	for _, wrong := range it.wrong {
		r.breach("answer", "%s: %s", it.id, wrong)
	}
	f, exists := requests[it.requestID(t)]
	acknowledged := it.acknowledged()
	switch {
	case acknowledged && !exists:
		r.breach("lost", "%s (%s) was acknowledged and is not there", it.id, it.shape)
		return
	case !exists:
		r.Refused++
		return
	case !acknowledged:
		r.Recovered["kept, but its answer was lost"]++
	}
	r.Requests++
	switch {
	case f.Status == "failed" && f.Reason == "":
		r.breach("lost", "%s failed without a reason", f.RequestID)
	case f.Status == "failed":
		r.Failed[f.Reason]++
	case !f.settled():
		r.breach("lost", "%s (%s) did not come to rest: %s, %s, %s", f.RequestID, it.shape, f.Status, f.CRMState, f.Reason)
	case it.heard() && f.transcribed() == notRecorded:
		r.breach("lost", "%s: the recording came late and was acknowledged, and nobody listened to it", f.RequestID)
	default:
		r.Completed++
	}
	for _, event := range f.Timeline {
		r.occurred(event)
	}
}

// notRecorded begins what the timeline says of a call that had no recording to wait for.
const notRecorded = "no audio: not_recorded"

// transcribed returns what the timeline says of the last transcription.
func (f found) transcribed() string {
	detail := ""
	for _, e := range f.Timeline {
		if e.Step == "transcribe" && e.Name == "done" {
			detail, _, _ = strings.Cut(e.Detail, ";")
		}
	}
	return detail
}

// contacts counts the records of each person in each CRM, by phone number.
func (r *report) contacts(a afterwards) {
	for system, kind := range map[string]string{"hubspot": "contacts", "salesforce": "Lead", "pipedrive": "persons"} {
		count := map[string]int{}
		for _, o := range a.holds[system].Objects {
			if o.Type == kind {
				for _, phone := range distinct(phonePattern, o.Fields) {
					count[phone]++
				}
			}
		}
		for phone, n := range count {
			if n > 1 {
				r.breach("doubled", "%s: %d %s of one person (%s) of %s", system, n, kind, phone, a.tenant.ID)
			}
		}
		r.Records[system+" "+kind] += len(count)
	}
}

var (
	phonePattern   = regexp.MustCompile(`[2-9][0-9]{2}[-. )]*555[-. ]*01[0-9]{2}`)
	requestPattern = regexp.MustCompile(`req_[a-z2-7]{26}`)
)

// distinct returns the different matches in a text, without what is between digits.
func distinct(pattern *regexp.Regexp, text []byte) []string {
	seen := map[string]bool{}
	for _, match := range pattern.FindAll(text, -1) {
		seen[strings.NewReplacer("-", "", ".", "", " ", "", ")", "").Replace(string(match))] = true
	}
	return slices.Sorted(maps.Keys(seen))
}

// recordTypes are what a step of a delivery makes in each CRM, of which a request has one.
var recordTypes = map[string]map[string][]string{
	"hubspot":    {"deal": {"deals"}, "call": {"calls", "notes"}},
	"salesforce": {"call": {"Task"}},
	"pipedrive":  {"deal": {"leads", "deals"}, "call": {"notes", "activities"}},
}

// records counts a request's records in each CRM: none twice, and all that the pipeline says
// it has made.
func (r *report) records(a afterwards, f found) {
	for _, d := range f.Deliveries {
		if (d.State == "parked" || d.State == "failed") && d.Error == "" {
			r.breach("lost", "%s: delivery to %s is %s without a reason", f.RequestID, d.Destination, d.State)
		}
		r.Deliveries[d.State]++
		made := map[string]bool{}
		for _, e := range d.Ledger {
			made[e.Step] = e.RemoteID != ""
		}
		for step, types := range recordTypes[d.Destination] {
			n := a.count(d.Destination, f.RequestID, types...)
			switch {
			case n > 1:
				r.breach("doubled", "%s: %d records of step %s in %s", f.RequestID, n, step, d.Destination)
			case n == 0 && d.State == "done" && made[step]:
				r.breach("lost", "%s: step %s in %s is said to be done and left nothing", f.RequestID, step, d.Destination)
			}
		}
		if n := a.count("custom", f.RequestID, "deliveries"); d.Destination == "custom" && n > d.Revision {
			r.breach("doubled", "%s: custom took %d different deliveries of %d revisions", f.RequestID, n, d.Revision)
		}
	}
}

// count returns how many objects of some types name a request.
func (a afterwards) count(system, requestID string, types ...string) int {
	n := 0
	for _, o := range a.holds[system].Objects {
		if slices.Contains(types, o.Type) && bytes.Contains(o.Fields, []byte(requestID)) {
			n++
		}
	}
	return n
}

// speech counts the operations of each recording. A second one is right only after the first
// was lost or failed.
func (r *report) speech(a afterwards) {
	count, lost := map[string]int{}, map[string]int{}
	for _, o := range a.holds["speech"].Objects {
		var fields struct {
			URI   string `json:"uri"`
			Lost  bool   `json:"lost"`
			Error string `json:"error"`
		}
		if err := decode(o.Fields, &fields); err != nil {
			r.breach("unreadable", "speech operation: %v", err)
			continue
		}
		count[fields.URI]++
		if fields.Lost || fields.Error != "" {
			lost[fields.URI]++
		}
	}
	for uri, n := range count {
		r.Records["speech operations"] += n
		if n > 1+lost[uri] {
			r.breach("doubled", "%d speech operations for %s, of which %d were lost", n, uri, lost[uri])
		}
	}
}

// canaries looks for other tenants' words.
func (r *report) canaries(a afterwards, all []afterwards) {
	for _, other := range all {
		if other.tenant.ID == a.tenant.ID {
			continue
		}
		for system, h := range a.holds {
			for _, o := range h.Objects {
				if contains(o.Fields, other.canary) {
					r.breach("foreign", "%s: %s %s of %s holds what is %s's", system, o.Type, o.ID, a.tenant.ID, other.tenant.ID)
				}
			}
		}
		for id, f := range a.requests {
			if contains(f.raw, other.canary) {
				r.breach("foreign", "request %s of %s holds what is %s's", id, a.tenant.ID, other.tenant.ID)
			}
		}
	}
}

func contains(text []byte, word string) bool {
	return bytes.Contains(bytes.ToLower(text), []byte(strings.ToLower(word)))
}

func (r *report) breach(kind, format string, args ...any) {
	r.Breaches = append(r.Breaches, breach{kind, fmt.Sprintf(format, args...)})
}
