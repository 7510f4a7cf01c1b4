// Package pipedrive delivers leads into Pipedrive: a person, a lead (or a deal, as the
// tenant chooses), and a note (or a call log) on it.
//
// Pipedrive takes no idempotency key and keeps nothing unique, so each record carries a
// mark by which it is found again before an attempt of unknown outcome is repeated:
//
//	person  a text field of ours with the person key; read from the newest persons, then searched
//	lead    origin_id, and the text field of ours with the request id, which a lead keeps when
//	        it is converted to a deal; read from the person's leads, archived leads and deals
//	deal    the same text field; read from the person's deals and archived deals
//	note    a line with the request id; read from the notes of the lead or deal
//
// Nothing finds a call log: its list cannot be filtered. After an attempt of unknown outcome
// the call is therefore written as a note, so that it is neither lost nor logged twice.
//
// Persons, deals, fields, stages and search are version 2 of the API; leads, notes, call
// logs, lead fields and users are version 1, and no other exists.
//
// # Hearsay
//
// No live account was asked. From documentation alone, or from others' reports, come: that
// lists, other than search, show a record as soon as it exists; that a converted lead leaves
// its custom fields and origin_id to the deal; that PATCH replaces all phones and e-mails;
// that the daily budget starts anew at midnight UTC; and that a refused field is named in
// the error's text as "name: reason; name: reason". Each is marked where it matters, and
// a wrong one costs a parked delivery or a warning, not a duplicate, with one exception: if
// lists lag longer than SearchLag, a repeated attempt makes a second record.
package pipedrive
