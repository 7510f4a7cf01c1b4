//go:build race

package e2e

// raceEnabled reports whether the tests are built with the race detector.
const raceEnabled = true
