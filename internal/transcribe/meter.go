package transcribe

import (
	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/transcribe/speech"
)

// meter counts the current operation's audio, once however often its end is seen: by the
// visit that saw it, by one that resumes it, by a retry that finds its answer still there.
func (v *visit) meter(seconds float64) {
	s := &v.r.Speech
	if s.Metered == s.Intent {
		return
	}
	s.Metered = s.Intent
	if v.batch() {
		v.r.Metering.SpeechBatchS += seconds
		return
	}
	v.r.Metering.SpeechS += seconds
}

// billed returns the seconds that are paid for: as the service tells, else as long as the piece
// is, on every channel.
func billed(piece request.Piece, heard *speech.Transcript) float64 {
	if heard != nil && heard.BilledS > 0 {
		return heard.BilledS
	}
	return piece.DurationS * float64(max(1, piece.Channels))
}
