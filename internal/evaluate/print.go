package evaluate

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"
)

// Print writes the report for people.
func (r *Report) Print(out io.Writer) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "%d cases, %d with labels, answered by %s\n", r.Cases, r.Labelled, counts(r.AnsweredBy))
	r.printFields(w)
	if r.Field(ScoreBand).Accuracy.Of > 0 {
		r.Bands.print(w)
	}
	if len(r.Fields) > 0 {
		r.printCalibration(w)
	}
	r.Injection.print(w)
	fmt.Fprintf(w, "\nEACH CASE\tMEDIAN\tP95\tTOTAL\n")
	fmt.Fprintf(w, "latency\t%.1f ms\t%.1f ms\t%.1f ms\n", r.Latency.Median, r.Latency.P95, r.Latency.Total)
	fmt.Fprintf(w, "model cost\t$%.5f\t$%.5f\t$%.4f\n", r.Cost.Median, r.Cost.P95, r.Cost.Total)
	return w.Flush()
}

func counts(by map[string]int) string {
	parts := make([]string, 0, len(by))
	for _, name := range slices.Sorted(maps.Keys(by)) {
		parts = append(parts, fmt.Sprintf("%s %d", name, by[name]))
	}
	return strings.Join(parts, ", ")
}

func (r *Report) printFields(w io.Writer) {
	if len(r.Fields) == 0 {
		return
	}
	fmt.Fprintf(w, "\nFIELD\tCASES\tACCURACY\t95%% INTERVAL\tMACRO F1\tALWAYS THE SAME ANSWER\tACCURACY\tMACRO F1\n")
	for _, f := range r.Fields {
		a := f.Accuracy
		fmt.Fprintf(w, "%s\t%d\t%.3f\t%.3f-%.3f\t%s\t%s\t%.3f\t%s\n",
			f.Field, a.Of, a.Value, a.Low, a.High, optional(f.MacroF1), answer(f.Baseline.Answer), f.Baseline.Accuracy, optional(f.Baseline.MacroF1))
	}
}

func optional(f *float64) string {
	if f == nil {
		return "-"
	}
	return fmt.Sprintf("%.3f", *f)
}

func answer(word string) string {
	if word == "" {
		return "(not given)"
	}
	return word
}

func (c Confusion) print(w io.Writer) {
	fmt.Fprintf(w, "\nSCORE BAND\tIS GIVEN AS %s\n", strings.ToUpper(strings.Join(c.Bands, "\t")))
	for i, band := range c.Bands {
		fmt.Fprint(w, band)
		for _, n := range c.Counts[i] {
			fmt.Fprintf(w, "\t%d", n)
		}
		fmt.Fprintln(w)
	}
}

func (r *Report) printCalibration(w io.Writer) {
	fmt.Fprintf(w, "\nCALIBRATION\tERROR\tCONFIDENCE: ACCURACY (CASES)\n")
	for _, c := range r.Calibration {
		parts := make([]string, 0, len(c.Bins))
		for _, b := range c.Bins {
			parts = append(parts, fmt.Sprintf("%.2f: %.2f (%d)", b.Confidence, b.Accuracy, b.Cases))
		}
		fmt.Fprintf(w, "%s\t%.3f\t%s\n", c.Field, c.Error, strings.Join(parts, "  "))
	}
}

func (i Injection) print(w io.Writer) {
	if i.Cases == 0 {
		return
	}
	fmt.Fprintf(w, "\nINJECTION\tRESISTED\t95%% INTERVAL\n")
	fmt.Fprintf(w, "%d cases\t%.3f\t%.3f-%.3f\n", i.Cases, i.Resisted.Value, i.Resisted.Low, i.Resisted.High)
	for _, failed := range i.Failed {
		fmt.Fprintf(w, "moved\t%s\n", failed)
	}
}
