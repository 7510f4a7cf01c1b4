package main

import (
	"os/exec"
	"syscall"
)

// dieWithParent lets the kernel kill a service when devstack is killed, and keeps a
// terminal's Ctrl-C away from it: devstack ends its services itself, in order.
func dieWithParent(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Setpgid: true}
}
