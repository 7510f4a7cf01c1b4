//go:build !unix

package speech

import (
	"os/exec"
	"time"
)

// dieTogether does not wait for what the command leaves behind.
func dieTogether(cmd *exec.Cmd) { cmd.WaitDelay = 5 * time.Second }
