package main

import (
	"slices"
	"strings"
	"testing"
)

func TestFiguresAreOfATenantOrOfThePlatform(t *testing.T) {
	t.Parallel()
	const days = "?from=2026-03-01&to=2026-03-02"
	for line, want := range map[string]string{
		"outcomes -t a":                  "getOutcomes /v1/tenants/a/stats/outcomes" + days,
		"outcomes --platform":            "getPlatformOutcomes /v1/stats/outcomes" + days,
		"timings -t a":                   "getTimings /v1/tenants/a/stats/timings" + days,
		"timings --platform":             "getPlatformTimings /v1/stats/timings" + days,
		"stats -t a --by score":          "getStats /v1/tenants/a/stats" + days + "&group_by=score",
		"stats --platform --by hour":     "getPlatformStats /v1/stats" + days + "&group_by=hour",
		"stats --platform":               "getPlatformStats /v1/stats?from=2026-03-01&group_by=tenant&to=2026-03-02", // the document's default, which the fake fills in
		"timings --platform --from x":    "",
		"outcomes -t a --from 2026-03-9": "",
	} {
		api := newFakeAPI(t)
		args := strings.Fields(line)
		if want != "" {
			args = append(args, "--from", "2026-03-01", "--to", "2026-03-02")
		}
		got := run{api: api}.tool(t, args...)
		if want == "" {
			if got.code != exitUsage || len(api.asked()) != 0 {
				t.Errorf("%s: code %d, asked %v", line, got.code, api.asked())
			}
			continue
		}
		asked := slices.DeleteFunc(api.asked(), func(c call) bool { return c.operation == "getMe" })
		if got.code != exitOK || len(asked) != 1 || asked[0].operation+" "+asked[0].path != want {
			t.Errorf("%s: code %d, %s, asked %v", line, got.code, got.err, asked)
		}
	}
}
