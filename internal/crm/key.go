package crm

import (
	"crypto/sha256"
	"encoding/hex"
)

// PersonKey returns what marks a new record of the lead's person, so that two deliveries
// do not make two: the key of the phone number if it is known, else of the address, else
// of the request. It is stored in tenants' CRMs: it never changes.
func PersonKey(lead Lead) string {
	keys := PersonKeys(lead)
	return keys[len(keys)-1] // "phone:…" comes last
}

// PersonKeys returns all keys under which the lead's person may have been created, that of
// the request first.
func PersonKeys(lead Lead) []string {
	keys := []string{RequestKey(lead)}
	for _, key := range lead.Person.Keys() {
		keys = append(keys, hash(key))
	}
	return keys
}

// RequestKey marks a person who is one request's own: nothing identifies them, or the
// person's key is somebody else's.
func RequestKey(lead Lead) string { return hash("request:" + lead.Request.ID) }

// hash keeps numbers and addresses out of URLs, which proxies log.
func hash(key string) string {
	sum := sha256.Sum256([]byte(key))
	return hex.EncodeToString(sum[:16])
}
