package recording

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

// errShort says that there is less of a recording than was measured.
var errShort = fmt.Errorf("%w: it is shorter than the excerpt", ErrUndecodable)

// Excerpt writes spans of a recording as one WAV of 16 bits, one span behind the other, of one
// channel (from 1) or of all (0). No sample is changed. The spans must come from a Survey of
// the same recording.
func Excerpt(w io.Writer, r io.Reader, from Origin, channel int) error {
	p, err := decode(r)
	if err != nil {
		return err
	}
	channels := p.channels
	if channel > 0 {
		channels = 1
	}
	marks := marksOf(from.Spans, p.rate)
	out := bufio.NewWriter(w)
	format := wavFormat{
		format: formatPCM, channels: uint16(channels), rate: uint32(p.rate), //nolint:gosec // 1 or 2; as it was read
		block: uint16(2 * channels), bits: 16,
	}
	writeWAVHeader(out, format.encode(), from, samplesIn(marks)*int64(format.block))
	if err := copySamples(out, p, marks, channel); err != nil {
		return fmt.Errorf("excerpt: %w", err)
	}
	return out.Flush()
}

// mark is a span in samples.
type mark struct{ from, to int64 }

func marksOf(spans []request.Span, rate int) []mark {
	marks := make([]mark, 0, len(spans))
	for _, s := range spans {
		marks = append(marks, mark{int64(math.Round(s.From * float64(rate))), int64(math.Round(s.To * float64(rate)))})
	}
	return marks
}

func samplesIn(marks []mark) int64 {
	total := int64(0)
	for _, m := range marks {
		total += m.to - m.from
	}
	return total
}

func copySamples(w io.Writer, p *pcm, marks []mark, channel int) error {
	buf, out := make([]byte, p.block), make([]byte, 0, 4)
	for at := int64(0); len(marks) > 0; at++ {
		left, right, err := p.next(buf)
		if errors.Is(err, io.EOF) {
			return errShort
		}
		if err != nil {
			return err
		}
		if at < marks[0].from {
			continue
		}
		out = out[:0]
		if channel != 2 {
			out = binary.LittleEndian.AppendUint16(out, uint16(left)) //nolint:gosec // the sign is the sixteenth bit
		}
		if channel == 2 || (channel == 0 && p.channels == 2) {
			out = binary.LittleEndian.AppendUint16(out, uint16(right)) //nolint:gosec // as above
		}
		if _, err := w.Write(out); err != nil {
			return err
		}
		if at+1 >= marks[0].to {
			marks = marks[1:]
		}
	}
	return nil
}

// encode returns the format as the fmt chunk of a WAV.
func (f wavFormat) encode() []byte {
	b := binary.LittleEndian.AppendUint16(nil, f.format)
	b = binary.LittleEndian.AppendUint16(b, f.channels)
	b = binary.LittleEndian.AppendUint32(b, f.rate)
	b = binary.LittleEndian.AppendUint32(b, f.rate*uint32(f.block))
	b = binary.LittleEndian.AppendUint16(b, f.block)
	return binary.LittleEndian.AppendUint16(b, f.bits)
}

// writeWAVHeader writes everything before the samples. Its writer keeps the first error.
func writeWAVHeader(w *bufio.Writer, format []byte, from Origin, data int64) {
	comment := from.chunk()
	size := 4 + chunkHeaderBytes + int64(len(format)) + int64(len(comment)) + chunkHeaderBytes + data
	b := append([]byte("RIFF"), binary.LittleEndian.AppendUint32(nil, uint32(size))...) //nolint:gosec // below 4 GB: no recording is kept that is not
	b = append(b, "WAVEfmt "...)
	b = binary.LittleEndian.AppendUint32(b, uint32(len(format))) //nolint:gosec // at most 1 KiB
	b = append(b, format...)
	b = append(b, comment...)
	b = append(b, "data"...)
	b = binary.LittleEndian.AppendUint32(b, uint32(data)) //nolint:gosec // as above
	_, _ = w.Write(b)
}

// Cut writes one span of an MP3 or WAV as a file of the same kind, without decoding it: frame
// by frame, or sample by sample. An MP3 begins and ends within a frame of the span, and its
// first frames may be muted: they build on those before.
func Cut(w io.Writer, r io.Reader, from Origin) error {
	src := bufio.NewReaderSize(r, sniffBytes)
	head, err := src.Peek(sniffBytes)
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	if len(from.Spans) != 1 {
		return errors.New("cut: one span is needed")
	}
	out := bufio.NewWriter(w)
	switch contentType, _ := sniff(head); contentType {
	case "audio/wav":
		err = cutWAV(out, src, from)
	case "audio/mpeg":
		err = cutMP3(out, src, from)
	default:
		err = ErrUndecodable
	}
	if err != nil {
		return fmt.Errorf("cut: %w", err)
	}
	return out.Flush()
}

func cutWAV(w *bufio.Writer, src io.Reader, from Origin) error {
	f, err := readWAV(src)
	if err != nil {
		return err
	}
	if f.block == 0 || f.perSecond == 0 {
		return ErrUndecodable
	}
	at := func(seconds float64) int64 {
		return int64(seconds*float64(f.perSecond)) / int64(f.block) * int64(f.block)
	}
	span := from.Spans[0]
	skip, length := at(span.From), at(span.To)-at(span.From)
	if _, err := io.CopyN(io.Discard, src, skip); err != nil {
		return short(err)
	}
	writeWAVHeader(w, f.chunk, from, length)
	_, err = io.CopyN(w, src, length)
	return short(err)
}

// short names the end of a file by what it means for the excerpt.
func short(err error) error {
	if errors.Is(err, io.EOF) {
		return errShort
	}
	return err
}

func cutMP3(w *bufio.Writer, src *bufio.Reader, from Origin) error {
	_, _ = w.Write(from.tag())
	var first frame
	span, samples := from.Spans[0], int64(0)
	for {
		header, err := src.Peek(id3HeaderBytes)
		if len(header) < frameHeaderBytes {
			return unlessEnd(err)
		}
		if bytes.HasPrefix(header, id3) && len(header) == id3HeaderBytes {
			if _, err := src.Discard(id3HeaderBytes + id3Bytes(header)); err != nil {
				return unlessEnd(err)
			}
			continue
		}
		f, ok := frameAt(header)
		if !ok || (first.bytes > 0 && f.kind != first.kind) {
			if _, err := src.Discard(1); err != nil {
				return unlessEnd(err)
			}
			continue
		}
		if first.bytes == 0 {
			first = f
		}
		counts := samples == 0 && countsFrames(src)
		at := float64(samples) / float64(first.kind.rate)
		samples += int64(f.samples)
		if at >= span.To {
			return nil
		}
		dst := io.Discard
		if at >= span.From && !counts {
			dst = w
		}
		if _, err := io.CopyN(dst, src, int64(f.bytes)); err != nil {
			return unlessEnd(err)
		}
	}
}

// countBytes is where, at most, the mark of a frame that counts ends: behind a header, a
// checksum and the side information of a frame of MPEG-1 with two channels.
const countBytes = frameHeaderBytes + 2 + 32 + 4

// countsFrames reports whether the frame ahead holds no sound, but how many frames follow.
func countsFrames(src *bufio.Reader) bool {
	head, _ := src.Peek(countBytes) // of a file that ends here, what there is
	return bytes.Contains(head, []byte("Xing")) || bytes.Contains(head, []byte("Info")) || bytes.Contains(head, []byte("VBRI"))
}

// unlessEnd: an MP3 that breaks off is as long as it is.
func unlessEnd(err error) error {
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}
