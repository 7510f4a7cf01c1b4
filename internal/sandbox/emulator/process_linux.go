package emulator

import (
	"os/exec"
	"syscall"
)

// dieWithParent lets the kernel kill the command when this process dies, however it dies.
// Its own process group keeps a terminal's Ctrl-C away from it: the services still need
// Spanner while they drain.
func dieWithParent(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Setpgid: true}
}
