package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/oapi-codegen/runtime/types"
	"github.com/spf13/cobra"
	"go.yaml.in/yaml/v3"
)

// confirm asks before something that cannot be taken back, or costs money.
func (s *session) confirm(format string, args ...any) error {
	if s.yes {
		return nil
	}
	if !s.attended() {
		return usageError("this asks for confirmation, and nobody is there to answer: give --yes")
	}
	s.ask(format+" Type yes to go on: ", args...)
	line, err := bufio.NewReader(s.in).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("read answer: %w", err)
	}
	if strings.TrimSpace(strings.ToLower(line)) != "yes" {
		return errors.New("not confirmed, so nothing was done")
	}
	return nil
}

func (s *session) ask(format string, args ...any) { fmt.Fprintf(s.err, format, args...) }

// secretFlag takes a secret from a file or from standard input. There is no flag for the
// secret itself: it would stay in the shell's history and show in the list of processes.
type secretFlag struct {
	name   string
	file   string
	stdin  bool
	direct string // given on the command line nevertheless
}

func (f *secretFlag) add(cmd *cobra.Command, name, what string) {
	f.name = name
	set := cmd.Flags()
	set.StringVar(&f.file, name+"-file", "", "file that holds "+what)
	set.BoolVar(&f.stdin, name+"-stdin", false, "read "+what+" from standard input")
	set.StringVar(&f.direct, name, "", "")
	_ = set.MarkHidden(name) // fails only for an unknown flag
	cmd.MarkFlagsMutuallyExclusive(name+"-file", name+"-stdin")
}

// read returns the secret, or nothing if none was given.
func (f *secretFlag) read(s *session) (string, error) {
	var raw []byte
	var err error
	switch {
	case f.direct != "":
		return "", usageError(fmt.Sprintf("a secret on the command line stays in the shell's history: use --%s-stdin or --%s-file, and replace the one that you typed", f.name, f.name))
	case f.file != "":
		raw, err = os.ReadFile(f.file)
	case f.stdin && s.attended():
		s.ask("%s: ", f.name)
		raw, err = s.password()
		s.ask("\n")
	case f.stdin:
		raw, err = io.ReadAll(s.in)
	default:
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("read %s: %w", f.name, err)
	}
	secret := strings.TrimSpace(string(raw))
	if secret == "" {
		return "", fmt.Errorf("read %s: it is empty", f.name)
	}
	return secret, nil
}

// readDocument reads YAML or JSON from a file, or from standard input for "-", as JSON.
func readDocument(in io.Reader, path string) (json.RawMessage, error) {
	raw, err := readInput(in, path)
	if err != nil {
		return nil, err
	}
	var v any
	if err := yaml.Unmarshal(raw, &v); err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	document, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	return document, nil
}

func readInput(in io.Reader, path string) ([]byte, error) {
	if path == "-" {
		raw, err := io.ReadAll(in)
		if err != nil {
			return nil, fmt.Errorf("read standard input: %w", err)
		}
		return raw, nil
	}
	raw, err := os.ReadFile(path) //nolint:gosec // the operator names the file
	if err != nil {
		return nil, fmt.Errorf("read input: %w", err)
	}
	return raw, nil
}

// days is a range of days.
type days struct{ from, to string }

func (d *days) add(cmd *cobra.Command) {
	cmd.Flags().StringVar(&d.from, "from", "", "first day, as 2026-03-01 (30 days before the last)")
	cmd.Flags().StringVar(&d.to, "to", "", "last day (today)")
}

// resolve returns the days, the last thirty if they were not given.
func (d *days) resolve(now time.Time) (from, to types.Date, err error) {
	to.Time = now.UTC().Truncate(24 * time.Hour)
	if d.to != "" {
		if to.Time, err = parseDay("--to", d.to); err != nil {
			return from, to, err
		}
	}
	from.Time = to.AddDate(0, 0, -30)
	if d.from != "" {
		if from.Time, err = parseDay("--from", d.from); err != nil {
			return from, to, err
		}
	}
	if to.Before(from.Time) {
		return from, to, usageError("--to is before --from")
	}
	return from, to, nil
}

func parseDay(flag, text string) (time.Time, error) {
	day, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return time.Time{}, usageError(fmt.Sprintf("%s %q is not a day: write it as 2026-03-01", flag, text))
	}
	return day, nil
}

// parseTime reads a time, a day (its beginning in UTC), or nothing.
func parseTime(flag, text string) (*time.Time, error) {
	if text == "" {
		return nil, nil
	}
	for _, layout := range []string{time.RFC3339, time.DateOnly} {
		if at, err := time.Parse(layout, text); err == nil {
			return &at, nil
		}
	}
	return nil, usageError(fmt.Sprintf("%s %q is not a time: write it as 2026-03-01 or 2026-03-01T08:00:00Z", flag, text))
}
