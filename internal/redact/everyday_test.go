package redact

import (
	"fmt"
	"strings"
	"testing"
)

// everyday is what people say and write to a remodeling company.
const everyday = `My number is 303-555-0142.
You can reach me at (303) 555-0142 or 720 555 0199.
It's three oh three, five five five, oh one four two.
three zero three five five five zero one four two
My number is four eight zero five five five zero one four two, again, four eight zero five five five zero one four two.
Agent: And your number? Caller: 480 555 0142. Agent: 480 555 0142? Caller: Yes. 480 555 0142.
303 555 0142 720 555 0199
480 555 0142 602 555 0171
My cell is 480-555-0142 and my wife's is 480-555-0143 and the office is 480-555-0144.
Call +1 (480) 555-0142 ext. 4111.
The budget is $45,000, maybe fifty thousand.
Somewhere between 40,000 and 55,000 dollars.
We have $4,111,111,111,111,111 in the bank, just kidding.
Kitchen is 12 by 14, the island 4 by 8, ceilings 9 feet.
12 x 14 x 9
I need 14 windows, 3 doors and 2 skylights.
The zip code is 80202, or 80202-1234.
I live at 4111 South Example Street, unit 1111, Denver, Colorado 80202.
Order number 4512098734.
The order number is 100234567.
Your estimate is EST-2026-004111 and the invoice 2026-11-0042.
Permit number 2026 RES 0004111, parcel 05 123 04 111 000.
The confirmation is 8834 2210 9917.
The tracking number is 1Z999AA10123456784.
FedEx says 7712 3456 7890.
The tracking number is 9400 1118 9922 3344 5566 77.
It was built in 1978 and renovated in 2004, 2010 and 2018.
We're open Monday to Friday 8 to 5, Saturday 9 to 1.
Meet on 11/20/2026 at 10:30.
2026-11-20 16:15:02
November twentieth twenty twenty-six at two thirty.
The permit expires 12/31, the quote expires December 2026.
The alarm security code at the door is 4711.
The gate code is 1 2 3 4, the lockbox is 5678.
Your verification code is 123456.
I found you on social media, you have 1,234 followers, call 303 555 0142.
One or two bathrooms, one of them half, one upstairs, two downstairs.
One, two, three, testing, one, two, three.
Three or four quotes, five to six weeks, seven to eight thousand.
The model is GE GNE27JYMFS, serial 123456789.
Policy number 123-4567-890, claim 0123456789-01.
12-345-6789 is our tax number.
The loan number is 0012345678.
We need about 2400 square feet, at 6.50 a foot, that's 15,600.
2400 1200 800
4000 5000
Lumber is 2x4x8, 2x6x10 and 2x8x12.
My e-mail is robin4111@example.com.
The card ending in 4242 is fine, the last four are 4242.
I lost your business card but I have 303-555-0142.
The Home Depot credit card gave us 10 percent off 12,500 dollars.
Can I pay the 5000 deposit by card on 12/15?
He turned 45 and she turned 67, 89 years for grandma.
123 456 7890
GPS 39.7392 -104.9903
https://www.example.com/kitchen?gclid=EAIaIQobChMI4b2
Call me at 5 5 5 oh 1 4 2
Extension one two three four, press one, then two.
The HOA account is 4400-2210-17.
000-12-3456 and 666-12-3456 and 950-12-3456 are none.
We paid 1,200 in 2019, 1,500 in 2020, 1,800 in 2021 and 2,100 in 2022.
[00:12] Agent: Hello. [00:15] Caller: Hi. [01:02:03] Agent: 12 windows?`

func TestEverydayNumbersStay(t *testing.T) {
	t.Parallel()
	for line := range strings.Lines(everyday) {
		line = strings.TrimSuffix(line, "\n")
		if got := Text(line); got != line {
			t.Errorf("got  %s\nwant %s", got, line)
		}
	}
}

// Everything in one conversation: what is said of one thing must not rub off on another.
func TestEverydayNumbersStayInOneConversation(t *testing.T) {
	t.Parallel()
	var lines []string
	for line := range strings.Lines(everyday) {
		lines = append(lines, "Customer: "+strings.TrimSuffix(line, "\n"), "Agent: Okay.")
	}
	tr := conversation(lines)
	want := make([]string, len(tr.Segments))
	for i, s := range tr.Segments {
		want[i] = s.Text
	}
	Transcript(tr)
	for i, s := range tr.Segments {
		if s.Text != want[i] {
			t.Errorf("got  %s\nwant %s", s.Text, want[i])
		}
	}
}

// Of a thousand rows of digits some pass every arithmetic test for a card number.
func TestPhoneNumbersInARowStay(t *testing.T) {
	t.Parallel()
	words := strings.Fields("zero one two three four five six seven eight nine")
	spell := func(digits string) string {
		var b strings.Builder
		for _, d := range digits {
			b.WriteString(words[d-'0'] + " ")
		}
		return b.String()
	}
	for area := 201; area < 990; area += 23 {
		for line := 100; line < 200; line += 31 {
			number, other := fmt.Sprintf("%d5550%d", area, line), fmt.Sprintf("%d5550%d", 1190-area, 299-line)
			for _, said := range []string{
				spell(number) + "again " + spell(number),
				spell(number) + "and " + spell(other) + "and " + spell(number),
				"one " + spell(number) + "okay, one " + spell(number),
				number + " " + other,
				number[:3] + " " + number[3:6] + " " + number[6:] + ", " + other[:3] + " " + other[3:6] + " " + other[6:],
			} {
				if got := Text(said); got != said {
					t.Errorf("%q became %q", said, got)
				}
			}
		}
	}
}
