//go:build !linux

package main

import "os/exec"

// dieWithParent is only possible on Linux; elsewhere the services of a devstack that was
// killed, not stopped, must be ended by hand.
func dieWithParent(*exec.Cmd) {}
