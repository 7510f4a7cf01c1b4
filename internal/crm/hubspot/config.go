package hubspot

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/crm"
	"github.com/your-org/multi-tenant-pipeline/pkg/config"
)

// Defaults of Config.
const (
	DefaultBaseURL    = "https://api.hubapi.com"
	DefaultAPIVersion = "2026-09"
	DefaultPipeline   = "default"
	DefaultDealStage  = "appointmentscheduled"
	// DefaultSearchLag is over the longest index delay that was reported, one minute.
	DefaultSearchLag = 90 * time.Second
	// DefaultRequestsPer10s is what the smallest plan allows a static app,
	// OAuthRequestsPer10s what every plan allows an OAuth app; DefaultSearchesPerSec stays
	// one below what HubSpot allows the whole account.
	DefaultRequestsPer10s = 100
	OAuthRequestsPer10s   = 110
	DefaultSearchesPerSec = 4
)

// Ways to come by the properties that the connector writes.
const (
	CreateProperties = "create" // the connector creates those that are missing
	KeepProperties   = "keep"   // an admin has created them; missing optional ones are left out
)

// Config is a HubSpot integration's settings as a tenant stores them. Everything is optional.
type Config struct {
	BaseURL        string     `json:"base_url"`
	APIVersion     string     `json:"api_version"` // date version of the CRM API
	Pipeline       string     `json:"pipeline"`    // of new deals
	DealStage      string     `json:"deal_stage"`  // of new deals
	OwnerID        string     `json:"owner_id"`    // of new contacts, deals and calls; empty: nobody
	PortalID       string     `json:"portal_id"`   // for links; empty: asked
	Properties     string     `json:"properties"`  // create or keep
	Ambiguous      crm.Policy `json:"ambiguous"`   // a known phone number under another name
	Placeholder    string     `json:"placeholder"` // last name of a contact that has neither name nor e-mail
	SearchLagMS    int64      `json:"search_lag_ms"`
	RequestsPer10s int        `json:"requests_per_10s"` // 0: what HubSpot allows
	SearchesPerSec int        `json:"searches_per_s"`
}

func parseConfig(raw json.RawMessage) (Config, error) {
	var c Config
	if len(raw) > 0 {
		if err := json.Unmarshal(raw, &c); err != nil {
			return Config{}, fmt.Errorf("parse hubspot settings: %w", err)
		}
	}
	c.BaseURL = cmp.Or(c.BaseURL, DefaultBaseURL)
	c.APIVersion = cmp.Or(c.APIVersion, DefaultAPIVersion)
	c.Pipeline = cmp.Or(c.Pipeline, DefaultPipeline)
	c.DealStage = cmp.Or(c.DealStage, DefaultDealStage)
	c.Properties = cmp.Or(c.Properties, CreateProperties)
	c.Ambiguous = cmp.Or(c.Ambiguous, crm.AttachAmbiguous)
	c.Placeholder = cmp.Or(c.Placeholder, crm.NoName)
	c.SearchLagMS = cmp.Or(c.SearchLagMS, DefaultSearchLag.Milliseconds())
	c.SearchesPerSec = cmp.Or(c.SearchesPerSec, DefaultSearchesPerSec)
	return c, c.Validate()
}

var (
	versionPattern = regexp.MustCompile(`^\d{4}-\d{2}(-beta)?$`)
	numberPattern  = regexp.MustCompile(`^\d*$`)
)

// Validate reports every setting that cannot work.
func (c Config) Validate() error {
	var errs []error
	u, err := url.Parse(c.BaseURL)
	switch {
	case err != nil || u.Host == "":
		errs = append(errs, errors.New("base_url is not an address"))
	case u.Scheme != "https" && (u.Scheme != "http" || !config.Loopback(u.Hostname())):
		errs = append(errs, errors.New("base_url must be https"))
	}
	if !versionPattern.MatchString(c.APIVersion) {
		errs = append(errs, errors.New("api_version must be a date version such as 2026-09"))
	}
	if c.Properties != CreateProperties && c.Properties != KeepProperties {
		errs = append(errs, errors.New("properties must be create or keep"))
	}
	if !c.Ambiguous.Valid() {
		errs = append(errs, errors.New("ambiguous must be attach, create or review"))
	}
	if !numberPattern.MatchString(c.OwnerID) || !numberPattern.MatchString(c.PortalID) {
		errs = append(errs, errors.New("owner_id and portal_id must be numbers"))
	}
	if c.SearchLagMS < 0 || c.RequestsPer10s < 0 || c.SearchesPerSec < 0 {
		errs = append(errs, errors.New("search_lag_ms, requests_per_10s and searches_per_s must not be negative"))
	}
	return errors.Join(errs...)
}

func (c Config) searchLag() time.Duration { return time.Duration(c.SearchLagMS) * time.Millisecond }
