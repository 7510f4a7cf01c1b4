package recording

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	decoder "github.com/hajimehoshi/go-mp3"
)

// ErrUndecodable says that a recording is of a kind that is only kept and sent on.
var ErrUndecodable = errors.New("recording cannot be decoded")

// pcm is a recording's samples.
type pcm struct {
	rate     int // samples per second
	channels int // 1 or 2
	block    int // bytes of one moment in src
	sample   func(b []byte, channel int) int16
	src      io.Reader
}

// decode reads a WAV of 8 or 16 bits, μ-law or A-law, or an MP3 of MPEG-1 or MPEG-2.
// Anything else is ErrUndecodable, also MPEG-2.5: that is all MP3 below 16 kHz.
func decode(r io.Reader) (*pcm, error) {
	src := bufio.NewReaderSize(r, sniffBytes)
	head, err := src.Peek(sniffBytes)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	switch contentType, _ := sniff(head); contentType {
	case "audio/wav":
		return decodeWAV(src)
	case "audio/mpeg":
		return decodeMP3(src)
	default:
		return nil, ErrUndecodable
	}
}

// next returns the samples of one moment, io.EOF after the last one.
func (p *pcm) next(buf []byte) (left, right int16, err error) {
	if _, err := io.ReadFull(p.src, buf[:p.block]); err != nil {
		if errors.Is(err, io.ErrUnexpectedEOF) { // the recording breaks off
			err = io.EOF
		}
		return 0, 0, err
	}
	left = p.sample(buf, 0)
	if p.channels == 1 {
		return left, left, nil
	}
	return left, p.sample(buf, 1), nil
}

func sample16(b []byte, channel int) int16 {
	return int16(binary.LittleEndian.Uint16(b[2*channel:])) //nolint:gosec // the sign is the sixteenth bit
}

// decodeMP3 decodes what the library makes of an MP3: always two channels of 16 bits.
func decodeMP3(src *bufio.Reader) (*pcm, error) {
	first := &probe{}
	stream, err := newDecoder(io.TeeReader(src, first))
	if err != nil {
		return nil, err
	}
	channels := first.frames.first.channels
	if channels == 0 {
		return nil, ErrUndecodable
	}
	first.done = true
	return &pcm{rate: stream.SampleRate(), channels: channels, block: 4, sample: sample16, src: guarded{stream}}, nil
}

// probe walks over the frames until somebody has seen enough.
type probe struct {
	frames frames
	done   bool
}

func (p *probe) Write(b []byte) (int, error) {
	if !p.done {
		p.frames.write(b)
	}
	return len(b), nil
}

// newDecoder hides that the source could seek: the library would read all of it first.
func newDecoder(src io.Reader) (d *decoder.Decoder, err error) {
	defer undecodable(&err)
	d, err = decoder.NewDecoder(struct{ io.Reader }{src})
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUndecodable, err)
	}
	return d, nil
}

// guarded keeps the decoder's troubles with odd files from being anybody else's.
type guarded struct{ src io.Reader }

func (g guarded) Read(p []byte) (n int, err error) {
	defer undecodable(&err)
	n, err = g.src.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		return n, fmt.Errorf("%w: %w", ErrUndecodable, err)
	}
	return n, err
}

// undecodable turns a panic of the decoder into an error: what strangers send must not end
// the process.
func undecodable(err *error) {
	if p := recover(); p != nil {
		*err = fmt.Errorf("%w: %v", ErrUndecodable, p)
	}
}

// Formats of WAV.
const (
	formatPCM  = 1
	formatALaw = 6
	formatULaw = 7
)

func decodeWAV(src *bufio.Reader) (*pcm, error) {
	f, err := readWAV(src)
	if err != nil {
		return nil, err
	}
	p := &pcm{rate: int(f.rate), channels: int(f.channels), block: int(f.block), src: src}
	if f.data >= 0 {
		p.src = io.LimitReader(src, f.data)
	}
	switch {
	case f.format == formatPCM && f.bits == 16:
		p.sample = sample16
	case f.format == formatPCM && f.bits == 8:
		p.sample = func(b []byte, c int) int16 { return (int16(b[c]) - 128) << 8 }
	case f.format == formatULaw && f.bits == 8:
		p.sample = func(b []byte, c int) int16 { return fromULaw(b[c]) }
	case f.format == formatALaw && f.bits == 8:
		p.sample = func(b []byte, c int) int16 { return fromALaw(b[c]) }
	default:
		return nil, ErrUndecodable
	}
	// What does not add up could make much of little: somebody else has written it.
	consistent := p.block == p.channels*int(f.bits)/8 && f.perSecond == f.rate*uint32(f.block)
	if !consistent || p.channels < 1 || p.channels > 2 || p.rate < 1 || p.rate > maxRate {
		return nil, ErrUndecodable
	}
	return p, nil
}

// wavFormat is what a WAV's header says.
type wavFormat struct {
	format, channels uint16
	rate, perSecond  uint32 // samples, and bytes
	block, bits      uint16
	data             int64  // bytes of samples; -1: up to the end
	chunk            []byte // the fmt chunk as it stands there
}

// maxRate is more than anybody records with.
const maxRate = 192_000

// maxFormatBytes is many times what any fmt chunk takes.
const maxFormatBytes = 1024

// readWAV reads up to the first sample.
func readWAV(src io.Reader) (wavFormat, error) {
	var f wavFormat
	header := make([]byte, riffHeaderBytes)
	if _, err := io.ReadFull(src, header); err != nil {
		return f, unreadable(err)
	}
	for {
		head := header[:chunkHeaderBytes]
		if _, err := io.ReadFull(src, head); err != nil {
			return f, unreadable(err)
		}
		switch size := chunkBytesOf(head); {
		case bytes.HasPrefix(head, []byte("data")):
			if f.chunk == nil {
				return f, ErrUndecodable
			}
			f.data = int64(binary.LittleEndian.Uint32(head[4:]))
			if dataBytesOf(head) > 1<<40 {
				f.data = -1
			}
			return f, nil
		case bytes.HasPrefix(head, []byte("fmt ")):
			if size < formatBytes || size > maxFormatBytes {
				return f, ErrUndecodable
			}
			f.chunk = make([]byte, size)
			if _, err := io.ReadFull(src, f.chunk); err != nil {
				return f, unreadable(err)
			}
			f.format, f.channels = binary.LittleEndian.Uint16(f.chunk), binary.LittleEndian.Uint16(f.chunk[2:])
			f.rate, f.perSecond = binary.LittleEndian.Uint32(f.chunk[4:]), binary.LittleEndian.Uint32(f.chunk[8:])
			f.block, f.bits = binary.LittleEndian.Uint16(f.chunk[12:]), binary.LittleEndian.Uint16(f.chunk[14:])
		default:
			if _, err := io.CopyN(io.Discard, src, size); err != nil {
				return f, unreadable(err)
			}
		}
	}
}

// unreadable tells a file that ends too early from a source that fails.
func unreadable(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return ErrUndecodable
	}
	return err
}

// fromULaw and fromALaw expand a byte to 16 bits (ITU-T G.711).
func fromULaw(b byte) int16 {
	b = ^b
	v := (int16(b&0x0F)<<3+0x84)<<(b>>4&7) - 0x84
	if b&0x80 != 0 {
		return -v
	}
	return v
}

func fromALaw(b byte) int16 {
	b ^= 0x55
	v := int16(b&0x0F)<<4 + 8
	if exponent := b >> 4 & 7; exponent > 0 {
		v = (v + 0x100) << (exponent - 1)
	}
	if b&0x80 != 0 {
		return v
	}
	return -v
}
