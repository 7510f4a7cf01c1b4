package recording

import (
	"bytes"

	"github.com/tcolgate/mp3"
)

// id3 begins a tag of version 2, which may hold a picture and so is skipped by its
// length: pictures are full of what looks like frames.
var id3 = []byte("ID3")

const (
	frameHeaderBytes = 4
	id3HeaderBytes   = 10
)

// frame is one MP3 frame as its header describes it.
type frame struct {
	kind     kind
	bytes    int // with the header
	samples  int // per channel
	channels int
}

// kind is what all frames of one file have in common.
type kind struct {
	version mp3.FrameVersion
	layer   mp3.FrameLayer
	rate    mp3.FrameSampleRate
}

// frameAt reads the frame header at the start of b.
func frameAt(b []byte) (frame, bool) {
	if len(b) < frameHeaderBytes || b[0] != 0xFF || b[1]&0xE0 != 0xE0 {
		return frame{}, false
	}
	h := mp3.FrameHeader(b[:frameHeaderBytes])
	if h.Version() == mp3.MPEGReserved || h.Layer() == mp3.LayerReserved || h.Emphasis() == mp3.EmphReserved ||
		h.BitRate() == mp3.ErrInvalidBitrate || h.SampleRate() == mp3.ErrInvalidSampleRate {
		return frame{}, false
	}
	samples := samplesOf(h)
	f := frame{
		kind:     kind{version: h.Version(), layer: h.Layer(), rate: h.SampleRate()},
		bytes:    sizeOf(h, samples),
		samples:  samples,
		channels: 2,
	}
	if h.ChannelMode() == mp3.SingleChannel {
		f.channels = 1
	}
	return f, f.bytes > frameHeaderBytes
}

// samplesOf returns how many samples a frame holds, per channel (ISO 11172-3, 13818-3).
func samplesOf(h mp3.FrameHeader) int {
	switch {
	case h.Layer() == mp3.Layer1:
		return 384
	case h.Layer() == mp3.Layer3 && h.Version() != mp3.MPEG1:
		return 576
	default:
		return 1152
	}
}

// sizeOf returns the bytes of a frame. Layer I counts in slots of four bytes.
func sizeOf(h mp3.FrameHeader, samples int) int {
	pad := 0
	if h.Pad() {
		pad = 1
	}
	if h.Layer() == mp3.Layer1 {
		return (12*int(h.BitRate())/int(h.SampleRate()) + pad) * 4
	}
	return samples/8*int(h.BitRate())/int(h.SampleRate()) + pad
}

// frames measures an MP3 by walking from frame header to frame header. The bitrate may
// change from frame to frame, so only the walk gives the duration.
type frames struct {
	buf     []byte // header bytes collected so far
	skip    int    // bytes left of the current frame or tag
	pending int    // samples of the current frame, counted once all of it came by
	first   frame
	samples int64
}

func (f *frames) write(p []byte) {
	for len(p) > 0 {
		if f.skip == 0 {
			f.collect(p[0])
			p = p[1:]
			continue
		}
		n := min(f.skip, len(p))
		p = p[n:]
		f.skip -= n
		if f.skip == 0 {
			f.samples += int64(f.pending)
			f.pending = 0
		}
	}
}

// collect adds a byte outside of any frame: to a header, or to something to slide over.
func (f *frames) collect(b byte) {
	f.buf = append(f.buf, b)
	if bytes.HasPrefix(f.buf, id3) {
		if len(f.buf) == id3HeaderBytes {
			f.skip = id3Bytes(f.buf)
			f.buf = f.buf[:0]
		}
		return
	}
	if len(f.buf) < frameHeaderBytes {
		return
	}
	next, ok := frameAt(f.buf)
	if !ok || (f.first.bytes > 0 && next.kind != f.first.kind) {
		f.buf = append(f.buf[:0], f.buf[1:]...)
		return
	}
	if f.first.bytes == 0 {
		f.first = next
	}
	f.buf = f.buf[:0]
	f.skip = next.bytes - frameHeaderBytes
	f.pending = next.samples
}

func (f *frames) sound() Sound {
	if f.first.bytes == 0 {
		return Sound{}
	}
	return Sound{DurationS: float64(f.samples) / float64(f.first.kind.rate), Channels: f.first.channels}
}

// id3Bytes returns what follows a tag's header: its size in four bytes of seven bits,
// and a footer if a flag says so.
func id3Bytes(header []byte) int {
	size := 0
	for _, b := range header[6:id3HeaderBytes] {
		size = size<<7 | int(b&0x7F)
	}
	if header[5]&0x10 != 0 {
		size += id3HeaderBytes
	}
	return size
}
