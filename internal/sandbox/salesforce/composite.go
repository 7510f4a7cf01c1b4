package salesforce

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
)

// maxParts is how many sub-requests a composite takes.
const maxParts = 25

// part is one sub-request of a composite.
type part struct {
	Method      string            `json:"method"`
	URL         string            `json:"url"`
	ReferenceID string            `json:"referenceId"`
	Headers     map[string]string `json:"httpHeaders"`
	Body        json.RawMessage   `json:"body"`
}

// outcome is the answer to a part.
type outcome struct {
	Body        json.RawMessage   `json:"body"`
	Headers     map[string]string `json:"httpHeaders"`
	Status      int               `json:"httpStatusCode"`
	ReferenceID string            `json:"referenceId"`
}

// composite runs its parts one after the other, and answers 200 whatever they answered.
// With allOrNone one failure undoes all.
func (o *org) composite(r *http.Request) (int, any, *apiError) {
	var body struct {
		AllOrNone bool   `json:"allOrNone"`
		Parts     []part `json:"compositeRequest"`
	}
	if err := decode(r, &body); err != nil {
		return 0, nil, err
	}
	if err := checkParts(body.Parts); err != nil {
		return 0, nil, err
	}
	var before map[string][]*record
	if body.AllOrNone {
		before = o.snapshot()
	}
	outcomes, failed := []outcome{}, -1
	for i, p := range body.Parts {
		if failed >= 0 && body.AllOrNone {
			outcomes = append(outcomes, halted(p, rolledBack))
			continue
		}
		out := o.run(r, p, outcomes)
		if out.Status >= http.StatusMultipleChoices {
			failed = i
		}
		outcomes = append(outcomes, out)
	}
	if failed >= 0 && body.AllOrNone {
		o.records = before
		for i := range failed {
			outcomes[i] = halted(body.Parts[i], rolledBack)
		}
	}
	return http.StatusOK, map[string]any{"compositeResponse": outcomes}, nil
}

const rolledBack = "The transaction was rolled back since another operation in the same transaction failed."

func halted(p part, message string) outcome {
	return failure(p, refused(http.StatusBadRequest, "PROCESSING_HALTED", message))
}

func failure(p part, err *apiError) outcome {
	body, _ := json.Marshal([]*apiError{err}) // strings always encode
	return outcome{Body: body, Headers: map[string]string{}, Status: err.HTTP, ReferenceID: p.ReferenceID}
}

// checkParts refuses a composite as a whole.
func checkParts(parts []part) *apiError {
	if len(parts) == 0 || len(parts) > maxParts {
		return refused(http.StatusBadRequest, "INVALID_INPUT", fmt.Sprintf("A composite takes 1 to %d subrequests.", maxParts))
	}
	seen := map[string]bool{}
	for _, p := range parts {
		if p.ReferenceID == "" || seen[p.ReferenceID] || !reference.MatchString("@{"+p.ReferenceID+".id}") {
			return refused(http.StatusBadRequest, "INVALID_INPUT", "Reference ids have to be unique and hold letters, digits and underscores only: "+p.ReferenceID)
		}
		seen[p.ReferenceID] = true
		for name := range p.Headers {
			switch strings.ToLower(name) {
			case "accept", "authorization", "content-type":
				return refused(http.StatusBadRequest, "INVALID_HTTP_HEADER", "The header "+name+" cannot be set in a subrequest.")
			}
		}
	}
	return nil
}

// reference is where a part uses what an earlier one answered.
var reference = regexp.MustCompile(`@\{([A-Za-z0-9_]+)\.([A-Za-z0-9_]+)\}`)

// resolve puts in what earlier parts answered.
func resolve(text string, outcomes []outcome) (string, *apiError) {
	var err *apiError
	resolved := reference.ReplaceAllStringFunc(text, func(match string) string {
		names := reference.FindStringSubmatch(match)
		for _, out := range outcomes {
			var body map[string]any
			if out.ReferenceID != names[1] || json.Unmarshal(out.Body, &body) != nil {
				continue
			}
			if value, ok := body[names[2]].(string); ok {
				return value
			}
		}
		err = refused(http.StatusBadRequest, "PROCESSING_HALTED", "Invalid reference specified. No value for "+
			names[1]+"."+names[2]+" found in "+names[1])
		return match
	})
	return resolved, err
}

// run sends one part through the API.
func (o *org) run(r *http.Request, p part, outcomes []outcome) outcome {
	address, err := resolve(p.URL, outcomes)
	if err != nil {
		return failure(p, err)
	}
	body, err := resolve(string(p.Body), outcomes)
	if err != nil {
		return failure(p, err)
	}
	sub, err := subrequest(r, p, address, body)
	if err != nil {
		return failure(p, err)
	}
	got := &recorder{header: http.Header{}, status: http.StatusOK}
	o.api.ServeHTTP(got, sub)
	out := outcome{Headers: map[string]string{}, Status: got.status, ReferenceID: p.ReferenceID}
	if got.body.Len() > 0 {
		out.Body = got.body.Bytes()
	}
	return out
}

// subrequest makes the request of a part. It has to stay below the data path, and cannot
// be a composite itself.
func subrequest(r *http.Request, p part, address, body string) (*http.Request, *apiError) {
	u, err := url.Parse(address)
	if err != nil || !strings.HasPrefix(address, "/services/data/") || strings.HasSuffix(strings.TrimSuffix(u.Path, "/"), "/composite") {
		return nil, refused(http.StatusBadRequest, "INVALID_INPUT", "The url of a subrequest has to begin with /services/data/: "+address)
	}
	sub, err := http.NewRequestWithContext(r.Context(), p.Method, address, bytes.NewBufferString(body))
	if err != nil {
		return nil, refused(http.StatusBadRequest, "METHOD_NOT_ALLOWED", "HTTP Method '"+p.Method+"' not allowed.")
	}
	sub.Header = r.Header.Clone() // duplicate rules and the like go for every part
	for name, value := range p.Headers {
		sub.Header.Set(name, value)
	}
	return sub, nil
}

// recorder keeps the answer to a part.
type recorder struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (r *recorder) Header() http.Header         { return r.header }
func (r *recorder) WriteHeader(status int)      { r.status = status }
func (r *recorder) Write(b []byte) (int, error) { return r.body.Write(b) }
