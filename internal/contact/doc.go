// Package contact normalises what identifies a person: phone numbers, e-mail addresses and
// names. Each function returns the canonical form, or "" for what identifies nobody.
package contact
