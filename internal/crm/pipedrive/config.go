package pipedrive

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strconv"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/crm"
	"github.com/your-org/multi-tenant-pipeline/internal/crm/oauth"
	"github.com/your-org/multi-tenant-pipeline/pkg/config"
)

// Defaults of Config.
const (
	DefaultTokenURL = "https://oauth.pipedrive.com/oauth/token" //nolint:gosec // an address
	DefaultVersion1 = "v1"                                      // leads, notes, call logs, lead fields, users
	DefaultVersion2 = "v2"                                      // persons, deals, fields, stages, search
	// DefaultCurrency is what budgets are understood in.
	DefaultCurrency = "USD"
	// DefaultSearchLag covers an index delay that nobody documents and a request that is
	// still being worked on after its sender gave up.
	DefaultSearchLag = time.Minute
	// DefaultRequestsPer2s is what the smallest plan allows an API token, OAuthRequestsPer2s
	// what it allows an access token; DefaultSearchesPer2s stays below the ten searches that
	// Pipedrive allows.
	DefaultRequestsPer2s = 20
	OAuthRequestsPer2s   = 80
	DefaultSearchesPer2s = 8
)

// Ways to prove who is calling.
const (
	APIToken = "api_token" // a user's token; the credentials are the token itself
	OAuth    = "oauth"     // an installed app; the credentials are as package oauth describes them
)

// Records that a request can become.
const (
	RecordLead = "lead"
	RecordDeal = "deal"
)

// Activities that a call can become. A form or text is always a note.
const (
	ActivityNote    = "note"
	ActivityCallLog = "call_log"
)

// Ways to come by the fields that hold our marks.
const (
	CreateFields = "create" // the connector creates those that are missing
	KeepFields   = "keep"   // an admin has created them
)

// Config is a Pipedrive integration's settings as a tenant stores them. Only the base URL is
// needed, and with OAuth not even that.
type Config struct {
	BaseURL       string     `json:"base_url"`  // https://{company}.pipedrive.com; with OAuth by default the installation's api_domain
	Auth          string     `json:"auth"`      // api_token or oauth; empty: as the credentials look
	TokenURL      string     `json:"token_url"` // where OAuth tokens are renewed
	Record        string     `json:"record"`    // lead or deal
	Activity      string     `json:"activity"`  // note or call_log: what a call becomes
	Currency      string     `json:"currency"`  // of the lead's or deal's value
	OwnerID       int64      `json:"owner_id"`  // user who owns new records; 0: the user of the token
	PipelineID    int64      `json:"pipeline_id"`
	StageID       int64      `json:"stage_id"`      // of new deals
	LabelIDs      []string   `json:"label_ids"`     // of new records: ids of lead labels, numbers for deals
	PersonMarker  string     `json:"person_marker"` // key of the person field for our mark; empty: found by its name
	DealMarker    string     `json:"deal_marker"`   // the same of deals and leads
	Fields        string     `json:"fields"`        // create or keep
	Ambiguous     crm.Policy `json:"ambiguous"`     // a known phone number under another name
	Placeholder   string     `json:"placeholder"`   // name of a person who has none
	Version1      string     `json:"api_v1"`        // path segment of the older API
	Version2      string     `json:"api_v2"`        // path segment of the newer API
	SearchLagMS   int64      `json:"search_lag_ms"`
	RequestsPer2s int        `json:"requests_per_2s"`
	SearchesPer2s int        `json:"searches_per_2s"`
}

// parseConfig reads the settings of an integration with these credentials.
func parseConfig(raw json.RawMessage, credentials string) (Config, error) {
	var c Config
	if len(raw) > 0 {
		if err := json.Unmarshal(raw, &c); err != nil {
			return Config{}, fmt.Errorf("parse pipedrive settings: %w", err)
		}
	}
	if c.Auth == "" && oauth.IsCredentials(credentials) {
		c.Auth = OAuth
	}
	requests := DefaultRequestsPer2s
	if c.Auth == OAuth {
		requests = OAuthRequestsPer2s
	}
	c.Auth = cmp.Or(c.Auth, APIToken)
	c.TokenURL = cmp.Or(c.TokenURL, DefaultTokenURL)
	c.Record = cmp.Or(c.Record, RecordLead)
	c.Activity = cmp.Or(c.Activity, ActivityNote)
	c.Currency = cmp.Or(c.Currency, DefaultCurrency)
	c.Fields = cmp.Or(c.Fields, CreateFields)
	c.Ambiguous = cmp.Or(c.Ambiguous, crm.AttachAmbiguous)
	c.Placeholder = cmp.Or(c.Placeholder, crm.NoName)
	c.Version1 = cmp.Or(c.Version1, DefaultVersion1)
	c.Version2 = cmp.Or(c.Version2, DefaultVersion2)
	c.SearchLagMS = cmp.Or(c.SearchLagMS, DefaultSearchLag.Milliseconds())
	c.RequestsPer2s = cmp.Or(c.RequestsPer2s, requests)
	c.SearchesPer2s = cmp.Or(c.SearchesPer2s, DefaultSearchesPer2s)
	return c, c.Validate()
}

var (
	hashPattern     = regexp.MustCompile(`^[0-9a-f]{40}$`)
	currencyPattern = regexp.MustCompile(`^[A-Z]{3}$`)
	versionPattern  = regexp.MustCompile(`^v\d+(-[a-z]+)?$`)
	uuidPattern     = regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)
)

// Validate reports every setting that cannot work.
func (c Config) Validate() error {
	errs := []error{
		oneOf("auth", c.Auth, APIToken, OAuth),
		oneOf("record", c.Record, RecordLead, RecordDeal),
		oneOf("activity", c.Activity, ActivityNote, ActivityCallLog),
		oneOf("fields", c.Fields, CreateFields, KeepFields),
		c.validateLabels(),
	}
	if c.BaseURL != "" || c.Auth != OAuth { // an OAuth installation tells with its tokens
		errs = append(errs, validateBaseURL(c.BaseURL))
	}
	if validateBaseURL(c.TokenURL) != nil {
		errs = append(errs, errors.New("token_url must be an https address"))
	}
	if !currencyPattern.MatchString(c.Currency) {
		errs = append(errs, errors.New("currency must be an ISO code such as USD"))
	}
	for name, key := range map[string]string{"person_marker": c.PersonMarker, "deal_marker": c.DealMarker} {
		if key != "" && !hashPattern.MatchString(key) {
			errs = append(errs, errors.New(name+" must be a field's key of 40 characters"))
		}
	}
	if !versionPattern.MatchString(c.Version1) || !versionPattern.MatchString(c.Version2) {
		errs = append(errs, errors.New("api_v1 and api_v2 must be versions such as v2"))
	}
	if !c.Ambiguous.Valid() {
		errs = append(errs, errors.New("ambiguous must be attach, create or review"))
	}
	if c.OwnerID < 0 || c.PipelineID < 0 || c.StageID < 0 {
		errs = append(errs, errors.New("owner_id, pipeline_id and stage_id must not be negative"))
	}
	if c.SearchLagMS < 0 || c.RequestsPer2s < 0 || c.SearchesPer2s < 0 {
		errs = append(errs, errors.New("search_lag_ms, requests_per_2s and searches_per_2s must not be negative"))
	}
	return errors.Join(errs...)
}

func validateBaseURL(base string) error {
	u, err := url.Parse(base)
	switch {
	case err != nil || u.Host == "":
		return errors.New("base_url is not an address; it is https://{company}.pipedrive.com")
	case u.Scheme != "https" && (u.Scheme != "http" || !config.Loopback(u.Hostname())):
		return errors.New("base_url must be https")
	default:
		return nil
	}
}

// validateLabels checks that the labels are of the kind of record: lead labels have UUIDs,
// deal labels numbers.
func (c Config) validateLabels() error {
	for _, id := range c.LabelIDs {
		_, err := strconv.ParseInt(id, 10, 64)
		if c.Record == RecordDeal && err != nil {
			return errors.New("label_ids of deals must be numbers")
		}
		if c.Record == RecordLead && !uuidPattern.MatchString(id) {
			return errors.New("label_ids of leads must be UUIDs")
		}
	}
	return nil
}

func oneOf(name, value string, allowed ...string) error {
	for _, a := range allowed {
		if value == a {
			return nil
		}
	}
	return fmt.Errorf("%s must be one of %v", name, allowed)
}

func (c Config) searchLag() time.Duration { return time.Duration(c.SearchLagMS) * time.Millisecond }
