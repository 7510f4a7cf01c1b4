package transcribe

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/recording"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/stage"
)

// waitShare is the share of the time waited so far after which an upload is looked for again.
const waitShare = 6

// receive takes over the audio that the creator of the call uploads. There is nobody else to
// ask for it: what was uploaded stays as it is, good or bad.
func (v *visit) receive(ctx context.Context) error {
	upload := v.r.Handling.Upload
	if upload == "" {
		return v.giveUp(AbsentNotRecorded)
	}
	ctx, cancel := context.WithTimeout(ctx, v.cfg.DownloadTimeout+time.Minute)
	defer cancel()
	audio, err := v.bucket.Uploaded(ctx, upload)
	if errors.Is(err, fs.ErrNotExist) {
		return v.awaitUpload()
	}
	if err != nil {
		return v.missing(fmt.Errorf("open upload: %w", err))
	}
	err = v.keep(ctx, audio)
	var notAudio *recording.NotAudioError
	if errors.As(err, &notAudio) {
		return v.giveUp(AbsentNotAudio)
	}
	return err
}

// awaitUpload leaves the request alone for a while. The longer nothing has come, the less
// often it is looked for.
func (v *visit) awaitUpload() error {
	now, until := v.now(), v.r.Handling.UploadUntil
	if !now.Before(until) {
		return v.giveUp(AbsentNeverCame)
	}
	pause := min(max(now.Sub(v.r.ReceivedAt)/waitShare, v.cfg.UploadMin), v.cfg.UploadMax, until.Sub(now))
	return stage.Later(now.Add(pause), "waiting for the upload")
}

// given is the transcript that the call came with. Nothing is paid for it.
func (v *visit) given(from *request.Transcript) stage.Result {
	t := *from
	t.Segments = slices.Clone(from.Segments)
	for i := range t.Segments {
		s := &t.Segments[i]
		switch role := speakerOf(s.Speaker); role {
		case request.Agent, request.Customer:
			s.Speaker, t.RoleConfidence = role, labelConfidence
		case "":
			s.Speaker = "speaker 1"
		}
	}
	if t.RoleConfidence == 0 {
		t.RoleConfidence = assignRoles(t.Segments, v.setting())
	}
	v.r.Recording = request.Recording{Absent: AbsentNotRecorded}
	return v.result(&t, "the transcript that the call came with is used")
}
