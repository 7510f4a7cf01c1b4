package verdict

import (
	"encoding/json"
	"errors"
	"testing"
)

// FuzzDecode: what is taken for an answer is one, and says the same when it is written again;
// everything else is a fault with words of our own.
func FuzzDecode(f *testing.F) {
	good, err := json.Marshal(newAnswer())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add(good[:len(good)/2])
	f.Add([]byte("```json\n{}\n```"))
	f.Add([]byte(`{"intent":"spam","intent":"quote_request","budget":{"signal":"high","min":-1,"max":null}}`))
	f.Add([]byte(`null`))
	f.Fuzz(func(t *testing.T, data []byte) {
		got, err := Decode(data)
		if err != nil {
			var fault *FaultError
			if !errors.As(err, &fault) || len(fault.Why) > 2000 {
				t.Errorf("%q: %v is no fault of the answer", data, err)
			}
			return
		}
		text, err := json.Marshal(got)
		if err != nil {
			t.Fatalf("%q: %v", data, err)
		}
		if _, err := Decode(text); err != nil {
			t.Errorf("%q is taken, and not %q: %v", data, text, err)
		}
	})
}
