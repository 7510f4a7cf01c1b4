package salesforce

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/crm"
	"github.com/your-org/multi-tenant-pipeline/pkg/config"
)

// Defaults of Config.
const (
	DefaultLoginURL   = "https://login.salesforce.com"
	DefaultAPIVersion = "v67.0"
	DefaultKeyField   = "Pipeline_Key__c"
	DefaultCompany    = "[not provided]" // Salesforce's own word for it
	DefaultTaskStatus = "Completed"
	DefaultStage      = "Prospecting"
	DefaultCloseDays  = 90
	// DefaultSettle is how long a write whose answer never came may still be under way.
	DefaultSettle = 10 * time.Second
	// DefaultRequestsPer10s is a courtesy: Salesforce limits requests at the same time and
	// in a day, but not in a second.
	DefaultRequestsPer10s = 100
	// DefaultReservePercent of the org's daily requests are left to its other programs.
	DefaultReservePercent = 5
)

// What somebody becomes whom the org does not know.
const (
	NewLead    = "lead"
	NewContact = "contact"
)

// Who gets an Opportunity for each request. A Lead never does: it becomes one when the
// sales team converts it.
const (
	OpportunityNone    = "none"
	OpportunityContact = "contact" // who is a Contact
)

// What becomes of a new person in whom the org's duplicate rules see somebody else, who
// has neither their number nor their address.
const (
	DuplicateCreate = "create" // saved where the rule allows it, parked where it does not
	DuplicateMatch  = "match"  // the record that the rule names is used
	DuplicateReview = "review" // parked until a person decides
)

// Config is a Salesforce integration's settings as a tenant stores them. Everything is
// optional, except base_url with client credentials.
type Config struct {
	BaseURL    string `json:"base_url"`  // My Domain address, such as https://acme.my.salesforce.com
	LoginURL   string `json:"login_url"` // where tokens are minted; empty: base_url
	APIVersion string `json:"api_version"`
	KeyField   string `json:"key_field"`

	Object      string     `json:"object"`       // what a new person becomes: lead or contact
	Opportunity string     `json:"opportunity"`  // none or contact
	Ambiguous   crm.Policy `json:"ambiguous"`    // a known phone number under another name
	OnDuplicate string     `json:"on_duplicate"` // create, match or review

	LeadSource  string `json:"lead_source"` // empty: Phone Inquiry or Web, where the org has them
	Status      string `json:"status"`      // of new Leads; empty: the org's default
	Company     string `json:"company"`     // of new Leads; empty: [not provided], where one is required
	Placeholder string `json:"placeholder"` // last name of a person without one
	OwnerID     string `json:"owner_id"`    // of new records; empty: by assignment rule, or the integration's user
	TaskStatus  string `json:"task_status"`
	Stage       string `json:"opportunity_stage"`
	CloseDays   int    `json:"close_in_days"` // close date of Opportunities, from the request on
	TimeZone    string `json:"time_zone"`     // IANA name, for the dates of activities and Opportunities; empty: the tenant's

	SettleMS       int64 `json:"settle_ms"`
	RequestsPer10s int   `json:"requests_per_10s"`
	ReservePercent *int  `json:"daily_reserve_percent"`
}

func parseConfig(raw json.RawMessage) (Config, error) {
	var c Config
	if len(raw) > 0 {
		if err := json.Unmarshal(raw, &c); err != nil {
			return Config{}, fmt.Errorf("parse salesforce settings: %w", err)
		}
	}
	c.LoginURL = cmp.Or(c.LoginURL, c.BaseURL, DefaultLoginURL)
	c.APIVersion = cmp.Or(c.APIVersion, DefaultAPIVersion)
	c.KeyField = cmp.Or(c.KeyField, DefaultKeyField)
	c.Object = cmp.Or(c.Object, NewLead)
	c.Opportunity = cmp.Or(c.Opportunity, OpportunityNone)
	c.Ambiguous = cmp.Or(c.Ambiguous, crm.AttachAmbiguous)
	c.OnDuplicate = cmp.Or(c.OnDuplicate, DuplicateCreate)
	c.Placeholder = cmp.Or(c.Placeholder, crm.NoName)
	c.TaskStatus = cmp.Or(c.TaskStatus, DefaultTaskStatus)
	c.Stage = cmp.Or(c.Stage, DefaultStage)
	c.CloseDays = cmp.Or(c.CloseDays, DefaultCloseDays)
	c.SettleMS = cmp.Or(c.SettleMS, DefaultSettle.Milliseconds())
	c.RequestsPer10s = cmp.Or(c.RequestsPer10s, DefaultRequestsPer10s)
	if c.ReservePercent == nil {
		percent := DefaultReservePercent
		c.ReservePercent = &percent
	}
	return c, c.Validate()
}

var (
	versionPattern = regexp.MustCompile(`^v\d{2,3}\.0$`)
	fieldPattern   = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]*__c$`) // it stands in addresses and queries
	idPattern      = regexp.MustCompile(`^([A-Za-z0-9]{15}|[A-Za-z0-9]{18})?$`)
)

// Validate reports every setting that cannot work.
func (c Config) Validate() error {
	var errs []error
	for name, address := range map[string]string{"base_url": c.BaseURL, "login_url": c.LoginURL} {
		if address != "" {
			errs = append(errs, checkAddress(name, address))
		}
	}
	if !versionPattern.MatchString(c.APIVersion) {
		errs = append(errs, errors.New("api_version must look like "+DefaultAPIVersion))
	}
	if !fieldPattern.MatchString(c.KeyField) {
		errs = append(errs, errors.New("key_field must be the API name of a custom field, such as "+DefaultKeyField))
	}
	if !c.Ambiguous.Valid() {
		errs = append(errs, errors.New("ambiguous must be attach, create or review"))
	}
	errs = append(errs,
		oneOf("object", c.Object, NewLead, NewContact),
		oneOf("opportunity", c.Opportunity, OpportunityNone, OpportunityContact),
		oneOf("on_duplicate", c.OnDuplicate, DuplicateCreate, DuplicateMatch, DuplicateReview))
	if !idPattern.MatchString(c.OwnerID) {
		errs = append(errs, errors.New("owner_id must be a Salesforce id of 15 or 18 characters"))
	}
	if _, err := time.LoadLocation(c.TimeZone); err != nil {
		errs = append(errs, errors.New("time_zone must be an IANA name such as America/Denver"))
	}
	if c.SettleMS < 0 || c.RequestsPer10s < 0 || c.CloseDays < 0 || *c.ReservePercent < 0 || *c.ReservePercent > 90 {
		errs = append(errs, errors.New("settle_ms, requests_per_10s and close_in_days must not be negative, daily_reserve_percent must be 0 to 90"))
	}
	return errors.Join(errs...)
}

// checkAddress accepts https, and plain http on this very machine.
func checkAddress(name, address string) error {
	u, err := url.Parse(address)
	switch {
	case err != nil || u.Host == "":
		return errors.New(name + " is not an address")
	case u.Scheme != "https" && (u.Scheme != "http" || !config.Loopback(u.Hostname())):
		return errors.New(name + " must be https")
	case u.RawQuery != "" || u.Fragment != "" || u.User != nil:
		return errors.New(name + " must not hold a user, a query or a fragment")
	default:
		return nil
	}
}

func oneOf(name, value string, allowed ...string) error {
	for _, a := range allowed {
		if value == a {
			return nil
		}
	}
	return errors.New(name + " must be one of " + strings.Join(allowed, ", "))
}

func (c Config) settle() time.Duration { return time.Duration(c.SettleMS) * time.Millisecond }

// local returns a moment as clocks show it where the settings say that the tenant lives.
// Unless they do, it stays in the tenant's own zone.
func (c Config) local(at time.Time) time.Time {
	loc, err := time.LoadLocation(c.TimeZone)
	if err != nil || c.TimeZone == "" {
		return at
	}
	return at.In(loc)
}

// newType is the type of record that a new person becomes.
func (c Config) newType() string {
	if c.Object == NewContact {
		return contacts
	}
	return leads
}
