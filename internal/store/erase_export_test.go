package store

// RequestChildren and Personal show tests what an erasure deletes.
var (
	RequestChildren = requestChildren
	Personal        = personal
)
