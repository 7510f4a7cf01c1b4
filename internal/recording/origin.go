package recording

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"strings"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

// Origin says where an excerpt comes from. It stands in the excerpt itself, in words that
// players show as a comment, so that a scratch object can be told from another.
type Origin struct {
	SHA256 string // of the whole recording, hex
	Spans  []request.Span
}

const originLabel = "excerpt of "

func (o Origin) String() string {
	var b strings.Builder
	b.WriteString(originLabel + o.SHA256 + ":")
	for _, s := range o.Spans {
		fmt.Fprintf(&b, " %.3f-%.3f", s.From, s.To)
	}
	return b.String()
}

// chunk returns the origin as a comment of a WAV.
func (o Origin) chunk() []byte {
	text := append([]byte(o.String()), 0)
	if len(text)%2 == 1 {
		text = append(text, 0)
	}
	b := append([]byte("LIST"), binary.LittleEndian.AppendUint32(nil, uint32(4+chunkHeaderBytes+len(text)))...) //nolint:gosec // small
	b = append(b, "INFOICMT"...)
	b = binary.LittleEndian.AppendUint32(b, uint32(len(text))) //nolint:gosec // small
	return append(b, text...)
}

// tag returns the origin as an ID3v2.3 tag with a comment.
func (o Origin) tag() []byte {
	text := append([]byte("\x00eng\x00"), o.String()...)                                     // Latin-1, English, no short description
	body := append([]byte("COMM"), binary.BigEndian.AppendUint32(nil, uint32(len(text)))...) //nolint:gosec // small
	body = append(append(body, 0, 0), text...)
	n := len(body)
	tag := append([]byte("ID3\x03\x00\x00"), byte(n>>21&0x7F), byte(n>>14&0x7F), byte(n>>7&0x7F), byte(n&0x7F))
	return append(tag, body...)
}

// OriginOf reads the origin from an excerpt's first bytes, which must hold all of it.
func OriginOf(head []byte) (Origin, bool) {
	_, text, found := bytes.Cut(head, []byte(originLabel))
	if !found {
		return Origin{}, false
	}
	var o Origin
	sum, spans, _ := bytes.Cut(text, []byte(":"))
	o.SHA256 = string(sum)
	end := bytes.IndexFunc(spans, func(r rune) bool { return !strings.ContainsRune(" .-0123456789", r) })
	if end >= 0 { // else an excerpt without a sound
		spans = spans[:end]
	}
	for word := range strings.FieldsSeq(string(spans)) {
		var s request.Span
		if _, err := fmt.Sscanf(word, "%f-%f", &s.From, &s.To); err != nil {
			return Origin{}, false
		}
		o.Spans = append(o.Spans, s)
	}
	return o, len(o.SHA256) == 64 && len(o.Spans) > 0
}
