// Package workflow decides what becomes of an analysed request: which destinations get it,
// who is told, what it is called and whose it is.
//
// A tenant's rules are read from top to bottom; each one whose expression (package expr) is
// true decides what its actions mention. What a later rule says about the same thing counts,
// tags add up, and a rule with stop ends the reading. The default, without a rule that says
// otherwise:
//
//	lead          every active destination; every channel whose lowest band it reaches
//	no lead       no destination ("not a lead"); channels that ask for the band "none", unless
//	              it is spam. Rules choose where, this gate decides whether: routing a city to
//	              a CRM must not fill it with that city's salesmen. non_leads opens it. What is
//	              in a CRM already, from before somebody knew better, is brought up to date.
//	score ≥ 80    urgent: whatever its lowest band, each channel is reached. Nobody waits for a
//	              slow CRM: push is over once each destination was tried once, and notify follows
//	              at once; what is left over is delivered behind it.
//
// A rule that fails when it is run (a value is not known) does not match, and says so: no
// failure of a rule loses a lead. Evaluation is a pure function of the request and the
// tenant's settings; push and notify each evaluate for themselves, a retry evaluates again
// with the rules as they are then, and a dry run is the same evaluation with its trace.
package workflow
