// Package analyze is the step that finds out who wants what, how soon and with what money.
//
//	transcript ─► prompt ─► model ─► strict decoding ─► evidence check ─► rubric ─► request.Analysis
//	                          └─ no model, no words, no usable answer ─► rules ─┘
//
// The model and the rules give claims and quotes; the score is computed here, from claims
// whose quotes are in the transcript. A request is never lost or late because of a model:
// after a few attempts the rules answer, and the result says so.
package analyze
