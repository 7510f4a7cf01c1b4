//go:build !race

package e2e

// raceEnabled builds devstack with the race detector when the tests are.
const raceEnabled = false
