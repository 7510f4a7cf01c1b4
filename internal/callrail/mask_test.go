package callrail

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// hide masks the word secret, and everything under a field of that name.
func hide(name, text string) string {
	if name == "secret" {
		return "*"
	}
	return strings.ReplaceAll(text, "secret", "*")
}

func TestAMaskedPayloadKeepsItsShape(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, body, want string }{
		{"nothing to mask", `{"a":"b","n":1}`, ``},
		{"JSON", `{"a":"a secret","n":1,"none":null,"list":["secret",{"secret":"x"}],"a":"again"}`, `{"a":"a *","n":"1","none":null,"list":["*",{"secret":"*"}],"a":"again"}`},
		{"form-encoded", `a=a+secret&form_data[message]=secret&tags[]=x&tags[]=secret`, `{"a":"a *","form_data":{"message":"*"},"tags":["x","*"]}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p, err := Decode([]byte(tt.body))
			if err != nil {
				t.Fatal(err)
			}
			got, err := p.Masked(hide)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, string(got)); diff != "" {
				t.Fatalf("(-want +got)\n%s", diff)
			}
			if got == nil {
				return
			}
			if again, err := Decode(got); err != nil || len(again.Fields()) != len(p.Fields()) {
				t.Errorf("%v: the masked payload cannot be read like the raw one", err)
			}
		})
	}
}
