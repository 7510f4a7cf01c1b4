package crm

import (
	"cmp"
	"errors"
	"slices"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/contact"
)

// Policy says what becomes of a caller whose number is in the CRM under another person's
// name: a shared line, or a name that was misheard.
type Policy string

// The policies.
const (
	// AttachAmbiguous uses the record that has the number and adds nothing to it. It is the
	// default: a misheard name is more frequent than two customers on one line, the deal
	// carries the name that was heard, and nothing that is in the CRM is touched.
	AttachAmbiguous Policy = "attach"
	CreateAmbiguous Policy = "create" // a new record
	ReviewAmbiguous Policy = "review" // park the delivery until a person decides
)

// Valid reports whether p is a policy; the empty one stands for the default.
func (p Policy) Valid() bool {
	return p == "" || p == AttachAmbiguous || p == CreateAmbiguous || p == ReviewAmbiguous
}

// Candidate is a CRM's record that may be the caller's.
type Candidate struct {
	ID       string
	Name     string
	Emails   []string // as the CRM has them
	Phones   []string
	Rank     int // which kind of record wins: an open contact over a lead
	Modified time.Time
}

// Verdict is what matching found.
type Verdict int

// The verdicts.
const (
	NoMatch        Verdict = iota
	Match                  // the same person
	AmbiguousMatch         // the same number or address under another name
)

// MatchResult is the outcome of MatchPerson.
type MatchResult struct {
	Verdict Verdict
	ID      string
	By      string   // email or phone
	Also    []string // ids of further records that match as well, best first
}

// MatchPerson picks the candidate that is the person. An equal e-mail address is a match
// unless the names have nothing in common; an equal phone number is one if the names agree
// or one is missing, and is ambiguous otherwise. A name alone matches nothing: the
// candidates of an over-inclusive search fall away here. Of several, the higher rank wins,
// then the latest modified.
func MatchPerson(p Person, candidates []Candidate, region string) MatchResult {
	type hit struct {
		Candidate
		by        string
		ambiguous bool
	}
	var hits []hit
	for _, c := range candidates {
		switch names := compareNames(p.Name, c.Name); {
		case p.Email != "" && slices.ContainsFunc(c.Emails, func(e string) bool { return contact.Email(e) == p.Email }):
			hits = append(hits, hit{c, "email", names == namesConflict})
		case p.Phone != "" && slices.ContainsFunc(c.Phones, func(n string) bool { return contact.Phone(n, region) == p.Phone }):
			hits = append(hits, hit{c, "phone", names == namesDiffer || names == namesConflict})
		}
	}
	if len(hits) == 0 {
		return MatchResult{}
	}
	slices.SortStableFunc(hits, func(a, b hit) int {
		return cmp.Or(
			cmp.Compare(btoi(a.ambiguous), btoi(b.ambiguous)),
			cmp.Compare(a.by, b.by), // email before phone
			cmp.Compare(b.Rank, a.Rank),
			b.Modified.Compare(a.Modified),
		)
	})
	best := MatchResult{Verdict: Match, ID: hits[0].ID, By: hits[0].by}
	if hits[0].ambiguous {
		best.Verdict = AmbiguousMatch
	}
	for _, h := range hits[1:] {
		best.Also = append(best.Also, h.ID)
	}
	return best
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// ReviewError parks a delivery because a person must decide whose record it is.
func ReviewError(m MatchResult) error {
	return &Error{
		Fault: Invalid, Op: "match contact", Code: "REVIEW", Fields: []string{m.By},
		Message: "Record " + m.ID + " has the caller's " + m.By + " under another name. Merge or correct it, or choose another policy, then retry.",
		Err:     errors.New("ambiguous match"),
	}
}
