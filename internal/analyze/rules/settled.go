package rules

import "strings"

// hourSettled returns the hour in a sentence that names no day, if the day was named just
// before and the other side repeats the hour: "Friday, would morning work?", "What time?",
// "Eight thirty.", "Eight thirty, I'll have coffee on."
func (c *conversation) hourSettled(s *sentence) []int {
	at := slot.FindStringIndex(s.norm)
	if at == nil || phoneOnly.MatchString(c.turnOf(s)) || len(s.norm) > shortAnswer && !settles.MatchString(s.norm) {
		return nil
	}
	answer := c.after(s)
	if !dayName.MatchString(c.recently(s)) || !repeats(s.norm, answer) || asksOther.MatchString(answer) {
		return nil
	}
	return at
}

const (
	// shortAnswer is how long a sentence may be that is no more than an hour, in bytes.
	shortAnswer = 30
	// dayReach is how many sentences back the day may have been named.
	dayReach = 4
)

// settles is a proposal of another hour.
var settles = words(`make (it|that)`, `let's (say|do|make)`, `how about`, `what about`, `could (we|you) do`, `say`)

// recently returns what both sides said just before a sentence.
func (c *conversation) recently(s *sentence) string {
	var said []string
	for _, o := range c.all[max(0, s.at-dayReach):s.at] {
		said = append(said, o.norm)
	}
	return strings.Join(said, " ")
}

// calledOff reports whether the customer cancels after the time was named, and takes no other.
func (c *conversation) calledOff(booked hit) bool {
	for _, s := range c.mine {
		if s.at >= booked.s.at && cancels.MatchString(s.norm) && !c.said(otherTime) {
			return true
		}
	}
	return false
}
