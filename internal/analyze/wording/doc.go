// Package wording knows what can be said about words without knowing what they are about:
// where sentences end, when a quote is in a text, and which sentences talk to the analysis
// instead of the company.
package wording
