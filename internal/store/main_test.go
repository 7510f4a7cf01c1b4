package store_test

import (
	"flag"
	"os"
	"testing"
)

// checks is how many rounds a property gets here that talks to the emulator: a hundred, Rapid's
// own default, take too long for every run. With -rapid.checks there are more.
const checks = "30"

func TestMain(m *testing.M) {
	given := false
	flag.Parse()
	flag.Visit(func(f *flag.Flag) { given = given || f.Name == "rapid.checks" })
	if !given {
		if err := flag.Set("rapid.checks", checks); err != nil {
			panic(err)
		}
	}
	os.Exit(m.Run())
}
