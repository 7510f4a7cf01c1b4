package notify

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

// members remembers how single recipients of a mail list stand while others of them are tried again: those
// who know must not be told with every attempt, and a mailbox that does not exist must not be asked for all
// day. It does so beside the channels in the ledger of notices, which outlives a crash. A list that everybody
// on it hears of at once, or nobody of whom is tried again, has no such lines. The zero value is of a list that is told once, whatever happens.
type members struct {
	notices []request.Notice // of the request
	note    func(ctx context.Context, key string) error
	list    string // the channel's name
	band    request.Band
}

// key names a recipient's line by a digest: the ledger needs no addresses, and a list can be changed meanwhile.
func (m members) key(to, fate string) string {
	sum := sha256.Sum256([]byte(strings.ToLower(to)))
	return m.list + "#" + hex.EncodeToString(sum[:8]) + " " + fate
}

// refused is the fate of a recipient whose mailbox does not take the message, and would not later.
const refused = "refused"

func (m members) met(to, fate string) bool {
	rank, met := highest(m.notices, m.key(to, fate))
	return met && rank >= m.band.Rank()
}

// remember writes down to whom nothing more is to be sent, even while the instance shuts down.
func (m members) remember(ctx context.Context, fates map[string]string) error {
	if m.note == nil {
		return nil
	}
	for to, fate := range fates {
		if err := m.note(context.WithoutCancel(ctx), m.key(to, fate)); err != nil {
			return &unwrittenError{err}
		}
	}
	return nil
}

// tally says how far a list is told, before anybody else is.
func (m members) tally(to []string) tally {
	t := tally{of: len(to)}
	for _, one := range to {
		switch {
		case m.met(one, told):
			t.told++
		case m.met(one, refused):
			t.refused++
		default:
			t.open = append(t.open, one)
		}
	}
	return t
}

// tally counts what became of a letter to a list.
type tally struct {
	of, told, refused int
	open              []string // who is to be sent to
	refusal, passing  error    // the first of each kind
}

// add counts n recipients to whom the same happened, and returns their fate: empty if they are tried again.
func (t *tally) add(n int, err error) string {
	switch {
	case err == nil:
		t.told += n
		return told
	case isRefusal(err):
		t.refused += n
		if t.refusal == nil {
			t.refusal = err
		}
		return refused
	case t.passing == nil:
		t.passing = err
	}
	return ""
}

// result returns what the channel's outcome is. Nobody is tried again for a mailbox that does not exist, and
// a list is refused only if all of it is.
func (t *tally) result() (string, error) {
	switch {
	case t.passing != nil && t.told > 0:
		return "", &partialError{outcome: t.outcome(), err: t.passing}
	case t.passing != nil:
		return "", t.passing
	case t.told > 0:
		return t.outcome(), nil
	case t.refusal != nil:
		return "", t.refusal
	default: // all were refused before
		return "", &refusal{why: "its recipients are refused"}
	}
}

func (t *tally) outcome() string {
	if t.told == t.of {
		return told
	}
	return fmt.Sprintf("%s (%d of %d recipients failed)", told, t.of-t.told, t.of)
}

// partialError says that some of a list were told and others are to be tried again.
type partialError struct {
	outcome string // if nobody is
	err     error
}

func (e *partialError) Error() string { return e.err.Error() }
func (e *partialError) Unwrap() error { return e.err }

// unwrittenError says that somebody was told and it could not be written down: the claim may be somebody
// else's, who tells the others.
type unwrittenError struct{ err error }

func (e *unwrittenError) Error() string {
	return "remember that a recipient was told: " + e.err.Error()
}
func (e *unwrittenError) Unwrap() error { return e.err }
