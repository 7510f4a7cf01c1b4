package salesforce

import (
	"fmt"
	"strings"
)

// prefixes begin the ids of each object's records.
var prefixes = map[string]string{"Lead": "00Q", "Contact": "003", "Account": "001", "Opportunity": "006", "Task": "00T", "User": "005"}

// recordID returns the id of 18 characters of an object's nth record.
func recordID(object string, n int) string {
	return withChecksum(fmt.Sprintf("%s%012d", prefixes[object], n))
}

// withChecksum adds to an id of 15 characters the three that tell its upper-case letters.
func withChecksum(id string) string {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
	sum := make([]byte, 0, 3)
	for chunk := range 3 {
		bits := 0
		for i := range 5 {
			if c := id[5*chunk+i]; c >= 'A' && c <= 'Z' {
				bits |= 1 << i
			}
		}
		sum = append(sum, alphabet[bits])
	}
	return id + string(sum)
}

// normalID returns an id with its checksum; 15 characters do as well in a request. What
// cannot be an id is empty.
func normalID(id string) string {
	switch len(id) {
	case 15:
		return withChecksum(id)
	case 18:
		if withChecksum(id[:15]) == id {
			return id
		}
	}
	return ""
}

// objectOf returns the object that an id's record belongs to, empty if it is none here.
func objectOf(id string) string {
	for object, prefix := range prefixes {
		if strings.HasPrefix(id, prefix) {
			return object
		}
	}
	return ""
}
