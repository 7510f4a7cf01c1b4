package crm

import "testing"

func TestCompareNames(t *testing.T) {
	t.Parallel()
	tests := []struct {
		a, b string
		want nameVerdict
	}{
		{"", "Dana Example", namesUnknown},
		{"Dana Example", "Mr.", namesUnknown},
		{"Dana Example", "Dana Example", namesAgree},
		{"Jon Smith", "Smith, John", namesAgree},
		{"DANA M EXAMPLE", "Dana Example", namesAgree},
		{"Dana", "Dana Example", namesAgree},
		{"Example", "Dana Example", namesAgree},
		{"Bob Smith", "Robert Smith", namesAgree},
		{"Liz Quick", "Beth Quick", namesAgree},
		{"José Núñez", "Jose Nunez", namesAgree},
		{"Bob Example", "Dana Example", namesDiffer},
		{"Carol", "Dana Example", namesConflict},
		{"Bob Quick", "Dana Example", namesConflict},
	}
	for _, test := range tests {
		if got := compareNames(test.a, test.b); got != test.want {
			t.Errorf("compareNames(%q, %q) = %d, want %d", test.a, test.b, got, test.want)
		}
		if got := compareNames(test.b, test.a); got != test.want {
			t.Errorf("compareNames(%q, %q) = %d, want %d", test.b, test.a, got, test.want)
		}
	}
}
