package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/your-org/multi-tenant-pipeline/internal/contact"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/store"
)

// Repairs changes what a request says, or where it stands.
type Repairs interface {
	Correct(ctx context.Context, requestID string, in store.Correcting) (store.Requeued, error)
	Requeue(ctx context.Context, requestID string, q store.Requeue) (store.Requeued, error)
}

// CorrectRequest implements POST /v1/tenants/{tenant_id}/requests/{request_id}/corrections.
func (h *handlers) CorrectRequest(ctx context.Context, in CorrectRequestRequestObject) (CorrectRequestResponseObject, error) {
	t, err := h.grantedTenant(ctx)
	if err != nil {
		return nil, err
	}
	order, err := correcting(in.Body, t.Region)
	if err != nil {
		return nil, err
	}
	if err := h.correct(ctx, in.RequestID, order); err != nil {
		return nil, err
	}
	made, err := h.corrections(ctx, t.ID, in.RequestID)
	return CorrectRequest200JSONResponse(made), err
}

// DeleteCorrection implements DELETE /v1/tenants/{tenant_id}/requests/{request_id}/corrections/{field}.
func (h *handlers) DeleteCorrection(ctx context.Context, in DeleteCorrectionRequestObject) (DeleteCorrectionResponseObject, error) {
	if err := h.correct(ctx, in.RequestID, store.Correcting{TakeBack: []string{in.Field}}); err != nil {
		return nil, err
	}
	return DeleteCorrection204Response{}, nil
}

// correct makes the granted principal's corrections and announces what is due by them.
func (h *handlers) correct(ctx context.Context, requestID string, order store.Correcting) error {
	granted, err := grantOf(ctx)
	if err != nil {
		return err
	}
	order.Actor = granted.principal.Actor()
	due, err := h.scope(granted.tenantID).Correct(ctx, requestID, order)
	var wrong *request.CorrectionError
	if errors.As(err, &wrong) {
		return wrongCorrection(order.Values, wrong)
	}
	if err != nil {
		return fmt.Errorf("correct request: %w", err)
	}
	h.announce(ctx, granted.tenantID, requestID, due)
	return nil
}

func (h *handlers) corrections(ctx context.Context, tenantID, requestID string) (CorrectionList, error) {
	scope := h.scope(tenantID)
	made, err := scope.Corrections(ctx, requestID)
	if err != nil {
		return CorrectionList{}, fmt.Errorf("read corrections: %w", err)
	}
	answer, err := scope.Answer(ctx, requestID)
	if err != nil {
		return CorrectionList{}, fmt.Errorf("read answer: %w", err)
	}
	return CorrectionList{Corrections: presentCorrections(made, answer)}, nil
}

// correcting reads an order.
func correcting(body *CorrectionOrder, region string) (store.Correcting, error) {
	order := store.Correcting{Push: body.Push}
	seen := map[string]bool{}
	for i, c := range body.Corrections {
		if seen[c.Field] {
			return order, wrongValue(i, "field")
		}
		seen[c.Field] = true
		value, people, ok := normalised(c.Field, c.Value, region)
		if !ok {
			return order, wrongValue(i, "value")
		}
		order.People = append(order.People, people...)
		order.Values = append(order.Values, request.Correction{Field: c.Field, Value: value})
	}
	return order, nil
}

// normalised returns a right answer as the analysis would have it, and whom it names. An
// empty number or address says that there is none.
func normalised(field string, value any, region string) (answer json.RawMessage, people []string, ok bool) {
	if text, isText := value.(string); isText {
		asked := strings.TrimSpace(text)
		text = asked
		switch field {
		case "customer.phone":
			text = contact.Phone(asked, region)
			people = contact.Keys(asked, "", region)
		case "customer.email":
			text = contact.Email(asked)
			people = contact.Keys("", asked, region)
		}
		if text == "" && asked != "" {
			return nil, nil, false
		}
		value = text
	}
	answer, err := json.Marshal(value)
	return answer, people, err == nil
}

// wrongCorrection names the place of a correction that cannot be made. One that contradicts
// an earlier one stands nowhere in the body.
func wrongCorrection(values []request.Correction, wrong *request.CorrectionError) error {
	for i, v := range values {
		if v.Field == wrong.Field {
			return wrongValue(i, "value")
		}
	}
	return &refusal{code: ProblemCodeInvalidRequest, parameter: "/corrections"}
}

func wrongValue(i int, name string) error {
	return &refusal{code: ProblemCodeInvalidRequest, parameter: "/corrections/" + strconv.Itoa(i) + "/" + name}
}
