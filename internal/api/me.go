package api

import "context"

// GetMe implements GET /v1/me.
func (h *handlers) GetMe(ctx context.Context, _ GetMeRequestObject) (GetMeResponseObject, error) {
	granted, err := grantOf(ctx)
	if err != nil {
		return nil, err
	}
	p := granted.principal
	return GetMe200JSONResponse{
		Subject: p.Subject, Role: MeRole(p.Role), AllTenants: p.CoversAll(), ExpiresAt: p.Expires.UTC(),
	}, nil
}
