package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// tools are the programs that do the speaking and the packing.
var tools = []string{"flite", "lame"}

func main() {
	data := flag.String("data", "internal/sandbox/samples/data", "folder of the samples")
	only := flag.String("only", "*", "name of one sample, or a pattern such as 'kitchen*'")
	flag.Parse()
	if err := run(context.Background(), *data, *only); err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
}

// run generates the samples whose name matches only.
func run(ctx context.Context, data, only string) error {
	if err := installed(tools); err != nil {
		return err
	}
	paths, err := filepath.Glob(filepath.Join(data, only, "script.json"))
	if err != nil {
		return fmt.Errorf("list scripts: %w", err)
	}
	if len(paths) == 0 {
		return fmt.Errorf("no script.json in %s", filepath.Join(data, only))
	}
	for _, path := range paths {
		if err := generate(ctx, path); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
	}
	return nil
}

// installed reports every tool that is missing at once.
func installed(names []string) error {
	var missing []error
	for _, name := range names {
		if _, err := exec.LookPath(name); err != nil {
			missing = append(missing, fmt.Errorf(
				"%s is not installed (Debian, Ubuntu: sudo apt-get install %s; macOS: brew install %s)", name, name, name))
		}
	}
	return errors.Join(missing...)
}

// generate writes the audio and the transcript beside one script. A sample in which
// nobody speaks is left alone.
func generate(ctx context.Context, path string) error {
	s, err := readScript(path)
	if err != nil {
		return err
	}
	if len(s.Turns) == 0 {
		return nil
	}
	t := newTrack(max(s.Channels, 1))
	spoken := make([]turn, 0, len(s.Turns))
	for _, line := range s.Turns {
		pcm, err := speak(ctx, s.Voices[line.Speaker], line.spoken())
		if err != nil {
			return err
		}
		start, end := t.add(line, pcm)
		spoken = append(spoken, turn{Speaker: line.Speaker, Start: start, End: end, Text: line.Text})
	}
	dir := filepath.Dir(path)
	if err := encode(ctx, t, filepath.Join(dir, "audio.mp3")); err != nil {
		return err
	}
	if err := writeTranscript(filepath.Join(dir, "transcript.json"), spoken); err != nil {
		return err
	}
	fmt.Printf("%-24s %6.1f s  %d turns\n", filepath.Base(dir), t.seconds(), len(spoken))
	return nil
}
