// Package samples holds the calls and forms that devstack plays: conversations written
// for this project, spoken by synthetic voices, with the deliveries that CallRail would
// send for them. Every person and number in them is invented.
//
// One folder of data is one sample:
//
//	script.json      title, tenant, expected answers, and for a call the written turns
//	call.json        the post-call delivery; or
//	form.json        the form submission's
//	audio.mp3        the recording, if there is one
//	transcript.json  what is said in it and when
//
// audio.mp3 and transcript.json are made from script.json by the generate command.
// LICENSE-audio.md says why the audio may be passed on.
package samples
