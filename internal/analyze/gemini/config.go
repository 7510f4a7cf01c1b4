package gemini

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"google.golang.org/genai"

	"github.com/your-org/multi-tenant-pipeline/pkg/config"
)

// Config says which models are asked and where.
type Config struct {
	Project string `env:"GOOGLE_CLOUD_PROJECT"`
	// Location is where models without a location of their own are asked. It is not the
	// region of the services: newer models are served from global, us and eu only.
	Location string `env:"GEMINI_LOCATION, default=us-central1"`
	// BaseURL is empty for the location's own endpoint. "http://127.0.0.1:port" is a server
	// on this machine, asked without credentials.
	BaseURL string `env:"GEMINI_BASE_URL"`
	// Models are the profiles in the order in which they are tried: names parted by commas,
	// or a JSON array of profiles. "none" asks no model at all.
	Models Profiles `env:"GEMINI_MODELS, default=gemini-2.5-flash,gemini-3.5-flash-lite"`
	// Timeout bounds one call.
	Timeout time.Duration `env:"GEMINI_TIMEOUT, default=60s"`
	// HIPAA allows only locations that keep what is said in a place that can be named.
	HIPAA bool `env:"HIPAA_MODE, default=false"`
}

// Off reports whether no model is to be asked.
func (c Config) Off() bool { return len(c.Models) == 0 }

// Validate reports everything that is wrong with the configuration.
func (c Config) Validate() error {
	if c.Off() {
		return nil
	}
	errs := []error{
		config.Require("GOOGLE_CLOUD_PROJECT", c.Project),
		config.Require("GEMINI_LOCATION", c.Location),
		c.checkBaseURL(),
	}
	if c.Timeout <= 0 {
		errs = append(errs, errors.New("GEMINI_TIMEOUT must be positive"))
	}
	for _, p := range c.Models {
		errs = append(errs, p.validate())
		if c.HIPAA && c.locationOf(p) == worldwide {
			errs = append(errs, fmt.Errorf("HIPAA_MODE: %s would be asked anywhere: set GEMINI_LOCATION to us or eu, or its profile's location", p.ID))
		}
	}
	return errors.Join(errs...)
}

// checkBaseURL refuses plain text to any host but this machine: transcripts must not cross
// a network in the clear because of a mistyped variable.
func (c Config) checkBaseURL() error {
	if c.BaseURL == "" {
		return nil
	}
	u, err := url.Parse(c.BaseURL)
	switch {
	case err != nil || u.Host == "":
		return errors.New("GEMINI_BASE_URL is not a URL")
	case u.Scheme == "https":
		return nil
	case u.Scheme == "http" && config.Loopback(u.Hostname()):
		return nil
	default:
		return errors.New("GEMINI_BASE_URL: plain text is for this machine only")
	}
}

// sandboxed reports whether the server is one on this machine, which takes no credentials.
func (c Config) sandboxed() bool { return strings.HasPrefix(c.BaseURL, "http://") }

// Profile is a model and how it is asked. A parameter that is nil is not sent: each
// generation of models knows others.
type Profile struct {
	ID             string   `json:"id"`
	Location       string   `json:"location,omitempty"`       // empty: Config.Location
	ThinkingBudget *int32   `json:"thinkingBudget,omitempty"` // tokens, 0 off, -1 the model's choice; 2.5 models
	ThinkingLevel  string   `json:"thinkingLevel,omitempty"`  // MINIMAL LOW MEDIUM HIGH; 3.x models
	Temperature    *float32 `json:"temperature,omitempty"`
	Seed           *int32   `json:"seed,omitempty"`

	roaming bool // in no single region: where Config.Location is one, it is asked worldwide
}

func (p Profile) validate() error {
	var errs []error
	if p.ID == "" || strings.ContainsAny(p.ID, "/ ") {
		errs = append(errs, fmt.Errorf("GEMINI_MODELS: %q is no model id", p.ID))
	}
	if p.ThinkingBudget != nil && p.ThinkingLevel != "" {
		errs = append(errs, fmt.Errorf("GEMINI_MODELS: %s has both a thinking budget and a thinking level", p.ID))
	}
	levels := []string{"", string(genai.ThinkingLevelMinimal), string(genai.ThinkingLevelLow), string(genai.ThinkingLevelMedium), string(genai.ThinkingLevelHigh)}
	if !slices.Contains(levels, p.ThinkingLevel) {
		errs = append(errs, fmt.Errorf("GEMINI_MODELS: %s has an unknown thinking level", p.ID))
	}
	return errors.Join(errs...)
}

// retiring are models that Google takes away, with what to tell who starts the service.
// https://cloud.google.com/vertex-ai/generative-ai/docs/learn/model-versions
var retiring = map[string]string{
	"gemini-2.5-flash": "closed to new projects since 2026-10-20, switched off on 2027-03-31",
}

// named returns the profile for a model of which only the name is given: deterministic
// where the generation allows it, without thinking, which the task does not need.
func named(id string) Profile {
	p := Profile{ID: id}
	if strings.HasPrefix(id, "gemini-2") {
		p.ThinkingBudget = genai.Ptr[int32](0)
		p.Temperature = genai.Ptr[float32](0)
		p.Seed = genai.Ptr[int32](1)
		return p
	}
	p.roaming = true
	p.ThinkingLevel = string(genai.ThinkingLevelMinimal)
	p.Seed = genai.Ptr[int32](1)
	return p
}

// worldwide is the location that may be any.
const worldwide = "global"

// locationOf returns where a model is asked.
func (c Config) locationOf(p Profile) string {
	switch {
	case p.Location != "":
		return p.Location
	case p.roaming && strings.Contains(c.Location, "-"): // us-central1, not us
		return worldwide
	default:
		return c.Location
	}
}

// Profiles is an ordered list of profiles.
type Profiles []Profile

// UnmarshalText reads names parted by commas, a JSON array of profiles, or "none".
func (p *Profiles) UnmarshalText(text []byte) error {
	value := strings.TrimSpace(string(text))
	*p = nil
	if value == "none" || value == "" {
		return nil
	}
	if strings.HasPrefix(value, "[") {
		dec := json.NewDecoder(strings.NewReader(value))
		dec.DisallowUnknownFields()
		if err := dec.Decode((*[]Profile)(p)); err != nil {
			return fmt.Errorf("parse model profiles: %w", err)
		}
		return nil
	}
	for id := range strings.SplitSeq(value, ",") {
		*p = append(*p, named(strings.TrimSpace(id)))
	}
	return nil
}
