package request

// Budget is the caller's own money, in whole US dollars. Min and Max are nil when no
// amount was said.
type Budget struct {
	Signal string `json:"signal"`
	Min    *int64 `json:"min"`
	Max    *int64 `json:"max"`
}

// Amount says how much it is: "$20,000 to $30,000", "up to $900"; empty if no amount was said.
func (b Budget) Amount() string {
	usd := func(n *int64) string { return USD(float64(*n)) }
	switch {
	case b.Min != nil && b.Max != nil && *b.Min != *b.Max:
		return usd(b.Min) + " to " + usd(b.Max)
	case b.Min != nil && b.Max != nil:
		return usd(b.Max)
	case b.Max != nil:
		return "up to " + usd(b.Max)
	case b.Min != nil:
		return "from " + usd(b.Min)
	default:
		return ""
	}
}

// String says what is known of it: "high, $20,000 to $30,000"; empty if that is nothing.
func (b Budget) String() string {
	signal, amount := b.Signal, b.Amount()
	if signal == "unknown" {
		signal = ""
	}
	if signal != "" && amount != "" {
		return signal + ", " + amount
	}
	return signal + amount
}
