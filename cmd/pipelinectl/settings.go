package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"go.yaml.in/yaml/v3"
)

// settings is where the API is and who asks.
type settings struct {
	API          string `yaml:"api"`
	Token        string `yaml:"-"` // a file is no place for it
	TokenCommand string `yaml:"token_command"`
	Tenant       string `yaml:"tenant"`

	ReadyFile string `yaml:"-"`
	Profile   string `yaml:"-"`
	Sandbox   string `yaml:"-"`
	Audience  string `yaml:"-"` // of the sandbox's tokens
}

// resolve returns what flags say, then the environment, then the profile. A token of the
// ready file or a profile goes to the API that stands beside it and to no other. The ready
// file comes where it is named: by a flag, before the environment.
func (t *tool) resolve() (settings, error) {
	s := t.flags
	if s.ReadyFile != "" {
		if err := s.addReady(s.ReadyFile); err != nil {
			return settings{}, err
		}
	}
	s.add(settings{API: t.getenv("PIPELINE_API"), Tenant: t.getenv("PIPELINE_TENANT")})
	if s.Token == "" && s.TokenCommand == "" {
		s.Token, s.TokenCommand = t.getenv("PIPELINE_TOKEN"), t.getenv("PIPELINE_TOKEN_COMMAND")
	}
	if path := t.getenv("PIPELINE_READY_FILE"); path != "" && s.ReadyFile == "" {
		if err := s.addReady(path); err != nil {
			return settings{}, err
		}
	}
	if s.Profile == "" {
		s.Profile = t.getenv("PIPELINE_PROFILE")
	}
	if s.API != "" && s.Profile == "" {
		return s, nil
	}
	profile, err := t.profile(s.Profile)
	if err != nil {
		return settings{}, err
	}
	s.add(profile)
	return s, nil
}

// add takes from other what is not there yet. A token that is tied to an address is only
// taken with it.
func (s *settings) add(other settings) {
	if s.API == "" {
		s.API = other.API
	}
	if s.Token == "" && s.TokenCommand == "" && s.API == other.API {
		s.Token, s.TokenCommand = other.Token, other.TokenCommand
	}
	if s.Tenant == "" {
		s.Tenant = other.Tenant
	}
}

// addReady takes what devstack's file says. Its first tenant is as good as any.
func (s *settings) addReady(path string) error {
	raw, err := os.ReadFile(path) //nolint:gosec // the operator names the file
	if err != nil {
		return fmt.Errorf("read ready file: %w", err)
	}
	var ready struct {
		API      string `json:"api_url"`
		Token    string `json:"admin_token"`
		Sandbox  string `json:"sandbox_url"`
		Audience string `json:"api_audience"`
		Tenants  []struct {
			ID string `json:"tenant_id"`
		} `json:"tenants"`
	}
	if err := json.Unmarshal(raw, &ready); err != nil {
		return fmt.Errorf("read ready file: %w", err)
	}
	other := settings{API: ready.API, Token: ready.Token}
	if len(ready.Tenants) > 0 {
		other.Tenant = ready.Tenants[0].ID
	}
	s.add(other)
	s.Sandbox, s.Audience = ready.Sandbox, ready.Audience
	return nil
}

// profile reads a profile of the configuration file, the current one without a name. There
// need not be a file.
func (t *tool) profile(name string) (settings, error) {
	dir := t.getenv("XDG_CONFIG_HOME")
	if dir == "" {
		var err error
		if dir, err = os.UserConfigDir(); err != nil {
			return settings{}, nil //nolint:nilerr // without a home there is no file
		}
	}
	path := filepath.Join(dir, "pipelinectl", "config.yaml")
	raw, err := os.ReadFile(path) //nolint:gosec // the operator's own file
	if errors.Is(err, fs.ErrNotExist) && name == "" {
		return settings{}, nil
	}
	if err != nil {
		return settings{}, fmt.Errorf("read profile %q: %w", name, err)
	}
	var file struct {
		Current  string              `yaml:"current"`
		Profiles map[string]settings `yaml:"profiles"`
	}
	if err := yaml.Unmarshal(raw, &file); err != nil {
		return settings{}, fmt.Errorf("read %s: %w", path, err)
	}
	if name == "" {
		name = file.Current
	}
	found, ok := file.Profiles[name]
	if !ok && name != "" {
		return settings{}, fmt.Errorf("there is no profile %q in %s", name, path)
	}
	return found, nil
}
