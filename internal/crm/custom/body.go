package custom

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"sync"
	"time"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/ext"
	"google.golang.org/protobuf/types/known/structpb"

	"github.com/your-org/multi-tenant-pipeline/internal/crm"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

// Limits of a body's expression. Several tenants share a process, so no expression may take
// long or grow without bounds.
const (
	maxExpression = 10_000 // characters
	maxNesting    = 50
	costLimit     = 200_000
	checkEvery    = 1000 // rounds of a loop between looks at the context
)

// environment is what bodies are compiled in: they read the payload.
var environment = sync.OnceValues(func() (*cel.Env, error) {
	return cel.NewEnv(
		cel.Variable("type", cel.StringType), cel.Variable("timestamp", cel.StringType), cel.Variable("data", cel.DynType),
		cel.OptionalTypes(), ext.Strings(), ext.Lists(), ext.Math(), cel.CrossTypeNumericComparisons(true),
		cel.ParserExpressionSizeLimit(maxExpression), cel.ParserRecursionLimit(maxNesting),
	)
})

// compiling is held while the environment compiles: cel-go v0.33.2 fills it in at the first
// mistake of an expression, while others read it.
var compiling sync.Mutex

// body is a tenant's own shape of the payload: an expression that results in an object.
type body struct {
	source  string
	program cel.Program
}

// newBody compiles an expression and tries it with a lead of which everything is known, and
// with one of which nothing is: what fails then fails when it is saved.
func newBody(source string) (*body, error) {
	env, err := environment()
	if err != nil {
		return nil, fmt.Errorf("make body environment: %w", err)
	}
	compiling.Lock()
	ast, issues := env.Compile(source)
	compiling.Unlock()
	if issues.Err() != nil {
		return nil, fmt.Errorf("body: %w", compileError(issues))
	}
	program, err := env.Program(ast, cel.CostLimit(costLimit), cel.InterruptCheckFrequency(checkEvery))
	if err != nil {
		return nil, fmt.Errorf("body: %w", err)
	}
	b := &body{source: source, program: program}
	for about, lead := range map[string]crm.Lead{"a lead with everything": fullLead(), "a lead of which nothing is known": bareLead()} {
		payload, err := newEvent(crm.State{Lead: lead}, "trial").payload(lead, true)
		if err != nil {
			return nil, err
		}
		if _, err := b.shape(context.Background(), payload); err != nil { //nolint:forbidigo // two runs of bounded cost
			return nil, fmt.Errorf("body, tried with %s: %w", about, err)
		}
	}
	return b, nil
}

// compileError lists mistakes with their positions.
func compileError(issues *cel.Issues) error {
	var errs []error
	for _, issue := range issues.Errors() {
		errs = append(errs, fmt.Errorf("%d:%d: %s", issue.Location.Line(), issue.Location.Column()+1, issue.Message))
	}
	return errors.Join(errs...)
}

// shape returns the body that the expression makes of a payload. The same payload makes the
// same bytes.
func (b *body) shape(ctx context.Context, payload []byte) ([]byte, error) {
	var vars map[string]any
	if err := json.Unmarshal(payload, &vars); err != nil {
		return nil, fmt.Errorf("read payload: %w", err)
	}
	result, _, err := b.program.ContextEval(ctx, vars)
	if err != nil {
		return nil, fmt.Errorf("run expression: %w", err)
	}
	native, err := result.ConvertToNative(reflect.TypeFor[*structpb.Value]())
	if err != nil {
		return nil, errors.New("the expression results in something that JSON cannot hold")
	}
	value, ok := native.(*structpb.Value)
	if !ok || value.GetStructValue() == nil && value.GetListValue() == nil {
		return nil, errors.New("the expression must result in an object, {…}, or a list")
	}
	raw, err := json.Marshal(value.AsInterface())
	if err != nil {
		return nil, fmt.Errorf("encode body: %w", err)
	}
	return raw, nil
}

// fullLead is a lead of a synthetic person of which everything is known.
func fullLead() crm.Lead {
	at := time.Date(2026, 11, 20, 16, 15, 2, 0, time.UTC)
	low, high := int64(20_000), int64(30_000)
	return crm.Lead{
		Request: &request.Request{
			TenantID: "tenant_demo", ID: "req_trial", Kind: request.Call, ExternalID: "CALtrial", ReceivedAt: at, StartedAt: at,
			Details: request.Details{
				Direction: "inbound", Answered: true, DurationS: 187, Source: "Google Ads", Tags: []string{"kitchen"},
				Fields: []request.Field{{Name: "message", Value: "Please call back."}},
			},
		},
		Analysis: &request.Analysis{
			Intent: "quote_request", ProjectType: "kitchen", Timeline: "1_3_months", IsLead: true, LeadScore: 86, ScoreBand: request.Hot,
			Budget: request.Budget{Signal: "high", Min: &low, Max: &high}, Summary: "Wants a kitchen remodel.",
			Confidence: request.Confidence{Overall: 0.9}, Sentiment: "positive", Appointment: "requested", NextSteps: []string{"Call back"},
			Evidence: []request.Evidence{{Field: "budget", Quote: "twenty to thirty thousand"}},
		},
		Transcript: &request.Transcript{Segments: []request.Segment{{Speaker: request.Customer, Text: "Twenty to thirty thousand."}}},
		Person:     crm.Person{Name: "Dana Example", Phone: "+13035550142", Email: "dana@example.com"},
		Revision:   1, Link: "https://app.example.com/requests/req_trial",
	}
}

func bareLead() crm.Lead {
	return crm.Lead{Request: &request.Request{TenantID: "tenant_demo", ID: "req_trial", Kind: request.Form}}
}
