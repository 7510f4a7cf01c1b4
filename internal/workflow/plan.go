package workflow

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/your-org/multi-tenant-pipeline/internal/expr"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

// Plan is what becomes of one request.
type Plan struct {
	Destinations []Destination         `json:"destinations"` // every active integration, in the tenant's order
	Channels     []Channel             `json:"channels"`     // every channel, Slack's first
	Urgent       bool                  `json:"urgent"`       // a lead to be called back at once
	Tags         []string              `json:"tags,omitempty"`
	Owner        tenant.Owner          `json:"owner,omitzero"`
	CallRail     *request.SourceUpdate `json:"callrail,omitempty"` // what to write back; nil: nothing
	Trace        []Step                `json:"trace"`              // each rule, in order
	Warnings     []string              `json:"warnings,omitempty"`
}

// Destination is what an integration gets.
type Destination struct {
	ID   string `json:"integration_id"`
	Kind string `json:"kind"`
	Skip string `json:"skip,omitempty"` // why it gets nothing; empty: it gets the request

	Nowhere bool `json:"-"` // with Skip: no other destination gets it either
}

// Channel is whether people are told.
type Channel struct {
	Name string `json:"channel"` // slack:<name> or email:<name>
	Told bool   `json:"told"`
	Why  string `json:"why"`
}

// Step says what a rule did and why.
type Step struct {
	Rule    int            `json:"rule"` // index from 0
	Name    string         `json:"name"`
	Matched bool           `json:"matched"`
	Why     string         `json:"why"`
	Error   string         `json:"error,omitempty"` // why its condition failed; it counts as not matching
	Used    map[string]any `json:"used,omitempty"`  // what its expression looked at, with the values
}

// Destination returns what an integration gets, nil if it is not active.
func (p Plan) Destination(id string) *Destination {
	if i := slices.IndexFunc(p.Destinations, func(d Destination) bool { return d.ID == id }); i >= 0 {
		return &p.Destinations[i]
	}
	return nil
}

// Tells reports whether a channel's people are told.
func (p Plan) Tells(channel string) bool {
	return slices.ContainsFunc(p.Channels, func(c Channel) bool { return c.Name == channel && c.Told })
}

// Fired returns the names of the rules that matched.
func (p Plan) Fired() []string {
	var names []string
	for _, step := range p.Trace {
		if step.Matched {
			names = append(names, step.Name)
		}
	}
	return names
}

// choice is a selection and the rule that made it.
type choice struct {
	tenant.Selection
	by     string
	reason string // of skipping everything
}

// decision collects what the rules say.
type decision struct {
	subject      expr.Subject
	destinations choice
	notify       choice
	nonLeads     bool
	tags         []string
	owner        tenant.Owner
	callrail     *request.SourceUpdate
	trace        []Step
	warnings     []string
}

func (d *decision) plan() Plan {
	a := d.subject.Analysis
	p := Plan{
		Urgent: a != nil && a.IsLead && request.BandOf(a.LeadScore) == request.Hot,
		Tags:   d.tags, Owner: d.owner, CallRail: d.callrail, Trace: d.trace, Warnings: d.warnings,
	}
	for _, in := range d.subject.Tenant.Integrations {
		if in.Status == tenant.Active {
			p.Destinations = append(p.Destinations, Destination{ID: in.ID, Kind: in.Kind, Skip: d.skip(in.ID), Nowhere: d.nowhere()})
		}
	}
	for _, c := range channels(d.subject.Tenant) {
		told, why := d.tells(c)
		p.Channels = append(p.Channels, Channel{Name: c.name, Told: told, Why: why})
	}
	return p
}

// isLead reports whether the request passes the gate. What was not analysed is no reason to
// lose it.
func (d *decision) isLead() bool {
	return d.subject.Analysis == nil || d.subject.Analysis.IsLead || d.nonLeads
}

// nowhere reports whether no destination gets it.
func (d *decision) nowhere() bool {
	return d.destinations.reason != "" || d.destinations.None || !d.isLead()
}

// skip returns why a destination gets nothing, or "".
func (d *decision) skip(destination string) string {
	c := d.destinations
	switch {
	case c.reason != "":
		return c.reason
	case !d.isLead():
		return "not a lead"
	case c.IsZero() || c.Includes(destination):
		return ""
	case c.None:
		return fmt.Sprintf("rule %q sends it nowhere", c.by)
	default:
		return fmt.Sprintf("rule %q sends it elsewhere", c.by)
	}
}

// channel is a way to tell a group of people.
type channel struct {
	name, short string
	band        request.Band // the lowest worth telling; empty: every lead
}

func channels(t *tenant.Tenant) []channel {
	var all []channel
	for _, s := range t.Settings.Notifications.Slack {
		all = append(all, channel{"slack:" + s.Name, s.Name, request.Band(s.Band)})
	}
	for _, e := range t.Settings.Notifications.Email {
		all = append(all, channel{"email:" + e.Name, e.Name, request.Band(e.Band)})
	}
	return all
}

// tells decides whether a channel's people are told. Who is chosen by a rule hears of every
// lead; otherwise the channel's lowest band counts.
func (d *decision) tells(c channel) (told bool, why string) {
	a := d.subject.Analysis
	if a == nil {
		return false, "there is no analysis to tell about"
	}
	chosen := !d.notify.IsZero()
	switch {
	case chosen && !d.notify.Includes(c.name, c.short):
		return false, fmt.Sprintf("rule %q tells others, or nobody", d.notify.by)
	case chosen && d.isLead():
		return true, fmt.Sprintf("rule %q", d.notify.by)
	case !a.IsLead && (c.band != request.NoLead || a.Spam):
		return false, "not a lead"
	case a.IsLead && a.ScoreBand.Rank() < c.band.Rank():
		return false, fmt.Sprintf("its score is below the channel's lowest band, %s", c.band)
	default:
		return true, "it reaches the channel's lowest band, " + cmp.Or(string(c.band), "every lead")
	}
}

// addTags returns the tags with those that are not there yet.
func addTags(tags, more []string) []string {
	for _, tag := range more {
		if tag = strings.TrimSpace(tag); tag != "" && !slices.Contains(tags, tag) {
			tags = append(tags, tag)
		}
	}
	return tags
}
