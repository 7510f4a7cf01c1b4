// Package privacy does what a person may ask for, and what time demands: erasure, export and
// retention.
//
// An erasure goes over everything that names the person, in this order, so that nothing that
// is still at work can bring anything back:
//
//	note    that it was asked for, in the bucket: a restored database must learn of it
//	flag    the person, so that an analysis which names them later erases its request
//	rows    each request becomes a tombstone and loses its children in one transaction;
//	        whoever works on it loses the claim
//	objects by the requests' prefixes
//	wait    until nobody who began before can still be writing: leases, paid
//	        transcriptions, signed uploads
//	again   rows and objects once more
//
// What it cannot delete it names in its report: records in CRMs, backups, the call tracker's
// own copy. Keys of people are hashes everywhere.
package privacy
