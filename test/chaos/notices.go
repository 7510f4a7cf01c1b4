package main

import (
	"slices"
	"strings"
	"time"
)

// inside is how long after a message has come it may take until it is written down that it was
// sent: until then, a kill of notify repeats it.
const inside = 3 * time.Second

// notices looks at the messages to people: one for each request and channel, and another for
// a later run at most. What is above that is right only if notify was killed inside a send.
func (r *report) notices(all []afterwards, kills []kill) {
	for _, a := range all {
		for _, system := range []string{"slack", "email"} {
			sent := a.messages(system)
			for id, f := range a.requests {
				times := sent[id]
				r.Records[system+" messages"] += len(times)
				repeated := interrupted(times, kills)
				r.Recovered["told again after a kill inside the send"] += repeated
				if len(times)-repeated > f.Run {
					r.breach("doubled", "%s: %d messages by %s in %d runs, of which kills of notify explain %d", id, len(times), system, f.Run, repeated)
				}
				if len(times) == 0 && f.told(system) {
					r.breach("lost", "%s: %s is said to have been told", id, system)
				}
			}
		}
	}
}

// messages returns when messages came, by the request that they are about.
func (a afterwards) messages(system string) map[string][]time.Time {
	sent := map[string][]time.Time{}
	for _, o := range a.holds[system].Objects {
		for _, id := range distinct(requestPattern, o.Fields) {
			sent[id] = append(sent[id], o.Time)
		}
	}
	return sent
}

// interrupted counts the messages of a request that were sent again because notify was killed
// inside the send before.
func interrupted(times []time.Time, kills []kill) int {
	slices.SortFunc(times, time.Time.Compare)
	n := 0
	for i := range max(0, len(times)-1) {
		if slices.ContainsFunc(kills, func(k kill) bool {
			gap := k.at.Sub(times[i])
			return k.service == "notify" && -clockSkew < gap && gap < inside && k.at.Before(times[i+1])
		}) {
			n++
		}
	}
	return n
}

// clockSkew is how much earlier than the message the kill may seem to be: it is noted before it
// is done.
const clockSkew = 50 * time.Millisecond

// told reports whether the timeline says that a channel was told.
func (f found) told(system string) bool {
	return slices.ContainsFunc(f.Timeline, func(e occurrence) bool {
		return e.Step == "notify" && e.Name == "done" && strings.Contains(e.Detail, system+":")
	})
}
