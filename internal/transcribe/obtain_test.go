package transcribe

import (
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/recording"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/stage"
)

func absent(reason string) error { return &SourceError{Absent: reason, Err: errors.New("status 404")} }

func TestARecordingIsWaitedForByTheSchedule(t *testing.T) {
	t.Parallel()
	b := newBench(t, 30)
	b.source.details.HasRecording = false
	b.source.audioErr = absent(AbsentNeverCame)
	for _, wait := range []time.Duration{time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour} {
		_, _, err := b.visit(t)
		wantLater(t, err, received.Add(wait))
		b.now = received.Add(wait)
	}
	result, r, err := b.visit(t)
	if err != nil || r.Recording.Absent != AbsentNeverCame || result.Transcript.Origin != request.OriginNone {
		t.Errorf("after an hour: %+v, %+v, %v", result.Transcript, r.Recording, err)
	}
	if b.record.checkpoints != 0 {
		t.Errorf("waiting cost %d checkpoints", b.record.checkpoints)
	}
}

func TestARecordingThatComesLateIsTranscribed(t *testing.T) {
	t.Parallel()
	b := newBench(t, 30)
	b.source.audioErr = absent(AbsentNeverCame)
	_, _, err := b.visit(t)
	wantLater(t, err, received.Add(time.Minute))
	b.source.audioErr, b.now = nil, received.Add(time.Minute)
	if result, _, err := b.visit(t); err != nil || result.Transcript.Origin != request.OriginSpeech {
		t.Errorf("%+v, %v, want a transcript by speech", result.Transcript, err)
	}
}

func TestEveryCallComesOutWithoutItsAudio(t *testing.T) {
	t.Parallel()
	answered := request.Details{Answered: true, HasRecording: true}
	whole := mp3(30, 1)
	for name, tc := range map[string]struct {
		details request.Details
		source  source
		want    string
	}{
		"abandoned":                     {request.Details{CallType: "abandoned"}, source{}, AbsentNotRecorded},
		"missed, API down":              {request.Details{CallType: "missed"}, source{fetchErr: absent(AbsentUnreachable)}, AbsentNotRecorded},
		"no API key":                    {answered, source{fetchErr: absent(AbsentNoAccess)}, AbsentNoAccess},
		"key refused":                   {answered, source{audioErr: absent(AbsentNoAccess)}, AbsentNoAccess},
		"call of another company":       {answered, source{fetchErr: absent(AbsentForbidden)}, AbsentForbidden},
		"call unknown to the API":       {answered, source{fetchErr: absent(AbsentNeverCame)}, AbsentNeverCame},
		"API down for an hour":          {answered, source{fetchErr: absent(AbsentUnreachable)}, AbsentUnreachable},
		"web page":                      {answered, source{audio: []byte("<!DOCTYPE html><html></html>")}, AbsentNotAudio},
		"web page, seen by the client":  {answered, source{audioErr: absent(AbsentNotAudio)}, AbsentNotAudio},
		"empty":                         {answered, source{length: -1}, AbsentNotAudio},
		"truncated":                     {answered, source{audio: whole[:50_000], length: int64(len(whole))}, AbsentTruncated},
		"too large":                     {answered, source{audio: whole, length: 500_000_000}, AbsentTooLarge},
		"too large, unannounced":        {answered, source{audio: mp3(1500, 1), length: -1}, AbsentTooLarge},
		"voicemail without a recording": {request.Details{Voicemail: true}, source{audioErr: absent(AbsentNeverCame)}, AbsentNeverCame},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, 1)
			b.source = &tc.source
			b.source.details = tc.details
			b.record.saved.Details = tc.details
			b.record.saved.Attempts = 2 // the last one
			b.now = received.Add(2 * time.Hour)
			result, r, err := b.visit(t)
			if err != nil {
				t.Fatal(err)
			}
			if r.Recording.Absent != tc.want || r.Recording.Kept() {
				t.Errorf("recording %+v, want absent because %q", r.Recording, tc.want)
			}
			if result.Transcript.Origin != request.OriginNone || result.Transcript.Segments == nil {
				t.Errorf("transcript %+v, want an empty one", result.Transcript)
			}
			if !strings.Contains(result.Detail, tc.want) {
				t.Errorf("detail %q does not say %q", result.Detail, tc.want)
			}
			if tc.want == AbsentNotRecorded && b.source.opened > 0 {
				t.Error("a recording was asked for that cannot be")
			}
		})
	}
}

func TestACompanyThatRecordsNothingIsNotKeptWaiting(t *testing.T) {
	t.Parallel()
	b := newBench(t, 30)
	b.tenant.Settings.Speech.Unrecorded = true
	b.source.details.HasRecording = false
	if _, r, err := b.visit(t); err != nil || r.Recording.Absent != AbsentNotRecorded || b.source.opened != 0 {
		t.Errorf("recording %+v, %v, asked for %d times", r.Recording, err, b.source.opened)
	}
	b.source.details.HasRecording = true // they do, now and then
	if result, _, err := b.visit(t); err != nil || result.Transcript.Origin != request.OriginSpeech {
		t.Errorf("%+v, %v, want a transcript by speech", result, err)
	}
}

// CallRail hides what it takes for spam: the call's own address answers 404, and will tomorrow.
func TestACallMarkedAsSpamIsNotWaitedFor(t *testing.T) {
	t.Parallel()
	for name, hidden := range map[string]source{
		"the call is gone":                          {fetchErr: absent(AbsentNeverCame)},
		"the recording is gone":                     {audioErr: absent(AbsentNeverCame)},
		"the recording is gone, and was said to be": {audioErr: absent(AbsentNeverCame), details: request.Details{HasRecording: true}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, 30)
			b.source = &hidden
			b.source.details.Answered, b.source.details.MarkedSpam = true, true
			b.record.saved.Details = b.source.details
			result, r, err := b.visit(t)
			if err != nil || r.Recording.Absent != AbsentNeverCame || result.Transcript.Origin != request.OriginNone {
				t.Errorf("%+v, recording %+v, %v; want it to go on without words at once", result.Transcript, r.Recording, err)
			}
		})
	}
}

// The mark may be wrong, and the words say so.
func TestACallMarkedAsSpamIsTranscribedIfItCanBe(t *testing.T) {
	t.Parallel()
	b := newBench(t, 30)
	b.source.details.MarkedSpam, b.record.saved.Details.MarkedSpam = true, true
	if result, _, err := b.visit(t); err != nil || result.Transcript.Origin != request.OriginSpeech {
		t.Errorf("%+v, %v, want a transcript by speech", result.Transcript, err)
	}
	b = newBench(t, 30)
	b.record.saved.Details.MarkedSpam = true
	b.source.fetchErr = absent(AbsentUnreachable) // which says nothing about the call
	_, _, err := b.visit(t)
	wantLater(t, err, received.Add(time.Minute))
}

func TestATransientFailureIsTriedAgain(t *testing.T) {
	t.Parallel()
	whole := mp3(30, 1)
	late := received.Add(2 * time.Hour)
	for name, tc := range map[string]struct {
		source source
		now    time.Time
		later  time.Time // zero: an error that counts as an attempt
	}{
		"truncated":                    {source{audio: whole[:50_000], length: int64(len(whole))}, received, time.Time{}},
		"web page":                     {source{audio: []byte("<!DOCTYPE html><html></html>")}, received, time.Time{}},
		"API down":                     {source{fetchErr: absent(AbsentUnreachable)}, received, received.Add(time.Minute)},
		"API down, after the schedule": {source{fetchErr: absent(AbsentUnreachable)}, late, time.Time{}},
		"404 although there should be one, after the schedule": {source{audioErr: absent(AbsentNeverCame)}, late, time.Time{}},
		"rate limited": {
			source{fetchErr: &SourceError{Absent: AbsentUnreachable, Retry: received.Add(90 * time.Minute), Err: errors.New("429")}},
			received, received.Add(90 * time.Minute),
		},
		"rate limited for days, a call of the past": {
			source{fetchErr: &SourceError{Absent: AbsentUnreachable, Retry: received.Add(50 * time.Hour), Err: errors.New("429")}},
			received.Add(49 * time.Hour), received.Add(50 * time.Hour),
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, 1)
			b.record.saved.Handling.Silent = strings.HasSuffix(name, "of the past")
			b.source = &tc.source
			b.source.details = request.Details{Answered: true, HasRecording: true}
			b.record.saved.Details = b.source.details
			b.now = tc.now
			_, r, err := b.visit(t)
			if !tc.later.IsZero() {
				wantLater(t, err, tc.later)
			} else if errors.As(err, new(*stage.LaterError)) || err == nil {
				t.Errorf("error %v, want one that counts as an attempt", err)
			}
			if r.Recording.Absent != "" {
				t.Errorf("given up: %q", r.Recording.Absent)
			}
		})
	}
}

// Thousands of calls of the past may wait for an allowance that lets one of them pass in ten seconds.
func TestTheTurnOfACallOfThePastComesInItsOwnTime(t *testing.T) {
	t.Parallel()
	b := newBench(t, 1)
	b.record.saved.Handling.Silent = true
	b.source.fetchErr = &SourceError{Absent: AbsentUnreachable, Retry: b.now.Add(10 * time.Second), Err: errors.New("429")}
	_, _, err := b.visit(t)
	var later *stage.LaterError
	if !errors.As(err, &later) || later.When.Before(b.now.Add(historyPause)) || later.When.After(b.now.Add(2*historyPause)) {
		t.Errorf("error %v, want Later in %v to %v", err, historyPause, 2*historyPause)
	}
}

func TestTheSourcesOwnTranscriptStandsIn(t *testing.T) {
	t.Parallel()
	b := newBench(t, 1)
	b.source.details = request.Details{CallType: "missed", SourceTranscript: "Agent: Hello.\nCaller: A quote, please."}
	b.record.saved.Details = request.Details{}
	result, r, err := b.visit(t)
	if err != nil || result.Transcript.Origin != request.OriginSource || len(result.Transcript.Segments) != 2 {
		t.Errorf("%+v, %v, want two turns by the source", result.Transcript, err)
	}
	if r.Recording.Absent != AbsentNotRecorded {
		t.Errorf("absent %q", r.Recording.Absent)
	}
}

func TestThePayloadStandsWhenTheAPIDoesNot(t *testing.T) {
	t.Parallel()
	b := newBench(t, 1)
	b.source.fetchErr = absent(AbsentNoAccess)
	_, r, err := b.visit(t)
	if err != nil || r.Details.Campaign != "payload" {
		t.Errorf("details %+v, %v, want the delivery's", r.Details, err)
	}
}

func mustOpen(t *testing.T, b *recording.Bucket, object string) io.ReadCloser {
	t.Helper()
	r, err := b.Reader(t.Context(), object)
	if err != nil {
		t.Fatal(err)
	}
	return r
}
