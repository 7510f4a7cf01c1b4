// Package conversation counts what a call's transcript shows: who talked how much, when nobody
// did, how the customer sounded, which of the tenant's phrases were said, and what the agent
// asked and offered. No model is involved; the same transcript always gives the same figures.
//
//	words.go      a text in sentences and words
//	clock.go      what the transcript's times are good for
//	turns.go      who had the word, how long, and who waited for whom
//	sentiment.go  the customer's mood in each quarter of the call, by lexicon.go and feelings.txt
//	trackers.go   the tenant's phrases, found by phrases.go
//	scorecard.go  what the agent did, by points.go
//
// Transcripts differ in what they tell. Times may be missing or guessed, speakers unnamed, marks
// left out. A figure that needs what is not there is absent; none is filled up with 0.
package conversation
