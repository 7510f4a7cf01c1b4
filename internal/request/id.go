package request

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"strings"
)

// Namespaces of external ids. The same external id in two namespaces is two requests.
const (
	NamespaceCall = "call" // CallRail's CAL… id, or the call_id of a relay
	NamespaceForm = "form" // a form submission, without its FRM or FOR prefix
	NamespaceText = "text" // a text message
	NamespaceAPI  = "api"  // direct ingestion: caller and Idempotency-Key
)

const idPrefix = "req_"

var idEncoding = base32.StdEncoding.WithPadding(base32.NoPadding)

// ID returns the id of the request that an external id stands for: a delivery that
// is repeated by anybody at any time meets its own row without a read, and ids are
// spread evenly, so that no key range is hot. The hash is cut to 130 bits.
func ID(tenantID, namespace, externalID string) string {
	if namespace == NamespaceForm {
		externalID = trimFormPrefix(externalID)
	}
	sum := sha256.Sum256([]byte(tenantID + "\x00" + namespace + "\x00" + externalID))
	return encodeID(sum[:])
}

// RandomID returns an id for a request that nothing outside identifies.
func RandomID() string {
	var b [32]byte
	_, _ = rand.Read(b[:]) // never fails: crypto/rand crashes the program instead
	return encodeID(b[:])
}

func encodeID(b []byte) string {
	return idPrefix + strings.ToLower(idEncoding.EncodeToString(b)[:26])
}

// trimFormPrefix makes FRM… and FOR… of one submission the same: the webhook and the
// REST API name it differently.
func trimFormPrefix(id string) string {
	for _, prefix := range []string{"FRM", "FOR"} {
		if rest, ok := strings.CutPrefix(id, prefix); ok {
			return rest
		}
	}
	return id
}
