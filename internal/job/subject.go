package job

import "time"

// Subject is what an erasure or an export is about: the input of their jobs.
type Subject struct {
	People   []string  `json:"people,omitempty"`   // keys, as the store hashes them
	Requests []string  `json:"requests,omitempty"` // further requests by id
	Before   time.Time `json:"before,omitzero"`    // only what was received before; zero: before the job was created
}
