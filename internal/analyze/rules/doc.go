// Package rules is the deterministic analyser: it reads a request as a careful listener
// with a word list would, and answers in the same form as a model, with quotes.
//
// It answers when no model can, when nothing was said, and for the sandbox's stand-in. It
// knows English and the basics of Spanish.
//
//	Input ─► conversation (roles, sentences, tokens) ─► one file per field ─► Answer
//
// Only what customers say counts; what the agent offers or asks is context. Sentences
// that try to steer the analysis are not read at all.
//
// The intent is found twice: ordered readers take the first that the opening bears out, then
// the evidence of both sides is added up (weigh.go, with the words and weights in intentcues.go
// and clientcues.go), and where the readers are not sure the likeness of the words (likeness.go);
// the likelier one counts. Expressions are tried only on sentences that
// have the letters they need (pattern.go).
package rules
