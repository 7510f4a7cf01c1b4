package setup

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

const workflowRows = "rules"

// what a rule says about destinations and channels.
const (
	selectAll   = "all"
	selectNone  = "none"
	selectThese = "these"
)

// fillWorkflow puts rules into fields.
func fillWorkflow(rules []tenant.Rule, v url.Values) {
	for i, rule := range rules {
		a := rule.Actions
		fields := map[string]any{
			"name": rule.Name, "when": rule.When, "stop": rule.Stop, "position": i + 1, "non_leads": a.NonLeads, "skip": a.Skip,
			"tags": strings.Join(a.Tags, ", "), "owner": ownerLines(a.Owner),
		}
		if a.CallRail != nil {
			fields["callrail.tags"], fields["callrail.lead_status"] = strings.Join(a.CallRail.Tags, ", "), a.CallRail.LeadStatus
			fields["callrail.value"], fields["callrail.note"] = a.CallRail.Value, a.CallRail.Note
		}
		for name, value := range fields {
			set(v, row(workflowRows, i, "actions."+name), value)
		}
		for _, name := range []string{"name", "when", "stop", "position"} { // these are the rule's own
			v[row(workflowRows, i, name)] = v[row(workflowRows, i, "actions."+name)]
			v.Del(row(workflowRows, i, "actions."+name))
		}
		fillSelection(v, row(workflowRows, i, "actions.destinations"), a.Destinations)
		fillSelection(v, row(workflowRows, i, "actions.notify"), a.Notify)
	}
}

func fillSelection(v url.Values, name string, s tenant.Selection) {
	switch {
	case s.All:
		v.Set(name, selectAll)
	case s.None:
		v.Set(name, selectNone)
	case len(s.Names) > 0:
		v.Set(name, selectThese)
		v[name+".these"] = s.Names
	}
}

func readSelection(in *reader, name string) tenant.Selection {
	switch in.text(name) {
	case selectAll:
		return tenant.Selection{All: true}
	case selectNone:
		return tenant.Selection{None: true}
	case selectThese:
		names := in.values[name+".these"]
		if len(names) == 0 {
			in.note(name, "choose at least one of them, or none at all")
		}
		return tenant.Selection{Names: names}
	}
	return tenant.Selection{}
}

// readWorkflow reads rules from fields, in the order of their positions.
func readWorkflow(in *reader) []tenant.Rule {
	type placed struct {
		tenant.Rule
		at int
	}
	all := []placed{}
	for _, i := range in.rows(workflowRows) {
		name := func(last string) string { return row(workflowRows, i, last) }
		if in.on(name("remove")) || in.text(name("name")) == "" && in.text(name("when")) == "" {
			continue
		}
		rule := tenant.Rule{Name: in.text(name("name")), When: in.text(name("when")), Stop: in.on(name("stop"))}
		if rule.Name == "" {
			in.note(name("name"), "a rule needs a name: it is shown as the reason of what it decides")
		}
		rule.Actions = tenant.Actions{
			Destinations: readSelection(in, name("actions.destinations")), Notify: readSelection(in, name("actions.notify")),
			NonLeads: in.on(name("actions.non_leads")), Skip: in.text(name("actions.skip")), Tags: in.words(name("actions.tags")),
			Owner: readOwner(in, name("actions.owner")), CallRail: readCallRail(in, name("actions.callrail")),
		}
		at := in.whole(name("position"))
		if at == 0 {
			at = i + 1
		}
		all = append(all, placed{rule, at})
	}
	slices.SortStableFunc(all, func(a, b placed) int { return a.at - b.at })
	rules := make([]tenant.Rule, 0, len(all))
	for _, p := range all {
		rules = append(rules, p.Rule)
	}
	return rules
}

func readCallRail(in *reader, name string) *tenant.CallRail {
	back := tenant.CallRail{
		Tags: in.words(name + ".tags"), LeadStatus: in.text(name + ".lead_status"),
		Value: in.text(name + ".value"), Note: in.text(name + ".note"),
	}
	if len(back.Tags) == 0 && back.LeadStatus == "" && back.Value == "" && back.Note == "" {
		return nil
	}
	return &back
}

// everyCRM is the key of an owner who has none of their own in a CRM.
const everyCRM = "*"

// ownerLines writes owners as lines: an id for every CRM, or hubspot = 12.
func ownerLines(o tenant.Owner) []string {
	if id, ok := o[everyCRM]; ok && len(o) == 1 {
		return []string{id}
	}
	var lines []string
	for _, crm := range slices.Sorted(maps.Keys(o)) {
		lines = append(lines, crm+" "+arrow+" "+o[crm])
	}
	return lines
}

func readOwner(in *reader, name string) tenant.Owner {
	owner := tenant.Owner{}
	lines := in.lines(name)
	for _, line := range lines {
		crm, id, named := strings.Cut(line, arrow)
		switch crm, id = strings.TrimSpace(crm), strings.TrimSpace(id); {
		case named && crm != "" && id != "":
			owner[crm] = id
		case !named && len(lines) == 1:
			owner[everyCRM] = crm
		default:
			in.note(name, "one id alone, or lines like hubspot = 12")
		}
	}
	if len(owner) == 0 {
		return nil
	}
	return owner
}

// ruleView is what the template of one rule is given.
type ruleView struct {
	Index  int
	Title  string
	New    bool
	First  bool              // there is no other one
	Parts  map[string]string // names of its fields
	Wrong  bool
	Places []option // what it may choose from, with what it has chosen
	Told   []option
}

// rulesOfWorkflow decodes the rules as the API writes them.
func rulesOfWorkflow(raw json.RawMessage) ([]tenant.Rule, error) {
	var rules []tenant.Rule
	if err := json.Unmarshal(raw, &rules); err != nil {
		return nil, fmt.Errorf("read workflow: %w", err)
	}
	return rules, nil
}

// ruleViews returns the rules of a form, and an empty one.
func ruleViews(f form, places, channels []option) []ruleView {
	in := &reader{values: f.Values}
	rows := oneMore(in.rows(workflowRows))
	var all []ruleView
	for n, i := range rows {
		view := ruleView{Index: i, New: n == len(rows)-1, First: len(rows) == 1, Title: in.text(row(workflowRows, i, "name")), Wrong: f.Wrong(workflowRows+"."+strconv.Itoa(i)) != ""}
		view.Places = offered(places, f.Values[row(workflowRows, i, "actions.destinations.these")])
		view.Told = offered(channels, f.Values[row(workflowRows, i, "actions.notify.these")])
		all = append(all, view)
	}
	return all
}

// offered adds what is chosen and does not exist any more: it must not vanish unseen.
func offered(all []option, chosen []string) []option {
	known := slices.Clone(all)
	for _, name := range chosen {
		if !slices.ContainsFunc(known, func(o option) bool { return o.Value == name }) {
			known = append(known, option{name, name})
		}
	}
	return known
}
