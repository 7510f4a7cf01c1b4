package rules

import "testing"

func TestBudgetOfAnAnswer(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		said, want string
		low, high  int64 // 0: none
	}{
		{"About eighty grand.", "high", 80000, 80000},
		{"Forty to fifty thousand.", "medium", 40000, 50000},
		{"Somewhere between sixty and seventy.", "high", 60000, 70000},
		{"Maybe twenty, twenty-five thousand.", "medium", 20000, 25000},
		{"$25k", "medium", 25000, 25000},
		{"25-30K", "medium", 25000, 30000},
		{"Around $7,500.", "low", 7500, 7500},
		{"Twenty-five hundred.", "low", 2500, 2500},
		{"Up to a hundred and twenty thousand.", "high", 0, 120000},
		{"Under ten thousand.", "low", 0, 10000},
		{"At least seventy-five thousand.", "high", 75000, 0},
		{"No more than 8 grand.", "low", 0, 8000},
		{"A quarter million, give or take. I mean, two hundred fifty thousand.", "high", 250000, 250000},
		{"1.2 million", "high", 1200000, 1200000},
		{"a hundred k", "high", 100000, 100000},
		{"Not fifty, more like twenty thousand.", "medium", 20000, 20000},
		{"Thirty five.", "medium", 35000, 35000},
		{"Money is no object.", "high", 0, 0},
		{"Money isn't an issue.", "high", 0, 0},
		{"Whatever it takes, cost is not a problem.", "high", 0, 0},
		{"As cheap as possible.", "low", 0, 0},
		{"We're on a really tight budget.", "low", 0, 0},
		{"Something mid-range.", "medium", 0, 0},
		{"Not really, we have no idea.", "unknown", 0, 0},
		{"We'd be financing it.", "unknown", 0, 0},
		{"Insurance is paying for it.", "unknown", 0, 0},
		{"The insurance check was twenty-eight thousand.", "medium", 28000, 28000},
		{"Como veinte mil dólares.", "medium", 20000, 20000},
		{"El dinero no es problema.", "high", 0, 0},
		{"Money is definitely an issue for us, so the cheapest option.", "low", 0, 0},
		{"We were approved for a sixty thousand dollar home equity loan.", "high", 60000, 60000},
		{"I'd rather not say.", "unknown", 0, 0},
	} {
		in := newCall(t, friday, "c: I'd like a quote for a remodel.\na: Do you have a budget in mind?\nc: "+tc.said)
		got := Analyze(in).Budget
		if got.Signal != tc.want || deref(got.Min) != tc.low || deref(got.Max) != tc.high {
			t.Errorf("%q = %s %d-%d, want %s %d-%d", tc.said, got.Signal, deref(got.Min), deref(got.Max), tc.want, tc.low, tc.high)
		}
	}
}

func deref(n *int64) int64 {
	if n == nil {
		return 0
	}
	return *n
}

func TestBudgetInRunningTalk(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ talk, want string }{
		{"c: I want a quote for a kitchen. My neighbor paid ninety thousand for hers.", "unknown"},
		{"c: Another contractor quoted us sixty-two thousand and honestly that seemed fair, but we'd like a second quote on the addition.", "high"},
		{"c: We got a bid for twenty eight thousand for the roof. That's way too high. Can you do better?", "unknown"},
		{"c: I need an estimate for a deck, it's about four hundred square feet.", "unknown"},
		{"c: It's a two thousand square foot house and I want new windows, could you give me a price?", "unknown"},
		{"c: The house was built in 1985 and I'd like a bid on siding.", "unknown"},
		{"c: My deductible is two thousand dollars. I need a quote on a roof.", "unknown"},
		{"a: Our minimum is fifteen thousand.\nc: That's fine. I'd like a quote for the kitchen, we've got seventy-five thousand set aside.", "high"},
		{"c: How much is a bathroom?\na: Usually twenty to thirty thousand.\nc: Okay, that works for us.", "medium"},
		{"c: How much is a bathroom?\na: Usually twenty to thirty thousand.\nc: Yikes. That's a lot more than I wanted to spend.", "unknown"},
		{"a: Is your budget closer to twenty or fifty thousand?\nc: Closer to twenty. I want to redo the laundry room.", "medium"},
		{"c: I can pay three hundred dollars a month. I need a price for a furnace.", "unknown"},
		{"c: Call me at 303 555 0142 about a quote for painting 1200 Oak Street.", "unknown"},
		{"c: There's a ninety nine dollar service call, right? I need a quote for a water heater.", "unknown"},
		{"c: We'd like to keep it under twelve thousand for the flooring. Can you quote it?", "low"},
		{"c: We spent forty thousand on the kitchen with another company. Now we need a price for the baths, we want to stay around sixty.", "high"},
	} {
		if got := Analyze(newCall(t, friday, tc.talk)).Budget.Signal; got != tc.want {
			t.Errorf("%q = %s, want %s", tc.talk, got, tc.want)
		}
	}
}
