package api

import (
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strings"
)

// requestPage is a page of which only some fields of each row may be wanted.
type requestPage struct {
	RequestPage
	fields []string // nil: all
}

// VisitListRequestsResponse implements ListRequestsResponseObject.
func (p requestPage) VisitListRequestsResponse(w http.ResponseWriter) error {
	if p.fields == nil {
		return ListRequests200JSONResponse(p.RequestPage).VisitListRequestsResponse(w)
	}
	rows := make([]map[string]json.RawMessage, 0, len(p.Requests))
	for _, row := range p.Requests {
		some, err := pick(row, p.fields)
		if err != nil {
			return err
		}
		rows = append(rows, some)
	}
	w.Header().Set("Content-Type", "application/json")
	return json.NewEncoder(w).Encode(map[string]any{"requests": rows, "next_page_token": p.NextPageToken})
}

// pick returns some fields of a row.
func pick(row Request, fields []string) (map[string]json.RawMessage, error) {
	text, err := json.Marshal(row)
	if err != nil {
		return nil, fmt.Errorf("encode row: %w", err)
	}
	var all map[string]json.RawMessage
	if err := json.Unmarshal(text, &all); err != nil {
		return nil, fmt.Errorf("decode row: %w", err)
	}
	some := make(map[string]json.RawMessage, len(fields))
	for _, field := range fields {
		some[field] = all[field]
	}
	return some, nil
}

// rowFields are the fields of a list's row.
var rowFields = slices.Concat(fieldNames(reflect.TypeFor[RequestCommon]()), []string{"timeline"})

func fieldNames(row reflect.Type) []string {
	var names []string
	for _, field := range reflect.VisibleFields(row) {
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		names = append(names, name)
	}
	return names
}

// fieldsOf returns the fields that a list asks for; nil stands for all.
func fieldsOf(parameter string) ([]string, error) {
	if parameter == "" {
		return nil, nil
	}
	fields := []string{"request_id"}
	for name := range strings.SplitSeq(parameter, ",") {
		if !slices.Contains(rowFields, name) {
			return nil, &refusal{code: ProblemCodeInvalidRequest, parameter: "fields"}
		}
		fields = append(fields, name)
	}
	return fields, nil
}
