//go:build !linux

package emulator

import "os/exec"

// dieWithParent does nothing: the emulator's binary exists for Linux only, elsewhere it
// runs in a container, see removeStale.
func dieWithParent(*exec.Cmd) {}
