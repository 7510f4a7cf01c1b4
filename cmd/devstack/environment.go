package main

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
)

// cloudPrefixes are the variables by which a laptop could reach a real project.
var cloudPrefixes = []string{"GOOGLE_", "GCLOUD_", "CLOUDSDK_", "SPANNER_", "PUBSUB_", "STORAGE_", "GEMINI_", "SPEECH_", "SECRETMANAGER_", "K_", "CLOUD_RUN_"}

// kept are those that name something on this machine.
var kept = []string{"SPANNER_EMULATOR_HOST", "PUBSUB_EMULATOR_HOST", "CLOUDSDK_CONFIG", "CLOUDSDK_PYTHON", "CLOUDSDK_ROOT_DIR"}

// credentials are those that -speech google and -model google need.
var credentials = []string{"GOOGLE_APPLICATION_CREDENTIALS", "GOOGLE_CLOUD_PROJECT", "GEMINI_LOCATION", "GEMINI_MODELS", "SPEECH_LOCATION"}

// isolate clears inherited cloud settings, so that a laptop cannot reach a real project
// by accident. With real Speech or Gemini it keeps what names the user's own project.
func isolate(o options) error {
	keep := kept
	if o.google() {
		keep = append(slices.Clone(kept), credentials...)
	}
	for _, entry := range os.Environ() {
		name, _, _ := strings.Cut(entry, "=")
		cloud := slices.ContainsFunc(cloudPrefixes, func(p string) bool { return strings.HasPrefix(name, p) })
		if !cloud || slices.Contains(keep, name) {
			continue
		}
		if err := os.Unsetenv(name); err != nil {
			return fmt.Errorf("clear %s: %w", name, err)
		}
	}
	if o.google() && os.Getenv("GOOGLE_CLOUD_PROJECT") == "" {
		return errors.New("-speech google and -model google need GOOGLE_CLOUD_PROJECT: the project that is billed")
	}
	if o.speech == "google" && os.Getenv("RECORDINGS_BUCKET") == "" {
		return errors.New("-speech google needs RECORDINGS_BUCKET: a bucket of your project, since the real Speech-to-Text cannot read from this machine")
	}
	return nil
}

// setenv sets what client libraries read from the process's environment.
func setenv(variables map[string]string) error {
	for name, value := range variables {
		if err := os.Setenv(name, value); err != nil {
			return fmt.Errorf("set %s: %w", name, err)
		}
	}
	return nil
}
