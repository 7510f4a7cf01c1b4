package main

import (
	"context"
	"fmt"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/sandbox/control"
	"github.com/your-org/multi-tenant-pipeline/internal/sandbox/samples"
)

// sampleAge is how long ago the sample calls began: CallRail delivers after the call.
const sampleAge = 5 * time.Minute

// play makes CallRail know a sample and deliver it to the webhook, signed as CallRail
// signs. Ids of samples are fixed: one that is played again is a duplicate.
func (s *stack) play(ctx context.Context, name string) (played, error) {
	sample, ok := samples.ByName(name)
	if !ok {
		return played{}, fmt.Errorf("%w %q", control.ErrUnknownSample, name)
	}
	d := s.demos[sample.Tenant]
	body, err := sample.Payload(samples.Company{
		ID: d.outside.CompanyID, ResourceID: d.outside.CompanyResourceID, Name: d.tenant.Name, TimeZone: d.tenant.TimeZone,
	}, time.Now().Add(-sampleAge).In(d.tenant.Location()))
	if err != nil {
		return played{}, fmt.Errorf("make payload of %s: %w", name, err)
	}
	namespace, kind := request.NamespaceCall, "post_call"
	var id string
	if sample.Kind == request.Form {
		namespace, kind = request.NamespaceForm, "form_submission"
		id, err = s.sandbox.CallRail().AddForm(d.tenant.ID, body)
	} else {
		id, err = s.sandbox.AddCall(d.tenant.ID, body, sample.Audio, turns(sample.Transcript))
	}
	if err != nil {
		return played{}, fmt.Errorf("add %s: %w", name, err)
	}
	if _, err := s.sandbox.CallRail().Deliver(ctx, id, kind); err != nil {
		return played{}, fmt.Errorf("deliver %s: %w", name, err)
	}
	return played{
		sample: name, tenantID: d.tenant.ID, externalID: id,
		requestID: request.ID(d.tenant.ID, namespace, sample.ExternalID),
	}, nil
}

// playAll delivers every sample.
func (s *stack) playAll(ctx context.Context) ([]played, error) {
	var all []played
	for _, sample := range samples.All() {
		one, err := s.play(ctx, sample.Name)
		if err != nil {
			return all, err
		}
		all = append(all, one)
	}
	return all, nil
}

func turns(transcript []samples.Turn) []control.Turn {
	all := make([]control.Turn, 0, len(transcript))
	for _, t := range transcript {
		all = append(all, control.Turn(t))
	}
	return all
}
