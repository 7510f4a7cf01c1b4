// Package limit bounds how many forms and API requests a tenant may send.
//
//	Buckets   so many a minute by key, in the memory of this instance
//	Quota     so many a day by tenant, over all instances: blocks taken from the store
//	Limiter   both, for a tenant's forms and requests by API
//
// A minute's limit is each instance's own: it keeps a burst from taking an instance's slots.
// A day's limit is exact but for what an instance had taken and did not use before it ended;
// its first block is one, and each further one is no larger than what it has used, so that an
// instance that ends wastes at most half.
//
// Whoever is over a limit gets an *ExceededError, which says when there will be room again.
package limit
