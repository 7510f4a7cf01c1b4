package recording

import (
	"bytes"
	"slices"
	"strings"

	"github.com/gabriel-vasile/mimetype"
)

// sniffBytes is how much of a recording is looked at before it is believed to be one:
// enough for two frames of any MP3 and for what mimetype reads.
const sniffBytes = 4096

// containers are media types of files that hold sound without saying so in their name.
var containers = []string{"application/ogg", "video/mp4", "video/quicktime", "video/webm"}

// sniff returns the media type of a recording by its first bytes. Servers announce MP3
// as octet-stream and error pages as MP3, so only the bytes count.
func sniff(head []byte) (string, error) {
	if len(head) == 0 {
		return "", &NotAudioError{Found: "empty"}
	}
	found, _, _ := strings.Cut(mimetype.Detect(head).String(), ";")
	switch {
	case found == "audio/mpeg" && !bytes.HasPrefix(head, id3) && !startsWithFrames(head):
		// Two bytes are enough for mimetype to call something MP3.
		return "", &NotAudioError{Found: "application/octet-stream"}
	case strings.HasPrefix(found, "audio/"), slices.Contains(containers, found):
		return found, nil
	default:
		return "", &NotAudioError{Found: found}
	}
}

// startsWithFrames reports whether an MP3 frame is followed by another of its kind. What
// comes before the first is not looked at: encoders put padding there.
func startsWithFrames(head []byte) bool {
	for i := range head {
		first, ok := frameAt(head[i:])
		if !ok {
			continue
		}
		if i+first.bytes >= len(head) {
			return i == 0 // too short for a second one: a single frame is accepted only at the very start
		}
		if second, ok := frameAt(head[i+first.bytes:]); ok && second.kind == first.kind {
			return true
		}
	}
	return false
}
