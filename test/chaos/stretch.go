package main

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// stretch is how many requests a storm sends to one stack. The emulator finds what is due by
// looking at every row of it: at 4,000 requests a look takes five minutes.
const stretch = 1000

// storms is a storm on as many fresh stacks, one after the other, as it takes. Each has a seed of
// its own, so that no two see the same load or the same faults.
func storms(ctx context.Context, o options, binary string) (*report, error) {
	all := newReport("storm", o.seed)
	parts := stretches(o)
	for i, part := range parts {
		r, err := run(ctx, part, binary)
		if err != nil {
			return nil, fmt.Errorf("-n %d -seed %d, part %d of %d: %w", part.requests, part.seed, i+1, len(parts), err)
		}
		all.add(r)
		if len(parts) > 1 {
			fmt.Fprintf(os.Stderr, "part %d of %d (-n %d -seed %d) took %v: %d requests, %d completed; %d promises broken\n",
				i+1, len(parts), part.requests, part.seed, r.Took.Round(time.Second), r.Requests, r.Completed, len(r.Breaches))
		}
	}
	return all, nil
}

// stretches parts a storm, about evenly.
func stretches(o options) []options {
	n := (o.requests + stretch - 1) / stretch
	if n <= 1 {
		return []options{o}
	}
	parts := make([]options, 0, n)
	for i := range n {
		part := o
		from, to := i*o.requests/n, (i+1)*o.requests/n
		part.requests, part.seed = to-from, o.seed+uint64(i)*1000
		part.duration = o.duration * time.Duration(part.requests) / time.Duration(o.requests)
		ext := filepath.Ext(o.log)
		part.log = fmt.Sprintf("%s-%d%s", strings.TrimSuffix(o.log, ext), i+1, ext)
		parts = append(parts, part)
	}
	return parts
}

// add counts what another run counted, too.
func (r *report) add(other *report) {
	r.Took, r.Settling = r.Took+other.Took, r.Settling+other.Settling
	r.Sent, r.SentAgain, r.Acknowledged = r.Sent+other.Sent, r.SentAgain+other.SentAgain, r.Acknowledged+other.Acknowledged
	r.Refused, r.Requests, r.Completed = r.Refused+other.Refused, r.Requests+other.Requests, r.Completed+other.Completed
	for _, pair := range [][2]map[string]int{
		{r.Failed, other.Failed}, {r.Deliveries, other.Deliveries}, {r.Records, other.Records}, {r.Recovered, other.Recovered}, {r.Faults, other.Faults},
	} {
		for name, n := range pair[1] {
			pair[0][name] += n
		}
	}
	maps.Copy(r.Figures, other.Figures)
	r.Breaches = append(r.Breaches, other.Breaches...)
}
