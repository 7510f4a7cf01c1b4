// Package evaluate measures how right an analyser is, on cases whose answers are known.
//
//	cases ─► as the pipeline would have them ─► analyser ─► predictions ─┬─► file
//	                                                        labels ──────┴─► report
//
// A case is one call, form or text with its labels; the file's format is in
// test/testdata/evaluation/README.md. Every figure stands beside what the most frequent answer
// alone would reach, and with a 95 % interval: on a hundred cases, two points are noise.
//
// Transcripts are measured too, against what was really said: see ReadTranscripts.
package evaluate
