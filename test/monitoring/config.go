package monitoring

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Query is a PromQL expression and where it was found.
type Query struct{ Where, Text string }

// Alert is an entry of alerts.yaml.
type Alert struct {
	Name      string   `yaml:"name"`
	Each      []string `yaml:"each"`
	Severity  string   `yaml:"severity"`
	Uptime    string   `yaml:"uptime"`
	For       string   `yaml:"for"`
	Condition string   `yaml:"condition"`
	Query     string   `yaml:"query"`
	Summary   string   `yaml:"summary"`
	First     string   `yaml:"first"`
	Runbook   string   `yaml:"runbook"`
}

// Objective is an entry of slos.yaml.
type Objective struct {
	Name         string  `yaml:"name"`
	Goal         float64 `yaml:"goal"`
	Severity     string  `yaml:"severity"`
	Least        int     `yaml:"least"`
	Own          bool    `yaml:"own"`
	Condition    string  `yaml:"condition"`
	Counts       string  `yaml:"counts"`
	Bad          string  `yaml:"bad"`
	Total        string  `yaml:"total"`
	BadFilter    string  `yaml:"bad_filter"`
	GoodFilter   string  `yaml:"good_filter"`
	TotalFilter  string  `yaml:"total_filter"`
	Distribution string  `yaml:"distribution_filter"`
	AtMost       float64 `yaml:"at_most"`
	Runbook      string  `yaml:"runbook"`
}

// filled replaces what Terraform replaces; the numbers are as good as any.
var filled = strings.NewReplacer("$cpu_limit", "0.65", "$instances_limit", "80", "$window", "1h")

// Alerts returns every alert of the directory terraform, one for each name that it is made for.
func Alerts(dir string) ([]Alert, error) {
	var raw []Alert
	if err := load(dir, "alerts.yaml", &raw); err != nil {
		return nil, err
	}
	var all []Alert
	for _, a := range raw {
		names := a.Each
		if len(names) == 0 {
			names = []string{""}
		}
		for _, name := range names {
			one := a
			for _, field := range []*string{&one.Name, &one.Condition, &one.Query, &one.Summary, &one.First, &one.Runbook} {
				*field = filled.Replace(strings.ReplaceAll(*field, "$each", name))
			}
			all = append(all, one)
		}
	}
	return all, nil
}

// Objectives returns every objective of the directory terraform.
func Objectives(dir string) ([]Objective, error) {
	var all []Objective
	err := load(dir, "slos.yaml", &all)
	for i := range all {
		all[i].Bad, all[i].Total = filled.Replace(all[i].Bad), filled.Replace(all[i].Total)
	}
	return all, err
}

// load reads a YAML file; a key that nobody knows is a mistake.
func load(dir, name string, into any) error {
	f, err := os.DirFS(dir).Open(name)
	if err != nil {
		return fmt.Errorf("open monitoring's data: %w", err)
	}
	defer f.Close()
	decoder := yaml.NewDecoder(f)
	decoder.KnownFields(true)
	if err := decoder.Decode(into); err != nil {
		return fmt.Errorf("read %s: %w", name, err)
	}
	return nil
}

// Dashboards returns the dashboards' texts by name.
func Dashboards(dir string) (map[string][]byte, error) {
	files := os.DirFS(dir)
	names, err := fs.Glob(files, "dashboards/*.json")
	if err != nil {
		return nil, fmt.Errorf("find dashboards: %w", err)
	}
	all := map[string][]byte{}
	for _, name := range names {
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, fmt.Errorf("read dashboard: %w", err)
		}
		all[strings.TrimSuffix(path.Base(name), ".json")] = text
	}
	return all, nil
}

// Queries returns every PromQL expression of the directory terraform.
func Queries(dir string) ([]Query, error) {
	alerts, err := Alerts(dir)
	if err != nil {
		return nil, err
	}
	var all []Query
	for _, a := range alerts {
		if a.Query != "" {
			all = append(all, Query{"alert " + a.Name, a.Query})
		}
	}
	objectives, err := Objectives(dir)
	if err != nil {
		return nil, err
	}
	for _, o := range objectives {
		all = append(all, Query{"objective " + o.Name + ", bad", o.Bad}, Query{"objective " + o.Name + ", total", o.Total})
	}
	dashboards, err := Dashboards(dir)
	if err != nil {
		return nil, err
	}
	for name, text := range dashboards {
		var d any
		if err := json.Unmarshal(text, &d); err != nil {
			return nil, fmt.Errorf("read dashboard %s: %w", name, err)
		}
		for _, q := range queriesIn(d) {
			all = append(all, Query{"dashboard " + name, q})
		}
	}
	return all, nil
}

// queriesIn returns the expressions anywhere in a dashboard.
func queriesIn(v any) []string {
	var all []string
	switch v := v.(type) {
	case map[string]any:
		for key, value := range v {
			if text, ok := value.(string); ok && key == "prometheusQuery" {
				all = append(all, text)
			}
			all = append(all, queriesIn(value)...)
		}
	case []any:
		for _, value := range v {
			all = append(all, queriesIn(value)...)
		}
	}
	return all
}
