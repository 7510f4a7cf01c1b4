package main

import (
	"strings"

	"github.com/spf13/cobra"
)

// doubled writes -cases as --cases: Go's own tools, and the pipeline's other programs, take
// long flags with one dash. Only what is a long flag of the command is touched.
func doubled(root *cobra.Command, args []string) []string {
	cmd, _, err := root.Find(args)
	if err != nil {
		return args // the command says so
	}
	out := make([]string, 0, len(args))
	for i, arg := range args {
		if arg == "--" {
			return append(out, args[i:]...)
		}
		name, _, _ := strings.Cut(strings.TrimPrefix(arg, "-"), "=")
		if strings.HasPrefix(arg, "-") && len(name) > 1 && cmd.Flag(name) != nil {
			arg = "-" + arg
		}
		out = append(out, arg)
	}
	return out
}
