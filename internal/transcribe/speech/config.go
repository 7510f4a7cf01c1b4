package speech

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"google.golang.org/api/option"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	"github.com/your-org/multi-tenant-pipeline/pkg/config"
)

// Config says which Speech-to-Text is asked and for what.
type Config struct {
	Project string `env:"GOOGLE_CLOUD_PROJECT, required"`
	// Location must be one that serves the model: chirp_3 is in us and eu, not in us-central1.
	Location string `env:"SPEECH_LOCATION, default=us"`
	// Endpoint is empty for the location's own. "http://127.0.0.1:port" is a server on
	// this machine, asked in plain text and without credentials.
	Endpoint string `env:"SPEECH_ENDPOINT"`
	Model    string `env:"SPEECH_MODEL, default=chirp_3"`
	// Timeout bounds each call; a synchronous recognition takes about as long as its audio.
	Timeout time.Duration `env:"SPEECH_TIMEOUT, default=90s"`
	// HIPAA allows only locations that keep recordings in a place that can be named.
	HIPAA bool `env:"HIPAA_MODE, default=false"`
}

// Validate reports everything that is wrong with the configuration.
func (c Config) Validate() error {
	errs := []error{
		config.Require("GOOGLE_CLOUD_PROJECT", c.Project),
		config.Require("SPEECH_LOCATION", c.Location),
		config.Require("SPEECH_MODEL", c.Model),
	}
	if c.Timeout <= 0 {
		errs = append(errs, errors.New("SPEECH_TIMEOUT must be positive"))
	}
	if c.HIPAA && c.Location == "global" {
		errs = append(errs, errors.New("HIPAA_MODE: SPEECH_LOCATION must not be global"))
	}
	_, err := c.options()
	return errors.Join(append(errs, err)...)
}

// parent returns the resource under which operations live.
func (c Config) parent() string {
	return "projects/" + c.Project + "/locations/" + c.Location
}

// recognizer returns the implicit recognizer: all settings come with each request.
func (c Config) recognizer() string { return c.parent() + "/recognizers/_" }

// options returns how the client reaches its endpoint. Endpoint and location must match:
// the service refuses a recognizer of another location.
func (c Config) options() ([]option.ClientOption, error) {
	switch {
	case strings.HasPrefix(c.Endpoint, "http://"):
		return plaintext(c.Endpoint)
	case c.Endpoint != "":
		return []option.ClientOption{option.WithEndpoint(c.Endpoint)}, nil
	case c.Location == "global":
		return nil, nil
	default:
		return []option.ClientOption{option.WithEndpoint(c.Location + "-speech.googleapis.com:443")}, nil
	}
}

// plaintext refuses any host but this machine: recordings must not cross a network in
// the clear because of a mistyped variable.
func plaintext(endpoint string) ([]option.ClientOption, error) {
	u, err := url.Parse(endpoint)
	if err != nil {
		return nil, fmt.Errorf("SPEECH_ENDPOINT: %w", err)
	}
	if !config.Loopback(u.Hostname()) {
		return nil, fmt.Errorf("SPEECH_ENDPOINT %q: plain text is for this machine only", endpoint)
	}
	return []option.ClientOption{
		option.WithEndpoint(u.Host),
		option.WithoutAuthentication(),
		option.WithGRPCDialOption(grpc.WithTransportCredentials(insecure.NewCredentials())),
	}, nil
}
