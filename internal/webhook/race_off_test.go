//go:build !race

package webhook

// raceAllocations is what the race detector adds to a delivery, at most.
const raceAllocations = 0
