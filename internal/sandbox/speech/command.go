package speech

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"unicode/utf8"
)

// maxReason bounds how much of a failed command's complaint is told.
const maxReason = 500

// run lets the command listen to a file. One runs at a time.
func (s *Server) run(ctx context.Context, path string, durationS float64) ([]Turn, error) {
	select {
	case s.command <- struct{}{}:
		defer func() { <-s.command }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if s.cfg.CommandTimeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, s.cfg.CommandTimeout)
		defer cancel()
	}
	cmd := exec.CommandContext(ctx, "sh", "-c", s.cfg.Command, "sh", path) //nolint:gosec // the developer's own command
	cmd.Env = append(cmd.Environ(), "AUDIO_FILE="+path)
	dieTogether(cmd)
	out, err := cmd.Output()
	var failed *exec.ExitError
	if errors.As(err, &failed) {
		reason := strings.TrimSpace(string(failed.Stderr))
		return nil, fmt.Errorf("run speech command: %w: %s", err, reason[max(0, len(reason)-maxReason):])
	}
	if err != nil {
		return nil, fmt.Errorf("run speech command: %w", err)
	}
	return parseTurns(out, durationS)
}

// parseTurns reads a command's output: JSON turns, or a line of text per turn.
func parseTurns(out []byte, durationS float64) ([]Turn, error) {
	out = bytes.TrimSpace(out)
	if !utf8.Valid(out) {
		return nil, errors.New("read speech command: output is not UTF-8")
	}
	if !bytes.HasPrefix(out, []byte("[{")) && !bytes.Equal(out, []byte("[]")) {
		return spread(strings.Split(string(out), "\n"), durationS), nil
	}
	var turns []Turn
	if err := json.Unmarshal(out, &turns); err != nil {
		return nil, fmt.Errorf("read speech command: %w", err)
	}
	return turns, nil
}

// spread gives each line its share of the time, by its length.
func spread(lines []string, durationS float64) []Turn {
	total := 0
	for i := range lines {
		lines[i] = strings.TrimSpace(lines[i])
		total += len(lines[i])
	}
	var turns []Turn
	said := 0
	for _, line := range lines {
		if line == "" {
			continue
		}
		start := durationS * float64(said) / float64(total)
		said += len(line)
		turns = append(turns, Turn{Start: start, End: durationS * float64(said) / float64(total), Text: line})
	}
	return turns
}
