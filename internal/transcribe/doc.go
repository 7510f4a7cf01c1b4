// Package transcribe is the step that turns a call into words.
//
//	details ─► recording ─► bucket ─► Speech-to-Text ─► turns by agent and customer
//	   │           │                       │
//	   │           ├─ not yet: later       └─ refused, failed twice, down for too long
//	   │           └─ never comes                         │
//	   └─ no access     │                                 │
//	          └─────────┴─► the source's own transcript, else the metadata alone
//
// A call that was created by API brings its own words, or is uploaded by whoever created it.
//
// Every call comes out at the end: unanswered ones, voicemails and calls whose audio
// nobody can read are leads too. What kept the audio away stands in Recording.Absent and
// in the timeline.
//
// What is sent is not always the recording: plan leaves out long silence and a channel that holds
// nothing new, sends nothing of a voicemail on which nobody spoke, and cuts what is too long into
// pieces, which are transcribed one after the other and stitched on the recording's own clock.
//
// Speech-to-Text is paid for per start. Request.Speech remembers one: the intent and the
// place of the answer are saved before it, the operation's name after it. Whoever
// resumes looks at the place, the name and the service's list, in this order, before
// starting again.
//
//	saved                 killed then        the next attempt
//	recording + intent    before the start   finds nothing, starts
//	                      after the start    finds the operation in the list
//	operation             while it runs      polls it
//	                      after it ended     reads the answer from its place
package transcribe
