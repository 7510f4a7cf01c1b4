package main

import (
	"crypto/sha256"
	"encoding/hex"
	"sync"

	"github.com/your-org/multi-tenant-pipeline/internal/callrail"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

// template is the intake of one delivery.
var template = sync.OnceValues(func() (request.Intake, error) {
	body, err := payload(0, 0)
	if err != nil {
		return request.Intake{}, err
	}
	p, err := callrail.Decode(body)
	if err != nil {
		return request.Intake{}, err
	}
	r, err := p.Request(callrail.PostCall, "US")
	if err != nil {
		return request.Intake{}, err
	}
	r.TenantID, r.SourceID = tenantID, "callrail"
	sum := sha256.Sum256(body)
	return request.Intake{Request: r, Body: body, ContentType: p.Type, BodyHash: hex.EncodeToString(sum[:])}, nil
})
