package rules

import (
	"slices"
	"strings"
)

// tallies is how much a conversation dwells on each trade.
type tallies map[string]*tally

// add counts a mention. The first words on a thing tell most; a thing that is talked about at
// length is not for that the project.
func (t tallies) add(name string, weight float64, at hit) {
	if weight <= 0 {
		return
	}
	if t[name] == nil {
		t[name] = &tally{name: name, first: at}
	}
	known := t[name]
	known.weight += weight / (1 + fading*float64(known.mentions))
	known.mentions++
}

// fading is how much less each further mention of a trade tells.
const fading = 0.3

// parts are the trades whose work is a part of a room's or a building's remodeling.
var parts = map[string][]string{
	"basement":   {"bathroom", "flooring", "painting", "electrical", "plumbing", "windows_doors", "kitchen", "hvac", "other"},
	"addition":   {"bathroom", "flooring", "painting", "electrical", "plumbing", "windows_doors", "roofing", "siding", "hvac", "other"},
	"kitchen":    {"flooring", "painting", "electrical", "plumbing", "windows_doors", "other"},
	"bathroom":   {"flooring", "painting", "electrical", "plumbing", "windows_doors", "other"},
	"deck_patio": {"flooring"},
}

// dominates is how much a room must be dwelt on as against a part of it to be the project.
// Pipes and floors are in every bathroom; few people speak of a basement who do not mean it.
var dominates = map[string]float64{"addition": 0.4, "basement": 0.4, "kitchen": 0.6, "bathroom": 0.8, "deck_patio": 0.6}

// absorb takes the parts of a room's remodeling for what they are: the floor and the lights of
// a basement that is to be finished are no projects of their own. The room must be dwelt on
// itself, not only be the place.
func (t tallies) absorb() {
	for _, room := range []string{"addition", "basement", "kitchen", "bathroom", "deck_patio"} {
		whole := t[room]
		if whole == nil || whole.weight < leastOf[room] {
			continue
		}
		for _, part := range parts[room] {
			if p := t[part]; p != nil && whole.weight >= dominates[room]*p.weight {
				p.weight *= partsCount
			}
		}
	}
}

// leastOf is how much a room must be dwelt on to take in its parts at all.
var leastOf = map[string]float64{"addition": plainCue - 0.5, "basement": plainCue - 0.5, "kitchen": strongCue, "bathroom": strongCue, "deck_patio": strongCue}

const (
	partsCount   = 0.4
	deniedCounts = 0.6 // of what is left of it besides the denial
	manyTrades   = 5   // so many wanted trades, rooms among them, are the whole home
)

// deny lowers what the customer denies anywhere: "my fence? ... So I'm not calling about the
// fence."
func (t tallies) deny(c *conversation) {
	for _, s := range c.mine {
		for _, name := range s.denied {
			if t[name] != nil {
				t[name].weight *= deniedCounts
			}
		}
	}
	if o := t["other"]; o != nil && len(t) > 1 && roomWord.MatchString(o.first.text()) { // a room is where the work is
		o.weight *= partsCount
	}
}

// everywhere adds the whole home where one trade after the other is wanted.
func (t tallies) everywhere() {
	wanted, first := 0, (*tally)(nil)
	for _, trade := range trades {
		k := t[trade.name]
		if k == nil || slices.Contains([]string{"other", "whole_home", "landscaping"}, k.name) || k.weight < plainCue {
			continue
		}
		wanted++
		if first == nil || k.first.s.at < first.first.s.at {
			first = k
		}
	}
	areas := 0
	for room := range parts {
		if room != "deck_patio" && t[room] != nil && t[room].weight >= plainCue {
			areas++
		}
	}
	below := t["basement"] != nil || t["addition"] != nil // a flat has a kitchen and a bath as well
	if areas != 1 && !below && wanted >= manyTrades {
		t.add("whole_home", 4*strongCue, first.first)
	}
}

// ordered returns the tallies in the order in which ties are decided.
func (t tallies) ordered() []tally {
	var out []tally
	for _, trade := range trades {
		if t[trade.name] != nil {
			out = append(out, *t[trade.name])
		}
	}
	return slices.Clip(out)
}

// manyRooms reports whether a sentence names so much that it is the home: several rooms, or
// three trades and no room that they could be parts of.
func manyRooms(norm string, named []tally) bool {
	areas := map[string]bool{}
	for _, room := range roomWord.FindAllString(norm, -1) {
		areas[room] = true
	}
	return len(areas) >= 2 && len(named) >= 3 || len(areas) == 0 && len(named) >= 3 && !paintWish.MatchString(norm)
}

// paintWish makes what is named in a sentence the things to be painted.
var paintWish = words(`(two|three|one) coats?`, `(to|get|have) (\w+ ){0,3}paint(ed)?`, `paint(ing)? (the|my|our|all)`)

// roomWord is a room of a home.
var roomWord = words(`kitchen`, `bath(room)?s?`, `laundry`, `bedrooms?`, `living room`, `dining room`, `den`, `basement`, `attic`, `mudroom`, `family room`, `cocina`, `banos?`, `recamaras?`, `sala`, `comedor`)

var (
	// onlyWeather is heat that no furnace makes.
	onlyWeather = expression(`\b(after|in|beat|summer|of|this|during|before) (the |this )?(summer )?heat$`)
	// storey is a floor that is none to walk on.
	storey = expression(`\b(first|second|third|top|main|ground|upper|bottom|1st|2nd|3rd) floor$`)
	// innerDoor is a door that is part of something else.
	innerDoor = expression(`\b(shower|cabinet|oven|car|fridge|refrigerator|dishwasher|next) $`)
	// besideThing stands before a thing that only says where.
	besideThing = expression(`\b(in front of|next to|beside|around) (the|my|our|a) $`)
	// lookingAt is a wish, not a place.
	lookingAt = expression(`\b(looking|look) (at|into|to|for)( \w+){0,4} ?$`)
	// surface is a thing that only shows a trouble: a bubble in the paint.
	surface = expression(`\b(in|on|off|through|under|behind) the (paint|wallpaper|drywall)$`)
)

// fieldTrade returns the trade that the name of a form's field is about ("roof_type", "what's
// your dream basement?"), if it is one alone.
func (c *conversation) fieldTrade(s *sentence) (string, bool) {
	if s.field == "" {
		return "", false
	}
	asked := &sentence{norm: fieldText(s.field, s.field), letters: new(signature)}
	named := slices.DeleteFunc(c.seekTrades(asked), func(t tally) bool { return t.name == "other" || t.name == "whole_home" })
	if len(named) != 1 || named[0].weight < plainCue {
		return "", false
	}
	return named[0].name, true
}

// companyTrade returns the trade in the name by which the company answers, if it is one alone.
// It is the answer where the customer never names what is to be done.
func (c *conversation) companyTrade() []tally {
	if len(c.theirs) == 0 || strings.HasSuffix(c.theirs[0].raw, "?") {
		return nil
	}
	named := slices.DeleteFunc(c.tradesIn(c.theirs[0]), func(t tally) bool { return t.name == "other" })
	if len(named) != 1 || named[0].name == "whole_home" {
		return nil
	}
	return named
}

// onlyRooms reports whether nothing was named but rooms that every trade works in.
func onlyRooms(named []tally) bool {
	return !slices.ContainsFunc(named, func(t tally) bool { return t.name != "other" || !roomWord.MatchString(t.first.text()) })
}

// inPassing reports whether all that was named is a word that many trades have, once: "it's
// dripping".
func inPassing(named []tally) bool {
	return !slices.ContainsFunc(named, func(t tally) bool { return t.weight > 1.15*faintCue || t.mentions > 1 })
}

// summedUp reports whether the speaker goes on to say that all that was named is meant: "Floors,
// both baths, kitchen. All of it."
func (c *conversation) summedUp(s *sentence) bool {
	return s.at+1 < len(c.all) && c.all[s.at+1].turn == s.turn && allOfIt.MatchString(c.all[s.at+1].norm)
}

var allOfIt = expression(`^\W*(and )?(all of (it|them|that)|everything|the whole (thing|works|place|house)|the works|the lot|it all|todo)\W*$`)
