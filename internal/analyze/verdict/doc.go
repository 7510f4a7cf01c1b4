// Package verdict is the language between an analyser and the rest of the pipeline: an
// Answer holds claims and signals, each with the words that justify it, and no score.
//
//	model or rules ─► Answer ─► Decode (strict) ─► Check (against the transcript) ─► rubric
//
// An Answer is what a model is asked for, as JSON that Schema describes, and what the
// rules return. Nothing in it is believed before Check has looked for its quotes.
package verdict
