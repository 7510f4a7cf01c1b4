package transcribe

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/recording"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/stage"
	"github.com/your-org/multi-tenant-pipeline/internal/transcribe/speech"
)

// clearTimeout bounds the deletion of what Speech-to-Text wrote, after everything is saved.
const clearTimeout = 20 * time.Second

// heard is the result of a transcription. Silence is one too.
func (v *visit) heard(heard *speech.Transcript) stage.Result {
	t := &request.Transcript{
		Origin: request.OriginSpeech, Model: v.speech.Model(), Language: heard.Language,
		DurationS: heard.BilledS, Segments: heard.Segments,
	}
	if t.DurationS == 0 {
		t.DurationS = v.r.Recording.DurationS * float64(max(1, v.r.Recording.Channels))
	}
	t.RoleConfidence = assignRoles(t.Segments, v.setting())
	return v.result(t, fmt.Sprintf("transcribed %.0f s in %d segments", v.r.Recording.DurationS, len(t.Segments)))
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

// result adds the clearing up: what Speech-to-Text wrote has not been redacted, and until
// the transcript is saved it is the only copy of what was paid for.
func (v *visit) result(t *request.Transcript, detail string) stage.Result {
	result := stage.Result{Transcript: t, Detail: detail}
	if v.r.Speech.Output == "" {
		return result
	}
	bucket, tenantID, requestID := v.bucket, v.r.TenantID, v.r.ID
	prefix := recording.SpeechPrefix(tenantID, requestID, v.r.Run)
	result.After = func(ctx context.Context) {
		ctx, cancel := context.WithTimeout(ctx, clearTimeout)
		defer cancel()
		if _, err := bucket.DeletePrefix(ctx, prefix); err != nil {
			slog.WarnContext(ctx, "speech output not deleted",
				"tenant_id", tenantID, "request_id", requestID, "step", "transcribe", "error", err)
		}
	}
	return result
}

// setting is what helps to tell who is who.
func (v *visit) setting() setting {
	return setting{
		company:   v.job.Tenant.Name,
		outbound:  v.r.Details.Direction == "outbound",
		voicemail: isVoicemail(v.r.Details),
	}
}
