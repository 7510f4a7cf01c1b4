package recording

import (
	"errors"
	"fmt"
	"io"
	"math"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

// When something counts as quiet. Speech on a telephone is some 25 dB below full scale, its
// softest consonants another 20; what is left out must be well below both.
const (
	quietDB    = -55.0 // dB of full scale, RMS of a window
	quietBelow = 35.0  // dB below the loudest window of the same channel, whichever is less
	deadDB     = -60.0 // a channel that never gets louder has nothing on it
	alikeDB    = 25.0  // by so much less, the difference of two channels is an encoder's

	windowS    = 0.04 // seconds of one measurement
	marginS    = 0.6  // kept before and after sound: more than what ends a turn
	minQuietS  = 3.0  // shorter pauses are part of talking
	differentS = 0.5  // for so long two channels must differ to be two
)

// listenMaxS is the longest recording that is listened to: each window is held in memory. It is
// checked against what is heard, for what a file says of its length may be wrong.
const listenMaxS = 31 * 60

// minRate is less than anybody records a voice with.
const minRate = 4_000

// Survey is what can be told about a recording by its sound, without understanding a word.
type Survey struct {
	DurationS float64
	Channels  int
	Only      int            // the channel, from 1, beside which no other holds anything new; 0: all are needed
	SoundS    float64        // seconds that are not quiet
	VoiceS    float64        // of them, those that are no signal of a telephone network
	Sound     []request.Span // where there is sound, with margins; only long silence is left out
}

// Listen measures a recording. The error is ErrUndecodable if it is of a kind, or in a state,
// that cannot be listened to, or too long; any other is the reader's.
func Listen(r io.Reader) (*Survey, error) {
	p, err := decode(r)
	if err != nil {
		return nil, err
	}
	if p.rate < minRate {
		return nil, fmt.Errorf("%w: %d samples a second", ErrUndecodable, p.rate)
	}
	m := newLevels(p.rate)
	buf := make([]byte, p.block)
	for {
		left, right, err := p.next(buf)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		if m.samples >= listenMaxS*p.rate {
			return nil, fmt.Errorf("%w: it is too long", ErrUndecodable)
		}
		m.add(float64(left), float64(right))
	}
	m.close()
	return m.survey(p.channels), nil
}

// window is how loud a moment is.
type window struct {
	level [2]float64 // of each channel, dB of full scale
	apart float64    // of what the channels do not have in common
	tone  bool       // it is one of the signals of a telephone network
}

// levels measures window by window.
type levels struct {
	rate    int
	size    int // samples of a window
	samples int
	now     [2][]float64
	windows []window
	tones   []tone
}

func newLevels(rate int) *levels {
	return &levels{rate: rate, size: max(1, int(math.Round(windowS*float64(rate)))), tones: tonesAt(rate)}
}

func (m *levels) add(left, right float64) {
	m.samples++
	m.now[0] = append(m.now[0], left)
	m.now[1] = append(m.now[1], right)
	if len(m.now[0]) == m.size {
		m.close()
	}
}

// close ends the window under way; at the end of a recording it is shorter than the others.
func (m *levels) close() {
	if len(m.now[0]) == 0 {
		return
	}
	apart := make([]float64, len(m.now[0]))
	for i := range apart {
		apart[i] = m.now[0][i] - m.now[1][i]
	}
	powers := [2]float64{power(m.now[0]), power(m.now[1])}
	w := window{level: [2]float64{decibels(powers[0]), decibels(powers[1])}, apart: decibels(power(apart))}
	loudest := 0
	if powers[1] > powers[0] {
		loudest = 1
	}
	if w.level[loudest] > quietDB {
		w.tone = isTone(m.now[loudest], powers[loudest], m.tones)
	}
	m.windows = append(m.windows, w)
	m.now[0], m.now[1] = m.now[0][:0], m.now[1][:0]
}

// power returns the mean square of samples, without a constant that nobody hears. It takes
// the constant away from them.
func power(samples []float64) float64 {
	mean := 0.0
	for _, s := range samples {
		mean += s
	}
	mean /= float64(len(samples))
	sum := 0.0
	for i := range samples {
		samples[i] -= mean
		sum += samples[i] * samples[i]
	}
	return sum / float64(len(samples))
}

const silenceDB = -200.0

func decibels(power float64) float64 {
	if power <= 0 {
		return silenceDB
	}
	return 10 * math.Log10(power/(math.MaxInt16*math.MaxInt16))
}

func (m *levels) survey(channels int) *Survey {
	s := &Survey{Channels: channels, DurationS: float64(m.samples) / float64(m.rate)}
	threshold := m.thresholds(channels)
	second := float64(m.rate)
	size := float64(m.size) / second
	heard := make([]float64, 2)
	different := 0.0
	for i, w := range m.windows {
		loud := false
		for c, level := range w.level[:channels] {
			if level >= threshold[c] {
				loud = true
				heard[c] += size
			}
		}
		if !loud {
			continue
		}
		s.SoundS += size
		if !w.tone {
			s.VoiceS += size
		}
		if w.apart > max(quietDB, w.level[0]-alikeDB, w.level[1]-alikeDB) {
			different += size
		}
		s.hear(float64(i)*size, float64(i+1)*size)
	}
	if channels == 2 {
		s.Only = only(heard, different)
	}
	return s
}

// thresholds returns from which level on each channel has sound.
func (m *levels) thresholds(channels int) []float64 {
	t := make([]float64, channels)
	for c := range t {
		peak := silenceDB
		for _, w := range m.windows {
			peak = max(peak, w.level[c])
		}
		t[c] = min(quietDB, peak-quietBelow)
		if peak < deadDB {
			t[c] = math.Inf(1)
		}
	}
	return t
}

// hear adds a moment with sound, with its margins.
func (s *Survey) hear(from, to float64) {
	from, to = max(0, from-marginS), min(s.DurationS, to+marginS)
	if last := len(s.Sound) - 1; last >= 0 && from-s.Sound[last].To < minQuietS-2*marginS {
		s.Sound[last].To = to
		return
	}
	s.Sound = append(s.Sound, request.Span{From: from, To: to})
}

// only returns the channel that is enough of two, 0 if both are needed.
func only(heard []float64, different float64) int {
	switch {
	case heard[0] == 0 && heard[1] == 0:
		return 0
	case heard[1] == 0, heard[0] > 0 && different < differentS:
		return 1
	case heard[0] == 0:
		return 2
	default:
		return 0
	}
}
