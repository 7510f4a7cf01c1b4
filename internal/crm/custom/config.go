package custom

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/your-org/multi-tenant-pipeline/pkg/config"
)

// Ways to authenticate beside the signature. The values are in the credentials.
const (
	NoAuth     = "none"
	BearerAuth = "bearer" // auth.token
	BasicAuth  = "basic"  // auth.username, auth.password
	HeaderAuth = "header" // auth.value, in the header auth_header
)

// Limits and defaults of Config.
const (
	MinTimeout            = 15 * time.Second
	MaxTimeout            = 30 * time.Second
	DefaultTimeout        = 20 * time.Second
	DefaultRequestsPer10s = 100

	maxHeaders = 20
)

// requestIDPlace stands for the request's id in the address.
const requestIDPlace = "{request_id}"

// Config is a custom integration's settings as a tenant stores them. Only the URL is needed.
type Config struct {
	URL            string            `json:"url"`    // {request_id} in its path is replaced
	Method         string            `json:"method"` // POST, PUT or PATCH
	Headers        map[string]string `json:"headers"`
	Auth           string            `json:"auth"`             // none, bearer, basic or header
	AuthHeader     string            `json:"auth_header"`      // with header: its name
	Body           string            `json:"body"`             // a CEL expression over type, timestamp and data; empty: all of it as it is
	Transcript     bool              `json:"transcript"`       // send the transcript, too
	IDPath         string            `json:"id_path"`          // where the answer holds the record's id, for instance data.id; empty: our event's id
	SuccessCodes   []int             `json:"success_codes"`    // empty: 200 to 299
	TimeoutS       int               `json:"timeout_s"`        // 15 to 30
	RequestsPer10s int               `json:"requests_per_10s"` // 0: 100
}

func parseConfig(raw json.RawMessage) (Config, error) {
	var c Config
	if len(raw) > 0 {
		if err := json.Unmarshal(raw, &c); err != nil {
			return Config{}, fmt.Errorf("parse custom settings: %w", err)
		}
	}
	c.Method = cmp.Or(strings.ToUpper(c.Method), http.MethodPost)
	c.Auth = cmp.Or(c.Auth, NoAuth)
	c.TimeoutS = cmp.Or(c.TimeoutS, int(DefaultTimeout.Seconds()))
	c.RequestsPer10s = cmp.Or(c.RequestsPer10s, DefaultRequestsPer10s)
	return c, c.Validate()
}

// Validate reports every setting that cannot work, but for the body, which is tried out.
func (c Config) Validate() error {
	errs := []error{c.checkURL(), c.checkHeaders(), c.checkAuth()}
	if !slices.Contains([]string{http.MethodPost, http.MethodPut, http.MethodPatch}, c.Method) {
		errs = append(errs, errors.New("method must be POST, PUT or PATCH"))
	}
	if !idPathPattern.MatchString(c.IDPath) {
		errs = append(errs, errors.New("id_path must be names and positions between full stops, for instance data.id"))
	}
	for _, code := range c.SuccessCodes {
		if (code < 200 || code > 299) && code != http.StatusConflict {
			errs = append(errs, fmt.Errorf("success_codes: %d is no success; 200 to 299, and 409 where it means that the lead is there already", code))
		}
	}
	if t := c.timeout(); t < MinTimeout || t > MaxTimeout {
		errs = append(errs, fmt.Errorf("timeout_s must be %v to %v", MinTimeout.Seconds(), MaxTimeout.Seconds()))
	}
	if c.RequestsPer10s < 1 || c.RequestsPer10s > 10_000 {
		errs = append(errs, errors.New("requests_per_10s must be 1 to 10000"))
	}
	return errors.Join(errs...)
}

func (c Config) checkURL() error {
	u, err := url.Parse(c.URL)
	switch {
	case err != nil || u.Host == "":
		return errors.New("url is not an address")
	case u.Scheme != "https" && (u.Scheme != "http" || !config.Loopback(u.Hostname())):
		return errors.New("url must be https")
	case u.User != nil:
		return errors.New("url must not hold a password; use auth")
	case u.Fragment != "":
		return errors.New("url must not have a fragment")
	}
	return nil
}

// denied are headers that belong to the connection, the signature or another setting.
var denied = []string{
	"authorization", "connection", "content-encoding", "content-length", "content-type", "cookie", "expect", "host", "idempotency-key",
	"keep-alive", "te", "trailer", "transfer-encoding", "upgrade",
}

var deniedPrefixes = []string{"webhook-", "proxy-"}

var (
	headerName    = regexp.MustCompile("^[!#$%&'*+.^_`|~0-9A-Za-z-]+$")
	headerValue   = regexp.MustCompile(`^[\t\x20-\x7e]*$`)
	idPathPattern = regexp.MustCompile(`^([^.\s]+(\.[^.\s]+)*)?$`)
)

func (c Config) checkHeaders() error {
	var errs []error
	if len(c.Headers) > maxHeaders {
		errs = append(errs, fmt.Errorf("headers: at most %d", maxHeaders))
	}
	for name, value := range c.Headers {
		if err := checkHeaderName(name); err != nil {
			errs = append(errs, err)
		}
		if !headerValue.MatchString(value) {
			errs = append(errs, fmt.Errorf("headers: the value of %q holds a character that headers cannot", name))
		}
	}
	return errors.Join(errs...)
}

func checkHeaderName(name string) error {
	lower := strings.ToLower(name)
	prefixed := func(prefix string) bool { return strings.HasPrefix(lower, prefix) }
	switch {
	case !headerName.MatchString(name):
		return fmt.Errorf("headers: %q is not a header's name", name)
	case slices.Contains(denied, lower), slices.ContainsFunc(deniedPrefixes, prefixed):
		return fmt.Errorf("headers: %s cannot be set", name)
	}
	return nil
}

func (c Config) checkAuth() error {
	switch c.Auth {
	case NoAuth, BearerAuth, BasicAuth:
		return nil
	case HeaderAuth:
		if err := checkHeaderName(c.AuthHeader); err != nil {
			return fmt.Errorf("auth_header: %w", err)
		}
		return nil
	default:
		return errors.New("auth must be none, bearer, basic or header")
	}
}

// checkWith reports what the settings need of the credentials.
func (c Config) checkWith(have credentials) error {
	a := have.Auth
	for _, need := range []struct{ auth, name, value string }{
		{BearerAuth, "token", a.Token}, {BasicAuth, "username", a.Username}, {HeaderAuth, "value", a.Value},
	} {
		if c.Auth != need.auth {
			continue
		}
		if need.value == "" {
			return fmt.Errorf("credentials lack auth.%s, which auth %s needs", need.name, need.auth)
		}
		if !headerValue.MatchString(need.value) {
			return fmt.Errorf("auth.%s holds a character that headers cannot", need.name)
		}
	}
	return nil
}

func (c Config) timeout() time.Duration { return time.Duration(c.TimeoutS) * time.Second }

// address returns where a request's events go.
func (c Config) address(requestID string) string {
	return strings.ReplaceAll(c.URL, requestIDPlace, url.PathEscape(requestID))
}
