// Package rubric turns claims and signals into a lead score that can be explained.
//
// Eight signals each have a value from 0 to 1 and a weight in points that a tenant may
// change. The score is their sum, kept inside the band that the facts allow:
//
//	none   below 20   not a lead: spam, wrong number, job seeker, vendor, complaint, existing customer
//	cold   20-49      far off, early interest, no say, out of area, tiny, or three things lacking
//	warm   50-79      a real project that lacks one or two things
//	hot    80-100     a real project, somebody who decides, a near date, and money, a claim,
//	                  a signed-off scope or a booked visit
//
// A claim without a quote counts as if nothing had been said, so words about the score
// move nothing. The bands' limits are read from the values alone: Rescore with other
// weights needs no model and no transcript.
package rubric
