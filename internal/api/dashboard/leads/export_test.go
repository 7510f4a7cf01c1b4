package leads

import "testing"

// What spreadsheets take for a formula: OWASP, "CSV Injection".
func TestNoCellIsTakenForAFormula(t *testing.T) {
	t.Parallel()
	for _, cell := range []string{"=1+1", "+1", "-1", "@SUM(1)", "\t=1", "\r=1", "\n=1", "＝1+1", "＋1", "－1", "＠SUM(1)"} {
		if got := harmless(cell); got != "'"+cell {
			t.Errorf("%q is written as %q", cell, got)
		}
	}
	for _, cell := range []string{"", "Jane", "a=b", "(303) 555-0142", "7 - 9 am", "Zoë＝"} {
		if got := harmless(cell); got != cell {
			t.Errorf("%q is written as %q", cell, got)
		}
	}
}
