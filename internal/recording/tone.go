package recording

import "math"

// toneShare is the share of a window's power that its signal frequencies hold if it is one.
// Voices spread theirs over a row of harmonics.
const toneShare = 0.85

// tone is a signal of a telephone network, or a machine's beep, of one frequency or two that
// sound together.
type tone []goertzel

// toneFrequencies are hertz: dialling, ringing and busy in North America (ITU-T E.180), the tone that
// most other countries use, the three of "not in service", and beeps.
var toneFrequencies = [][]float64{{350, 440}, {440, 480}, {480, 620}, {425}, {400}, {950}, {1400}, {1800}, {1000}, {440}}

// goertzel is the coefficient that measures one frequency at one sample rate.
type goertzel float64

// tonesAt returns the signals that a sample rate can hold.
func tonesAt(rate int) []tone {
	var at []tone
	for _, frequencies := range toneFrequencies {
		var s tone
		for _, f := range frequencies {
			if f < float64(rate)/2 {
				s = append(s, goertzel(2*math.Cos(2*math.Pi*f/float64(rate))))
			}
		}
		if len(s) == len(frequencies) {
			at = append(at, s)
		}
	}
	return at
}

// isTone reports whether samples of a mean square are hardly anything but one tone.
func isTone(samples []float64, power float64, among []tone) bool {
	for _, s := range among {
		held := 0.0
		for _, g := range s {
			held += g.power(samples)
		}
		if held > toneShare*power {
			return true
		}
	}
	return false
}

// power returns the mean square of the frequency's share (G. Goertzel, 1958).
func (g goertzel) power(samples []float64) float64 {
	var before, last float64
	for _, s := range samples {
		before, last = last, s+float64(g)*last-before
	}
	n := float64(len(samples))
	return 2 * (before*before + last*last - float64(g)*before*last) / (n * n)
}
