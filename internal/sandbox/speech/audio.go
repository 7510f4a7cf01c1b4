package speech

import (
	"bufio"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/gabriel-vasile/mimetype"

	"github.com/your-org/multi-tenant-pipeline/internal/recording"
)

const (
	sniffBytes  = 3072     // of a file tell its format
	originBytes = 64 << 10 // of a file tell what it is an excerpt of
)

// audio is one recording as far as it can be told without an engine.
type audio struct {
	durationS float64
	channels  int
	turns     []Turn         // what is said
	voices    map[string]int // who speaks, numbered as they begin to in all of the recording
}

// errNotAudio is in the service's words.
var errNotAudio = invalid("Audio data does not appear to be in a supported encoding. If you believe this to be incorrect, try explicitly specifying the decoding parameters.")

// listen finds out what is said in a recording.
func (s *Server) listen(ctx context.Context, r io.Reader) (audio, error) {
	buffered := bufio.NewReaderSize(r, originBytes)
	head, err := buffered.Peek(originBytes)
	if err != nil && !errors.Is(err, io.EOF) {
		return audio{}, fmt.Errorf("read audio: %w", err)
	}
	format := mimetype.Detect(head[:min(len(head), sniffBytes)])
	if !isAudio(format) {
		return audio{}, errNotAudio
	}
	whole, excerpt, partly := s.recallExcerpt(head)
	file, remove, err := s.scratch(format.Extension())
	if err != nil {
		return audio{}, err
	}
	defer remove()
	sum := sha256.New()
	sound, err := recording.Probe(io.TeeReader(buffered, io.MultiWriter(sum, file)))
	if err != nil {
		return audio{}, fmt.Errorf("read audio: %w", err)
	}
	heard := audio{durationS: sound.DurationS, channels: max(sound.Channels, 1)}
	turns, known := s.recall([sha256.Size]byte(sum.Sum(nil)))
	if !known && partly {
		turns, known = excerpt, true
	} else {
		whole = turns
	}
	if !known && s.cfg.Command != "" {
		turns, err = s.run(ctx, file.path, heard.durationS)
		if err != nil {
			return audio{}, err
		}
		whole = turns
	}
	heard.turns, heard.voices = turns, speakerLabels(whole)
	for _, t := range turns {
		if sound.DurationS == 0 { // a format that is not measured
			heard.durationS = max(heard.durationS, t.End)
		}
	}
	return heard, nil
}

func (s *Server) recall(sum [sha256.Size]byte) ([]Turn, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	turns, known := s.known[sum]
	return turns, known
}

// isAudio knows the formats of AutoDetectDecodingConfig. Ogg, WebM and MP4 hold video too,
// and are heard all the same.
func isAudio(m *mimetype.MIME) bool {
	for ; m != nil; m = m.Parent() {
		switch name, _, _ := strings.Cut(m.String(), ";"); name {
		case "audio/mpeg", "audio/wav", "audio/flac", "audio/ogg", "application/ogg", "audio/amr", "audio/mp4",
			"audio/x-m4a", "audio/aac", "video/webm", "video/mp4", "video/quicktime":
			return true
		}
	}
	return false
}

// scratchFile is where a command will find the audio. Without a path it keeps nothing.
type scratchFile struct {
	path string
	io.Writer
}

func (s *Server) scratch(extension string) (file scratchFile, remove func(), err error) {
	if s.cfg.Command == "" {
		return scratchFile{Writer: io.Discard}, func() {}, nil
	}
	f, err := os.CreateTemp("", "speech-*"+extension)
	if err != nil {
		return scratchFile{}, nil, fmt.Errorf("keep audio: %w", err)
	}
	remove = func() {
		_ = f.Close()           // only read by name from here on
		_ = os.Remove(f.Name()) // the system empties its temporary directory
	}
	return scratchFile{path: f.Name(), Writer: f}, remove, nil
}
