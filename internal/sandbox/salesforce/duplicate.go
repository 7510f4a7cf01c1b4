package salesforce

import (
	"net/http"
	"strings"
	"unicode"

	"github.com/nyaruka/phonenumbers"
)

// Action is what a duplicate rule does to a record that looks like another.
type Action string

// The actions. An alert lets pass who says that it may.
const (
	Alert Action = "Alert"
	Block Action = "Block"
)

// duplicateHeader says how a request wants duplicate rules to treat it.
const duplicateHeader = "Sforce-Duplicate-Rule-Header"

// duplicateResult is what the refusal of a duplicate tells. Its member in the error is
// misspelt, in the real API too.
type duplicateResult struct {
	AllowSave    bool          `json:"allowSave"`
	Rule         string        `json:"duplicateRule"`
	EntityType   string        `json:"duplicateRuleEntityType"`
	ErrorMessage string        `json:"errorMessage"`
	Matches      []matchResult `json:"matchResults"`
}

type matchResult struct {
	EntityType string        `json:"entityType"`
	Errors     []any         `json:"errors"`
	Engine     string        `json:"matchEngine"`
	Records    []matchRecord `json:"matchRecords"`
	Rule       string        `json:"rule"`
	Size       int           `json:"size"`
	Success    bool          `json:"success"`
}

type matchRecord struct {
	Additional []any          `json:"additionalInformation"`
	Fields     []any          `json:"fieldDiffs"`
	Confidence float64        `json:"matchConfidence"`
	Record     map[string]any `json:"record"`
}

// checkDuplicates refuses a record that looks like another one, if the object's rule is
// active. It is asked again on a change only if the change touches what it compares.
func (o *org) checkDuplicates(r *http.Request, object string, values map[string]any, self *record) *apiError {
	action, active := o.rules[object]
	if !active || self != nil && !touchesIdentity(values, self) {
		return nil
	}
	wishes := headerFlags(r.Header.Get(duplicateHeader))
	if action == Alert && wishes["allowsave"] {
		return nil
	}
	fields := map[string]any{}
	if self != nil {
		for name, value := range self.fields {
			fields[name] = value
		}
	}
	for name, value := range values {
		fields[name] = value
	}
	matches := o.matches(r.PathValue("version"), fields, self, wishes["includerecorddetails"])
	if len(matches) == 0 {
		return nil
	}
	err := refused(http.StatusBadRequest, "DUPLICATES_DETECTED", "Use one of these records?")
	err.Duplicate = duplicateResult{
		AllowSave: action == Alert, Rule: "Standard_" + object + "_Duplicate_Rule", EntityType: object,
		ErrorMessage: "Use one of these records?", Matches: matches,
	}
	return err
}

// headerFlags reads "allowSave=true; includeRecordDetails=true".
func headerFlags(header string) map[string]bool {
	flags := map[string]bool{}
	for pair := range strings.FieldsFuncSeq(header, func(c rune) bool { return c == ';' || c == ',' }) {
		name, value, _ := strings.Cut(pair, "=")
		flags[strings.ToLower(strings.TrimSpace(name))] = strings.EqualFold(strings.TrimSpace(value), "true")
	}
	return flags
}

// matches returns the leads and contacts that a person looks like.
func (o *org) matches(version string, fields map[string]any, self *record, details bool) []matchResult {
	var all []matchResult
	for _, object := range []string{"Contact", "Lead"} {
		m := matchResult{
			EntityType: object, Engine: "FuzzyMatchEngine", Rule: "Standard_" + object + "_Match_Rule_v1_1",
			Errors: []any{}, Success: true,
		}
		for _, other := range o.records[object] {
			if other == self || other.deleted || other.isConverted() || !looksLike(fields, other.fields) {
				continue
			}
			names := []string{"Id"}
			if details {
				names = append(names, "Name", "Phone", "Email", "LastModifiedDate")
			}
			m.Records = append(m.Records, matchRecord{
				Additional: []any{}, Fields: []any{}, Confidence: 100, Record: other.show(version, names),
			})
		}
		if m.Size = len(m.Records); m.Size > 0 {
			all = append(all, m)
		}
	}
	return all
}

// identity is the fields that the rule compares.
var identity = strings.Fields("FirstName LastName Title Company Email Phone Street City")

func touchesIdentity(values map[string]any, self *record) bool {
	for _, name := range identity {
		if value, ok := values[name]; ok && !equalValues(value, self.fields[name]) {
			return true
		}
	}
	return false
}

// looksLike is the standard rule: first and last name, and one of title with company,
// e-mail, phone, and address.
func looksLike(a, b map[string]any) bool {
	same := func(names ...string) bool {
		for _, name := range names {
			x, y := textOf(a, name), textOf(b, name)
			if x == "" || !strings.EqualFold(x, y) {
				return false
			}
		}
		return true
	}
	if !similarNames(textOf(a, "LastName"), textOf(b, "LastName")) || !similarNames(textOf(a, "FirstName"), textOf(b, "FirstName")) {
		return false
	}
	return same("Email") || same("Title", "Company") || same("Street", "City") || phoneScore(textOf(a, "Phone"), textOf(b, "Phone")) >= phoneThreshold
}

func textOf(fields map[string]any, name string) string {
	s, _ := fields[name].(string)
	return s
}

// phoneThreshold is what two numbers must reach to be the same to the rule: area and
// exchange do, whatever the line is.
const phoneThreshold = 80

// phoneScore weighs the parts of two numbers that agree: country 10, area 50, exchange 30,
// line 10.
func phoneScore(a, b string) int {
	x, errX := phonenumbers.Parse(a, "US")
	y, errY := phonenumbers.Parse(b, "US")
	if errX != nil || errY != nil {
		return 0
	}
	m, n := phonenumbers.GetNationalSignificantNumber(x), phonenumbers.GetNationalSignificantNumber(y)
	if len(m) != 10 || len(n) != 10 {
		return 0
	}
	score := 0
	if x.GetCountryCode() == y.GetCountryCode() {
		score = 10
	}
	for _, part := range []struct{ from, to, weight int }{{0, 3, 50}, {3, 6, 30}, {6, 10, 10}} {
		if m[part.from:part.to] == n[part.from:part.to] {
			score += part.weight
		}
	}
	return score
}

// similarNames compares two names loosely: one letter may differ in a name of four or
// more. It takes two names that are missing for the same.
func similarNames(a, b string) bool {
	x, y := letters(a), letters(b)
	if x == "" || y == "" {
		return x == y
	}
	return x == y || min(len(x), len(y)) >= 4 && distanceWithin1(x, y)
}

func letters(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, s)
}

// distanceWithin1 reports whether one letter added, dropped or changed makes a into b.
func distanceWithin1(a, b string) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	i := 0
	for i < len(a) && a[i] == b[i] {
		i++
	}
	if len(a) == len(b) {
		return i == len(a) || a[i+1:] == b[i+1:]
	}
	return len(b)-len(a) == 1 && a[i:] == b[i+1:]
}
