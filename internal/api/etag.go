package api

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
)

// tagged is middleware that sets the ETag of answers that can be sent back as If-Match.
func tagged(next StrictHandlerFunc, _ string) StrictHandlerFunc {
	return func(ctx context.Context, w http.ResponseWriter, r *http.Request, in any) (any, error) {
		answer, err := next(ctx, w, r, in)
		if state, ok := stateOf(answer); ok && err == nil {
			w.Header().Set("ETag", tagOf(state))
		}
		return answer, err
	}
}

// stateOf returns what can be replaced in an answer.
func stateOf(answer any) (state any, ok bool) {
	switch a := answer.(type) {
	case GetTenant200JSONResponse:
		return Tenant(a), true
	case PutTenant200JSONResponse:
		return Tenant(a), true
	case GetSource200JSONResponse:
		return Source(a).lasting(), true
	case PutSource200JSONResponse:
		return Source(a).lasting(), true
	case GetIntegration200JSONResponse:
		return Integration(a), true
	case PutIntegration200JSONResponse:
		return Integration(a), true
	case GetWorkflow200JSONResponse:
		return Workflow(a), true
	case PutWorkflow200JSONResponse:
		return Workflow(a), true
	default:
		return nil, false
	}
}

// tagOf names a state by the hash of its JSON, whose members are sorted first: what comes
// from the database is spaced and ordered in its own way.
func tagOf(state any) string {
	text, err := json.Marshal(state)
	var plain any
	if err == nil {
		err = json.Unmarshal(text, &plain)
	}
	if err == nil {
		text, err = json.Marshal(plain)
	}
	if err != nil {
		return "" // matches nothing; an answer that cannot be written fails later, with its error
	}
	sum := sha256.Sum256(text)
	return fmt.Sprintf("%q", hex.EncodeToString(sum[:8]))
}

// anyState is the If-Match of who only wants that there is something.
const anyState = "*"

// match refuses a change that is bound to another state than the present one. Nothing at all
// is another state, too.
func match(ifMatch string, present any, exists bool) error {
	if ifMatch == "" || exists && (ifMatch == anyState || ifMatch == tagOf(present)) {
		return nil
	}
	return refuse(ProblemCodeChanged)
}
