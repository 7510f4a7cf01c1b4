package recording

import (
	"crypto/sha256"
	"hash"
	"hash/crc32"
	"io"
)

// Sound is what can be told about audio without decoding it.
type Sound struct {
	DurationS float64 // seconds; 0: unknown
	Channels  int     // 0: unknown
}

// Probe reads a recording to its end and measures it. Formats other than MP3 and WAV
// give the zero Sound. A recording that breaks off is measured as far as it goes.
func Probe(r io.Reader) (Sound, error) {
	in := newInspector()
	if _, err := io.Copy(in, r); err != nil {
		return Sound{}, err
	}
	return in.sound(), nil
}

// inspector finds out everything about a recording while it streams by.
type inspector struct {
	sha   hash.Hash
	crc   hash.Hash32
	bytes int64
	head  []byte // what came by before the format was known
	meter meter  // nil until then
}

func newInspector() *inspector {
	return &inspector{sha: sha256.New(), crc: crc32.New(crc32.MakeTable(crc32.Castagnoli))}
}

// Write implements io.Writer; it never fails.
func (in *inspector) Write(p []byte) (int, error) {
	_, _ = in.sha.Write(p)
	_, _ = in.crc.Write(p)
	in.bytes += int64(len(p))
	if in.meter != nil {
		in.meter.write(p)
		return len(p), nil
	}
	in.head = append(in.head, p...)
	if len(in.head) >= sniffBytes {
		in.start()
	}
	return len(p), nil
}

// start chooses the meter and shows it what it missed.
func (in *inspector) start() {
	in.meter = meterFor(in.head)
	in.meter.write(in.head)
	in.head = nil
}

func (in *inspector) sound() Sound {
	if in.meter == nil {
		in.start()
	}
	return in.meter.sound()
}

// meter measures the audio that it is shown, piece by piece.
type meter interface {
	write(p []byte)
	sound() Sound
}

func meterFor(head []byte) meter {
	switch contentType, _ := sniff(head); contentType {
	case "audio/mpeg":
		return &frames{}
	case "audio/wav":
		return &wave{}
	default:
		return unmeasured{}
	}
}

// unmeasured stands for a format that would have to be decoded.
type unmeasured struct{}

func (unmeasured) write([]byte) {}
func (unmeasured) sound() Sound { return Sound{} }
