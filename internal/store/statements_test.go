package store

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// The emulator has no query plans, and its own times grow with the rows. What keeps a page's
// cost from growing with the tenant is in the text: the forced index leads with the tenant and
// is in the order of the statement, the cursor is a range of it, and the rows are limited.
func TestListsAreBoundedWalksOverAnIndexOfTheTenant(t *testing.T) {
	t.Parallel()
	schema := indexes(t)
	for name, tc := range map[string]struct {
		sql, index, order, from string
	}{
		"by time":   {newest, "requests_newest", "received_at DESC, request_id", "received_at < @before_time"},
		"by person": {ofPerson, "people_by_key", "received_at DESC, request_id", "received_at < @before_time"},
		"by words":  {withWords, "search_documents_by_words", "received_us DESC", "received_us <= @before_us"},
		"stuck":     {stuckDeliveries, "deliveries_by_state", "state, request_id", "state IN ('failed', 'parked') AND destination = @destination"},
		"changes":   {savedAfter, "requests_changed", "updated_at, request_id", "updated_at > @after_time"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text := strings.Join(strings.Fields(tc.sql), " ")
			shape := regexp.MustCompile(`^SELECT [a-z_, ]+ FROM [a-z_]+@\{FORCE_INDEX=` + tc.index +
				`\} WHERE tenant_id = @tenant AND .* ORDER BY ` + regexp.QuoteMeta(tc.order) + ` LIMIT @rows$`)
			if !shape.MatchString(text) {
				t.Errorf("%s\ndoes not match\n%s", text, shape)
			}
			if !strings.Contains(text, tc.from) {
				t.Errorf("%s\ndoes not begin at the cursor: %s", text, tc.from)
			}
			if strings.Contains(text, " OFFSET ") || strings.Contains(text, " JOIN ") {
				t.Errorf("%s\nreads more than it returns", text)
			}
			if !regexp.MustCompile(`\(tenant_id,|PARTITION BY tenant_id`).MatchString(schema[tc.index]) {
				t.Errorf("index %s does not lead with the tenant: %s", tc.index, schema[tc.index])
			}
		})
	}
}

// A filter that compares a column which is not in the index would read every row from the table.
func TestTheIndexByTimeHasEveryColumnThatListsCompare(t *testing.T) {
	t.Parallel()
	definition := indexes(t)["requests_newest"]
	read := regexp.MustCompile(`(?s)SELECT (.*?)FROM`).FindStringSubmatch(newest)[1]
	for column := range strings.SplitSeq(read, ",") {
		if column = strings.TrimSpace(column); !regexp.MustCompile(`\b` + column + `\b`).MatchString(definition) {
			t.Errorf("column %s is not in the index: %s", column, definition)
		}
	}
}

// indexes returns the definitions of the schema's indexes by name.
func indexes(t *testing.T) map[string]string {
	t.Helper()
	all, err := migrations("schema", "schema/search")
	if err != nil {
		t.Fatal(err)
	}
	name := regexp.MustCompile(`^CREATE (?:UNIQUE |NULL_FILTERED |SEARCH )*INDEX (?:IF NOT EXISTS )?([a-z_]+)`)
	byName := map[string]string{}
	for _, m := range all {
		for _, statement := range m.statements {
			if found := name.FindStringSubmatch(statement); found != nil {
				byName[found[1]] = strings.Join(strings.Fields(statement), " ")
			}
		}
	}
	return byName
}

func TestRowsOfOneMicrosecondComeInTheListsOrderAndOnce(t *testing.T) {
	t.Parallel()
	at := func(us int64, id string) Cursor { return Cursor{ReceivedAt: time.UnixMicro(us).UTC(), RequestID: id} }
	all := []Cursor{at(9, "b"), at(9, "a"), at(8, "d"), at(8, "c"), at(8, "b"), at(7, "a"), at(6, "z"), at(6, "y")}
	want := []Cursor{at(9, "a"), at(9, "b"), at(8, "b"), at(8, "c"), at(8, "d"), at(7, "a"), at(6, "y"), at(6, "z")}
	for _, rows := range []int{4, 5, 8, 9, 20} {
		var got []Cursor
		before := Cursor{ReceivedAt: lastDay}
		for range 20 {
			var answer []Cursor // what the index would say, in any order within a microsecond
			for _, p := range all {
				if !p.ReceivedAt.After(before.ReceivedAt) && len(answer) < rows {
					answer = append(answer, p)
				}
			}
			found := placesWithWords(slices.Clone(answer), before, rows)
			got = append(got, found.places...)
			if found.end == (Cursor{}) {
				break
			}
			before = found.end
		}
		for i := range got {
			got[i].ReceivedAt = got[i].ReceivedAt.UTC()
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%d rows at once: %s", rows, diff)
		}
	}
}
