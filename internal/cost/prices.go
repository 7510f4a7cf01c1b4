package cost

import (
	"bytes"
	"cmp"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"
)

//go:embed prices.json
var ownPrices []byte

// Default returns the table that the program comes with.
var Default = sync.OnceValue(func() *Table {
	t, err := Parse(ownPrices)
	if err != nil {
		panic(err) // embedded, and read by every test
	}
	return t
})

// Price is what one unit costs.
type Price struct {
	USD     float64 `json:"usd"`
	Assumed bool    `json:"assumed,omitempty"` // not confirmed: what is priced by it is an estimate
	Source  string  `json:"source"`            // where the number is from
}

// Prices are the prices from a day on.
type Prices struct {
	ValidFrom         Date         `json:"valid_from"`
	Comment           string       `json:"comment,omitempty"`
	SpeechMinute      Price        `json:"speech_minute"`       // a minute of one channel, transcribed at once
	SpeechBatchMinute Price        `json:"speech_batch_minute"` // the same, when it is cheap
	Models            []ModelPrice `json:"models"`
	StoredGBMonth     Price        `json:"stored_gb_month"`
	StoredMonths      float64      `json:"stored_months"` // how long a recording is taken to be kept
	PerRequest        []Overhead   `json:"per_request"`   // what each request costs that nobody meters
	CRMCall           Price        `json:"crm_call"`
}

// ModelPrice is what a model's tokens cost, per million. Thinking costs as output does.
type ModelPrice struct {
	Name          string `json:"name"` // of all its versions: gemini-2.5-flash stands for gemini-2.5-flash-001 too
	InputMillion  Price  `json:"input_million"`
	OutputMillion Price  `json:"output_million"`
}

// Overhead is a share of what all requests use together.
type Overhead struct {
	Name  string `json:"name"`
	Price Price  `json:"price"`
}

// Date is a day, in UTC, written as 2006-01-02.
type Date struct{ time.Time }

// UnmarshalJSON implements json.Unmarshaler.
func (d *Date) UnmarshalJSON(data []byte) error {
	var text string
	if err := json.Unmarshal(data, &text); err != nil {
		return err
	}
	var err error
	d.Time, err = time.Parse(time.DateOnly, text)
	return err
}

// MarshalJSON implements json.Marshaler.
func (d Date) MarshalJSON() ([]byte, error) { return json.Marshal(d.Format(time.DateOnly)) }

// Table is a history of prices.
type Table struct{ prices []Prices } // the oldest first, at least one

// Parse reads a table: a JSON array of Prices. It reports everything that is wrong at once.
func Parse(data []byte) (*Table, error) {
	var t Table
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields() // a misspelled price would be free
	if err := dec.Decode(&t.prices); err != nil {
		return nil, fmt.Errorf("parse prices: %w", err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("parse prices: there is text behind the table")
	}
	if len(t.prices) == 0 {
		return nil, errors.New("parse prices: the table is empty")
	}
	var errs []error
	for _, p := range t.prices {
		errs = append(errs, p.validate())
	}
	if err := errors.Join(errs...); err != nil {
		return nil, fmt.Errorf("parse prices: %w", err)
	}
	slices.SortStableFunc(t.prices, func(a, b Prices) int { return a.ValidFrom.Compare(b.ValidFrom.Time) })
	return &t, nil
}

// At returns the prices of a moment. Before the first day there are those of the first day.
func (t *Table) At(at time.Time) *Prices {
	current := &t.prices[0]
	for i := range t.prices {
		if !t.prices[i].ValidFrom.After(at) {
			current = &t.prices[i]
		}
	}
	return current
}

// Line is one price, as the component is called that it prices.
type Line struct {
	Name  string
	Model string
	Unit  string
	Price Price
}

// Lines returns all prices.
func (p *Prices) Lines() []Line {
	lines := []Line{
		{Name: Speech, Unit: perMinute, Price: p.SpeechMinute}, {Name: SpeechBatch, Unit: perMinute, Price: p.SpeechBatchMinute},
	}
	for _, m := range p.Models {
		lines = append(lines, Line{Name: ModelInput, Model: m.Name, Unit: perMillion, Price: m.InputMillion},
			Line{Name: ModelOutput, Model: m.Name, Unit: perMillion, Price: m.OutputMillion},
			Line{Name: ModelThinking, Model: m.Name, Unit: perMillion, Price: m.OutputMillion})
	}
	lines = append(lines, Line{Name: Storage, Unit: perGBMonth, Price: p.StoredGBMonth})
	for _, o := range p.PerRequest {
		lines = append(lines, Line{Name: o.Name, Unit: perRequest, Price: o.Price})
	}
	return append(lines, Line{Name: CRMCalls, Unit: perCall, Price: p.CRMCall})
}

func (p Prices) validate() error {
	day := p.ValidFrom.Format(time.DateOnly)
	var errs []error
	if p.ValidFrom.IsZero() {
		errs = append(errs, errors.New("valid_from is missing"))
	}
	if len(p.Models) == 0 {
		errs = append(errs, fmt.Errorf("%s: there is no model", day))
	}
	if p.StoredMonths < 0 {
		errs = append(errs, fmt.Errorf("%s: stored_months is negative", day))
	}
	all := []Price{p.SpeechMinute, p.SpeechBatchMinute, p.StoredGBMonth, p.CRMCall}
	for _, m := range p.Models {
		if m.Name == "" {
			errs = append(errs, fmt.Errorf("%s: a model has no name", day))
		}
		all = append(all, m.InputMillion, m.OutputMillion)
	}
	for _, o := range p.PerRequest {
		if o.Name == "" {
			errs = append(errs, fmt.Errorf("%s: a price per request has no name", day))
		}
		all = append(all, o.Price)
	}
	if slices.ContainsFunc(all, func(p Price) bool { return p.USD < 0 }) {
		errs = append(errs, fmt.Errorf("%s: a price is negative", day))
	}
	return errors.Join(errs...)
}

// version is what may follow a model's name: -001, @20261001.
var version = regexp.MustCompile(`^(-\d+|@.+)?$`)

// model returns the prices of a model. One that the table does not know is taken for its
// dearest: a bill that is lower than expected surprises nobody.
func (p *Prices) model(name string) (price ModelPrice, known bool) {
	for _, m := range p.Models {
		if rest, ok := strings.CutPrefix(name, m.Name); ok && version.MatchString(rest) {
			return m, true
		}
	}
	return slices.MaxFunc(p.Models, func(a, b ModelPrice) int {
		return cmp.Compare(a.InputMillion.USD+a.OutputMillion.USD, b.InputMillion.USD+b.OutputMillion.USD)
	}), false
}
