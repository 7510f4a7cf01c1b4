package web

// Chart is what charts.js draws; the page shows the same figures as a table, for those who
// cannot see it. Rendered by {{template "chart" .Data.SomeChart}}.
type Chart struct {
	ID     string   `json:"id"`
	Title  string   `json:"title"`
	Kind   string   `json:"kind"` // line, bar, hbar (horizontal) or stack
	Labels []string `json:"labels"`
	Series []Series `json:"series"`
	Unit   string   `json:"unit,omitempty"` // usd, percent, seconds, ms; empty: a number
	Empty  string   `json:"-"`              // what to say when there is nothing to show
}

// Series is one row of figures, one for each label.
type Series struct {
	Name     string    `json:"name"`
	Values   []float64 `json:"values"`
	Previous bool      `json:"previous,omitempty"` // the period before: drawn fainter
	Color    string    `json:"color,omitempty"`    // hot, warm, cold, none, good, bad; empty: the next of the palette
}

// Blank reports whether there is nothing to draw.
func (c Chart) Blank() bool {
	for _, s := range c.Series {
		for _, v := range s.Values {
			if v != 0 {
				return false
			}
		}
	}
	return true
}

// Cell shows a figure in the chart's unit, for the table.
func (c Chart) Cell(v float64) string { return Figure(v, c.Unit) }

// Figure shows a figure in a chart's unit.
func Figure(v float64, unit string) string {
	switch unit {
	case "usd":
		return USD(v)
	case "percent":
		return percent(v)
	case "ms":
		return millis(int64(v))
	case "seconds":
		return millis(int64(v * 1000))
	}
	return number(v)
}
