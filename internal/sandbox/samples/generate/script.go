package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
)

// script is the part of a script.json that can be heard; the rest (title, tenant,
// expected answers) is read by package samples.
type script struct {
	Channels int              `json:"channels"` // 1 (or 0): both speakers mixed; 2: one on each side
	Voices   map[string]voice `json:"voices"`   // by speaker
	Turns    []line           `json:"turns"`
}

// line is one turn as it is written down.
type line struct {
	Speaker string   `json:"speaker"`
	Text    string   `json:"text"`  // what a transcript should say
	Say     string   `json:"say"`   // what the voice reads, where the rules of spoken are not enough
	Pause   *float64 `json:"pause"` // seconds of silence before the turn; nil: defaultPause
}

// turn is one turn as it is heard.
type turn struct {
	Speaker string  `json:"speaker"`
	Start   float64 `json:"start"` // seconds from the beginning of the audio
	End     float64 `json:"end"`
	Text    string  `json:"text"`
}

func readScript(path string) (*script, error) {
	raw, err := os.ReadFile(path) // #nosec G304 -- a developer's own files, named on the command line
	if err != nil {
		return nil, fmt.Errorf("read script: %w", err)
	}
	var s script
	if err := json.Unmarshal(raw, &s); err != nil {
		return nil, fmt.Errorf("parse script: %w", err)
	}
	for i, l := range s.Turns {
		if _, ok := s.Voices[l.Speaker]; !ok {
			return nil, fmt.Errorf("turn %d: no voice for speaker %q", i, l.Speaker)
		}
	}
	return &s, nil
}

// writeTranscript writes one turn per line, so that a change shows as the turn it is.
func writeTranscript(path string, turns []turn) error {
	var out bytes.Buffer
	for i, t := range turns {
		out.WriteString(map[bool]string{true: "[\n  ", false: ",\n  "}[i == 0])
		one, err := json.Marshal(t)
		if err != nil {
			return fmt.Errorf("write transcript: %w", err)
		}
		out.Write(one)
	}
	out.WriteString("\n]\n")
	if err := os.WriteFile(path, out.Bytes(), 0o644); err != nil { // #nosec G306 -- committed to the repository
		return fmt.Errorf("write transcript: %w", err)
	}
	return nil
}
