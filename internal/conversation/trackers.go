package conversation

import (
	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

// maxMentions is how many places a tracker names: enough to see what it finds.
const maxMentions = 3

// track counts the tenant's phrases. A tracker of one side's words is left out where it is not
// known who is who.
func (c *talk) track(trackers []tenant.Tracker) []request.TrackerCount {
	counter := tracking{find: phrases{}}
	for _, t := range trackers {
		anybody := t.Speaker == "" || t.Speaker == tenant.TrackAnybody
		if !anybody && !c.roles {
			continue
		}
		for _, text := range t.Phrases {
			counter.find.add(text, len(counter.counts))
		}
		speaker := t.Speaker
		if anybody {
			speaker = ""
		}
		counter.speakers = append(counter.speakers, speaker)
		counter.counts = append(counter.counts, request.TrackerCount{Name: t.Name})
	}
	if len(counter.counts) == 0 {
		return nil
	}
	counter.find.sort()
	counter.until = make([]int, len(counter.counts))
	for i := range c.all {
		counter.read(&c.all[i])
	}
	return counter.counts
}

// tracking is the state of a count. Its lists are in the order of the trackers.
type tracking struct {
	find     phrases
	speakers []string // whose words count; empty: everybody's
	counts   []request.TrackerCount
	until    []int // the word up to which a tracker has counted
}

// read counts in one utterance. Of phrases of one tracker that overlap, the longest that begins
// first counts.
func (t *tracking) read(u *utterance) {
	clear(t.until)
	at := 0
	for i := range u.words {
		for at < len(u.sentences) && i >= u.sentences[at].to {
			at++
		}
		for _, f := range t.find[u.words[i].text] {
			if t.speakers[f.of] != "" && t.speakers[f.of] != u.speaker || i < t.until[f.of] || !f.starts(u.words[i:]) {
				continue
			}
			t.until[f.of] = i + len(f.words)
			one := &t.counts[f.of]
			one.Count++
			if len(one.Mentions) < maxMentions {
				s := &u.sentences[at]
				one.Mentions = append(one.Mentions, request.Quote{Segment: u.segment, Quote: s.quote(i, min(i+len(f.words), s.to))})
			}
		}
	}
}
