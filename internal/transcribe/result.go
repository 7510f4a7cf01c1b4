package transcribe

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/recording"
	"github.com/your-org/multi-tenant-pipeline/internal/redact"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/stage"
	"github.com/your-org/multi-tenant-pipeline/internal/transcribe/speech"
)

// clearTimeout bounds the deletion of scratch objects, after everything is saved.
const clearTimeout = 20 * time.Second

// heard is the result of a transcription, piece by piece. Silence is one too; a piece that could
// not be transcribed is nil.
func (v *visit) heard(heard []*speech.Transcript) stage.Result {
	pieces := v.r.Speech.Pieces
	t := &request.Transcript{Origin: request.OriginSpeech, Model: v.speech.Model(), Segments: stitch(pieces, heard)}
	sent, missing := 0.0, 0
	for i, h := range heard {
		if h == nil {
			missing++
			continue
		}
		sent += pieces[i].DurationS
		t.DurationS += billed(pieces[i], h)
		if t.Language == "" {
			t.Language = h.Language
		}
	}
	if missing == len(heard) {
		return v.without("Speech-to-Text failed twice")
	}
	t.RoleConfidence = assignRoles(t.Segments, v.setting())
	detail := fmt.Sprintf("transcribed %.0f s in %d segments", sent, len(t.Segments))
	if spared := v.r.Recording.DurationS - sent; missing == 0 && spared >= 1 {
		detail += fmt.Sprintf("; %.0f s of silence left out", spared)
	}
	if missing > 0 {
		detail += fmt.Sprintf("; %d of %d parts could not be transcribed", missing, len(heard))
	}
	return v.result(t, detail)
}

// without is the result of a call that nobody could listen to: the source's own
// transcript if it made one, else no words. The metadata are a lead all the same.
func (v *visit) without(why string) stage.Result {
	if t := parseSourceTranscript(v.r.Details.SourceTranscript); t != nil {
		if t.RoleConfidence == 0 {
			t.RoleConfidence = assignRoles(t.Segments, v.setting())
		}
		return v.result(t, why+"; the source's transcript is used")
	}
	t := &request.Transcript{Origin: request.OriginNone, Segments: []request.Segment{}}
	return v.result(t, why+"; the metadata alone are used")
}

// result adds the clearing up: what was uploaded and what Speech-to-Text wrote has not been
// redacted, and until the transcript is saved it may be the only copy.
func (v *visit) result(t *request.Transcript, detail string) stage.Result {
	if v.masks() {
		redact.Transcript(t) // after the roles are known: who listens repeats what is said
	}
	if v.job.Tenant.Settings.Privacy.MaskProfanity {
		maskProfanity(t)
	}
	if n := len(t.Redactions); n > 0 {
		detail += fmt.Sprintf("; masked %d times", n)
	}
	result := stage.Result{Transcript: t, Detail: detail}
	tenantID, requestID := v.r.TenantID, v.r.ID
	var prefixes []string
	if v.r.Recording.Kept() || v.r.Speech.Output != "" || len(v.r.Speech.Pieces) > 0 {
		prefixes = append(prefixes, recording.SpeechPrefix(tenantID, requestID))
	}
	if v.r.Handling.Upload != "" {
		prefixes = append(prefixes, recording.UploadPrefix(tenantID, requestID))
	}
	if len(prefixes) == 0 {
		return result
	}
	bucket := v.bucket
	result.After = func(ctx context.Context) {
		ctx, cancel := context.WithTimeout(ctx, clearTimeout)
		defer cancel()
		for _, prefix := range prefixes {
			if _, err := bucket.DeletePrefix(ctx, prefix); err != nil {
				slog.WarnContext(ctx, "scratch objects not deleted",
					"tenant_id", tenantID, "request_id", requestID, "step", "transcribe", "error", err)
			}
		}
	}
	return result
}

// masks reports whether card and social security numbers are masked before anything is stored.
func (v *visit) masks() bool { return !v.job.Tenant.Settings.Privacy.KeepCardNumbers }

// setting is what helps to tell who is who.
func (v *visit) setting() setting {
	return setting{
		company:   v.job.Tenant.Name,
		outbound:  v.r.Details.Direction == "outbound",
		voicemail: isVoicemail(v.r.Details),
	}
}
