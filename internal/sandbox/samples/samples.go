package samples

import (
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"sync"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

//go:embed data
var data embed.FS

// Sample is one call or form. Its slices are shared: read them, do not change them.
type Sample struct {
	Name       string
	Title      string       // one line for people
	Kind       request.Kind // request.Call or request.Form
	Tenant     int          // which demo tenant it belongs to: 0 or 1
	ExternalID string       // the id in the delivery: CAL… or FRM…
	Body       []byte       // the delivery as JSON, with placeholders: see Payload
	Audio      []byte       // MP3; nil: nothing was recorded
	Transcript []Turn       // what is said in Audio
	Expect     Labels
}

// Turn is one turn of a conversation.
type Turn struct {
	Speaker string  `json:"speaker"` // request.Agent or request.Customer
	Start   float64 `json:"start"`   // seconds from the beginning of the audio
	End     float64 `json:"end"`
	Text    string  `json:"text"`
}

// Labels are the right answers of an analysis. An empty string means that the field is
// not judged for this sample.
type Labels struct {
	Intent        string       `json:"intent"`
	ProjectType   string       `json:"project_type"`
	Timeline      string       `json:"timeline"`
	Budget        string       `json:"budget"`
	ScoreBand     request.Band `json:"score_band"`
	Spam          bool         `json:"spam"`
	Appointment   string       `json:"appointment"`
	CustomerName  string       `json:"customer_name"`
	CustomerEmail string       `json:"customer_email"`
}

// All returns every sample, sorted by name.
func All() []Sample { return slices.Clone(load()) }

// ByName returns the sample with the name and whether there is one.
func ByName(name string) (Sample, bool) {
	all := load()
	i := slices.IndexFunc(all, func(s Sample) bool { return s.Name == name })
	if i < 0 {
		return Sample{}, false
	}
	return all[i], true
}

// load parses the embedded files once. They are part of the program and tested with it,
// so a fault in them is a fault of the build.
var load = sync.OnceValue(func() []Sample {
	all, err := parse(data)
	if err != nil {
		panic(fmt.Sprintf("embedded samples: %v", err))
	}
	return all
})

func parse(files fs.FS) ([]Sample, error) {
	folders, err := fs.ReadDir(files, "data")
	if err != nil {
		return nil, fmt.Errorf("list samples: %w", err)
	}
	all := make([]Sample, 0, len(folders))
	for _, folder := range folders {
		s, err := parseOne(files, folder.Name())
		if err != nil {
			return nil, fmt.Errorf("sample %s: %w", folder.Name(), err)
		}
		all = append(all, s)
	}
	return all, nil
}

func parseOne(files fs.FS, name string) (Sample, error) {
	dir := path.Join("data", name)
	var script struct {
		Title  string       `json:"title"`
		Kind   request.Kind `json:"kind"`
		Tenant int          `json:"tenant"`
		Expect Labels       `json:"expect"`
	}
	if err := readJSON(files, path.Join(dir, "script.json"), &script); err != nil {
		return Sample{}, err
	}
	s := Sample{Name: name, Title: script.Title, Kind: script.Kind, Tenant: script.Tenant, Expect: script.Expect}

	var err error
	if s.Body, err = fs.ReadFile(files, path.Join(dir, string(s.Kind)+".json")); err != nil {
		return Sample{}, fmt.Errorf("read delivery: %w", err)
	}
	var ids struct {
		ResourceID string `json:"resource_id"`
	}
	if err := json.Unmarshal(s.Body, &ids); err != nil {
		return Sample{}, fmt.Errorf("parse delivery: %w", err)
	}
	s.ExternalID = ids.ResourceID

	s.Audio, err = fs.ReadFile(files, path.Join(dir, "audio.mp3"))
	if errors.Is(err, fs.ErrNotExist) {
		return s, nil
	}
	if err != nil {
		return Sample{}, fmt.Errorf("read audio: %w", err)
	}
	return s, readJSON(files, path.Join(dir, "transcript.json"), &s.Transcript)
}

func readJSON(files fs.FS, name string, into any) error {
	raw, err := fs.ReadFile(files, name)
	if err != nil {
		return fmt.Errorf("read %s: %w", path.Base(name), err)
	}
	if err := json.Unmarshal(raw, into); err != nil {
		return fmt.Errorf("parse %s: %w", path.Base(name), err)
	}
	return nil
}
