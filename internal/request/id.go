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

// idLength is how many letters and digits of the hash are an id: 130 bits.
const idLength = 26

var idEncoding = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// ID returns the id of the request that an external id stands for: a delivery that
// is repeated by anybody at any time meets its own row without a read, and ids are
// spread evenly, so that no key range is hot. The hash is cut to 130 bits.
func ID(tenantID, namespace, externalID string) string {
	if namespace == NamespaceForm {
		externalID = trimFormPrefix(externalID)
	}
	var buf [128]byte // longer ones are allocated
	text := append(append(buf[:0], tenantID...), 0)
	text = append(append(text, namespace...), 0)
	sum := sha256.Sum256(append(text, externalID...))
	return encodeID(sum[:])
}

// RandomID returns an id for a request that nothing outside identifies.
func RandomID() string {
	var b [32]byte
	_, _ = rand.Read(b[:]) // never fails: crypto/rand crashes the program instead
	return encodeID(b[:])
}

func encodeID(b []byte) string {
	var text [len(idPrefix) + 52]byte // 32 bytes in base32
	id := idEncoding.AppendEncode(append(text[:0], idPrefix...), b)
	return string(id[:len(idPrefix)+idLength])
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
