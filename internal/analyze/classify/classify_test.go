package classify_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/your-org/multi-tenant-pipeline/internal/analyze/classify"
)

// examples are two classes that one word tells apart, and a word that both have.
func examples() []classify.Example {
	var out []classify.Example
	for range 5 {
		out = append(out,
			classify.Example{Features: []string{"hello", "kitchen"}, Class: "buyer"},
			classify.Example{Features: []string{"hello", "leads"}, Class: "seller"},
		)
	}
	return append(out, classify.Example{Features: []string{"hello", "once"}, Class: "seller"})
}

func likeliest(m *classify.Model, features ...string) string {
	p := m.Probabilities(features)
	return m.Classes()[slices.Index(p, slices.Max(p))]
}

func TestATrainedModelTellsTheClassesApart(t *testing.T) {
	t.Parallel()
	m := classify.Train(examples())
	if got := likeliest(m, "hello", "kitchen"); got != "buyer" {
		t.Errorf("kitchen: %s", got)
	}
	if got := likeliest(m, "leads", "never seen"); got != "seller" {
		t.Errorf("leads: %s", got)
	}
	sum := 0.0
	for _, p := range m.Probabilities(nil) {
		sum += p
	}
	if sum < 0.999 || sum > 1.001 {
		t.Errorf("the probabilities add up to %v", sum)
	}
}

func TestGainsAreAgainstTheShareOfAClass(t *testing.T) {
	t.Parallel()
	m := classify.Train(append(examples(), examples()[1], examples()[1], examples()[1])) // most are sellers
	gains := m.Gains([]string{"kitchen"})
	buyer, seller := slices.Index(m.Classes(), "buyer"), slices.Index(m.Classes(), "seller")
	if gains[buyer] <= 0 || gains[seller] >= 0 {
		t.Errorf("kitchen: a buyer gains %v, a seller %v", gains[buyer], gains[seller])
	}
}

func TestWhatIsSeldomIsLeftOut(t *testing.T) {
	t.Parallel()
	m := classify.Train(examples())
	if _, known := m.Weight("seller", []string{"once"}); known != 0 {
		t.Error("a feature of one example is in the model")
	}
	sum, known := m.Weight("seller", []string{"leads"})
	if sum <= 0 || known != 1 {
		t.Errorf("leads speaks for a seller with %v (%d known)", sum, known)
	}
	if sum, known := m.Weight("nobody", []string{"leads"}); sum != 0 || known != 0 {
		t.Errorf("an unknown class has weight %v (%d known)", sum, known)
	}
}

func TestAModelIsReadAsItWasWritten(t *testing.T) {
	t.Parallel()
	m := classify.Train(examples())
	var first, second bytes.Buffer
	if _, err := m.WriteTo(&first); err != nil {
		t.Fatal(err)
	}
	read, err := classify.Read(bytes.NewReader(first.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := read.WriteTo(&second); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(first.String(), second.String()); diff != "" {
		t.Errorf("written again (-first +second):\n%s", diff)
	}
	if got := likeliest(read, "kitchen"); got != "buyer" {
		t.Errorf("kitchen: %s", got)
	}
}

func TestTheSameExamplesGiveTheSameModel(t *testing.T) {
	t.Parallel()
	var first, second bytes.Buffer
	if _, err := classify.Train(examples()).WriteTo(&first); err != nil {
		t.Fatal(err)
	}
	if _, err := classify.Train(examples()).WriteTo(&second); err != nil {
		t.Fatal(err)
	}
	if first.String() != second.String() {
		t.Errorf("two models:\n%s\n%s", first.String(), second.String())
	}
}

func TestATableThatIsNoneIsRefused(t *testing.T) {
	t.Parallel()
	for _, table := range []string{
		"", "feature\tb\ta\n(any)\t0\t0\n", "feature\ta\tb\nkitchen\t1\t2\n", "feature\ta\tb\n(any)\t0\n", "feature\ta\n(any)\tmany\n", "feature\ta\n(any)\t0\n",
	} {
		if _, err := classify.Read(strings.NewReader(table)); err == nil {
			t.Errorf("%q is read", table)
		}
	}
}
