// Package redact masks payment card numbers, with their codes and expiry dates, and social
// security numbers in what people say and write, before it is stored.
//
//	texts → tokens → numbers, as digits or words → chains of numbers → spans → masked texts
//
// A chain is what somebody reads out: digits in groups of any size, "four one one one",
// "double four", "forty-one eleven", with the "uh" of the one and the "okay" of the other in
// between, over as many turns as it takes. A listener who repeats each group is recognised.
//
// What is a card number is decided by its first digits, its length and its check digit
// (ISO/IEC 7812-1), and by how it is grouped unless somebody spoke of a card. A social security
// number, which has no check digit, must be written as one or be called one. Phone numbers,
// prices, postal codes and order numbers stay.
//
// Where something is masked in a delivery, its raw bytes are not kept either: the payload that
// is stored in their place is the delivery's own fields, masked alike. The hash that tells a
// repetition is still the raw bytes'. Recordings are not altered: only the words are.
package redact
