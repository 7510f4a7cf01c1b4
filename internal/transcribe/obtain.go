package transcribe

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/recording"
	"github.com/your-org/multi-tenant-pipeline/internal/redact"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/stage"
)

// Why a call has no audio: the values of Recording.Absent.
const (
	AbsentNotRecorded = "not_recorded" // nobody spoke, or the call is not of a kind that is recorded
	AbsentNeverCame   = "never_came"   // the source has none, or not in time
	AbsentNoAccess    = request.AbsentNoAccess
	AbsentUnreachable = "unreachable" // the source or its media host did not answer in time
	AbsentForbidden   = "forbidden"   // it lies where we must not fetch it from, or the source refuses it
	AbsentNotAudio    = "not_audio"   // what was served is no recording
	AbsentTruncated   = "truncated"   // it broke off each time
	AbsentTooLarge    = "too_large"
	AbsentNotKept     = "not_kept" // our own bucket could not be used for too long
)

// SourceError is a failure of a Source, by what it means for the call.
type SourceError struct {
	Absent string    // one of AbsentNeverCame, AbsentNoAccess, AbsentUnreachable, AbsentForbidden, AbsentNotAudio
	Retry  time.Time // when the source wants to be asked again; zero: it does not say
	Err    error
}

func (e *SourceError) Error() string { return e.Absent + ": " + e.Err.Error() }

func (e *SourceError) Unwrap() error { return e.Err }

// obtain brings the call's details onto the request and its audio into the bucket, or
// says in Recording.Absent why there is none. An error means that there may yet be one.
func (v *visit) obtain(ctx context.Context) error {
	v.r.Recording = request.Recording{}
	if v.r.Namespace == request.NamespaceAPI {
		return v.receive(ctx)
	}
	err := v.source.Fetch(ctx, v.job.Tenant, v.r)
	if v.masks() {
		redact.Details(&v.r.Details) // the source's own transcript
	}
	switch {
	case !v.expected():
		v.r.Recording.Absent = AbsentNotRecorded // whatever became of the fetch: the delivery says enough
		return nil
	case err != nil:
		return v.missing(err)
	}
	// The audio's whole way has one time limit, and ends with it.
	ctx, cancel := context.WithTimeout(ctx, v.cfg.DownloadTimeout+time.Minute)
	defer cancel()
	audio, err := v.source.Recording(ctx, v.job.Tenant, v.r)
	if err != nil {
		return v.missing(err)
	}
	return v.keep(ctx, audio)
}

// keep brings audio into the bucket.
func (v *visit) keep(ctx context.Context, audio recording.Audio) error {
	saved, err := v.bucket.Save(ctx, recording.Object(v.r.TenantID, v.r.ID, v.r.Run), audio,
		recording.Limits{Bytes: v.cfg.MaxBytes, Timeout: v.cfg.DownloadTimeout})
	if err != nil {
		return v.missing(err)
	}
	v.r.Recording = request.Recording{
		Object: saved.Object, Generation: saved.Generation, ContentType: saved.ContentType, Bytes: saved.Bytes,
		SHA256: saved.SHA256, DurationS: saved.Sound.DurationS, Channels: saved.Sound.Channels,
	}
	v.r.Metering.StoredBytes += saved.Bytes
	return nil
}

// expected reports whether the call should have a recording. A caller who hung up before
// anybody or anything answered has left none.
func (v *visit) expected() bool {
	d := v.r.Details
	if d.HasRecording || d.RecordingS > 0 {
		return true
	}
	return !v.job.Tenant.Settings.Speech.Unrecorded && (d.Answered || d.CallType == "answered" || isVoicemail(d))
}

// isVoicemail reports whether the caller spoke to a machine. The type alone may say so,
// also as voicemail_transcription.
func isVoicemail(d request.Details) bool {
	return d.Voicemail || strings.HasPrefix(d.CallType, "voicemail")
}

// missing decides what follows from audio that could not be had: a later try, an error
// to be tried again soon, or none of it and the reason in Recording.Absent.
func (v *visit) missing(err error) error {
	var source *SourceError
	var tooLarge *recording.TooLargeError
	var notAudio *recording.NotAudioError
	var truncated *recording.TruncatedError
	switch {
	case errors.As(err, &source):
		return v.sourceFailed(source)
	case errors.As(err, &tooLarge):
		return v.giveUp(AbsentTooLarge)
	case errors.As(err, &notAudio):
		return v.again(AbsentNotAudio, err)
	case errors.As(err, &truncated):
		return v.again(AbsentTruncated, err)
	case v.mayWait():
		return v.storageAway(err)
	default:
		return v.again(AbsentNotKept, err)
	}
}

// mayWait reports whether the lead may wait for its words for a while longer.
func (v *visit) mayWait() bool { return v.now().Before(v.patience()) }

// patience returns until when the lead may wait for its words.
func (v *visit) patience() time.Time {
	if v.r.Handling.Silent {
		return v.r.ReceivedAt.Add(v.cfg.HistoryPatience)
	}
	return v.r.ReceivedAt.Add(v.cfg.Patience)
}

// storageAway leaves the call for later: that our own bucket cannot be used says nothing about
// the call, and is no attempt.
func (v *visit) storageAway(err error) error {
	return fmt.Errorf("%w: %w", stage.Later(v.now().Add(v.cfg.Pause), "the bucket cannot be used"), err)
}

func (v *visit) sourceFailed(err *SourceError) error {
	switch {
	case !err.Retry.IsZero() && err.Retry.Before(v.patience()):
		return stage.Later(v.turn(err.Retry), "the source asks to wait")
	case err.Absent == AbsentNoAccess, err.Absent == AbsentForbidden:
		return v.giveUp(err.Absent)
	case err.Absent == AbsentNeverCame && v.r.Details.MarkedSpam:
		return v.giveUp(err.Absent) // the source hides what it takes for spam: asking again brings nothing
	case err.Absent == AbsentNotAudio:
		return v.again(err.Absent, err)
	}
	if next, ok := v.nextWait(); ok {
		return stage.Later(next, "no recording yet: "+err.Absent)
	}
	if v.r.Details.HasRecording || err.Absent == AbsentUnreachable {
		return v.again(err.Absent, err) // it should be there: the last moment is worth more than one look
	}
	return v.giveUp(err.Absent)
}

// historyPause is how long a call of the past waits at least for its turn at its source.
const historyPause = 10 * time.Minute

// turn returns when to ask a source again that said when it can be asked. Much of the past may wait
// for it, all of which it told about the same moment: that comes back in its own time, a little at once.
func (v *visit) turn(at time.Time) time.Time {
	if !v.r.Handling.Silent {
		return at
	}
	soonest := v.now().Add(historyPause + rand.N(historyPause)) //nolint:gosec // spreads load, guards nothing
	if at.Before(soonest) {
		return soonest
	}
	return at
}

// nextWait returns the next moment at which the recording is asked for.
func (v *visit) nextWait() (time.Time, bool) {
	for _, wait := range v.cfg.Waits {
		if at := v.r.ReceivedAt.Add(wait); at.After(v.now()) {
			return at, true
		}
	}
	return time.Time{}, false
}

// again asks for another attempt soon, and gives up at the last one.
func (v *visit) again(reason string, err error) error {
	if v.lastAttempt() {
		return v.giveUp(reason)
	}
	return fmt.Errorf("obtain recording: %w", err)
}

func (v *visit) giveUp(reason string) error {
	v.r.Recording.Absent = reason
	return nil
}
