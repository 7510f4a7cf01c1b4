package request

import (
	"net/url"
	"strings"
)

// Link returns the address of a request in the dashboard at base, empty without a base.
func Link(base, tenantID, requestID string) string {
	if base == "" {
		return ""
	}
	return strings.TrimRight(base, "/") + "/tenants/" + url.PathEscape(tenantID) + "/requests/" + url.PathEscape(requestID)
}
