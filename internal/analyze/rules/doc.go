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
package rules
