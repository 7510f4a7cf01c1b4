package conversation

import (
	_ "embed" // feelings.txt
	"strconv"
	"strings"
	"sync"
)

//go:embed feelings.txt
var feelingsText string

// feelings are the phrases that show a customer's mood, by weight: two weak ones or a strong one
// are enough. Words that people use for houses ("a terrible stain") or out of politeness
// ("great, thanks") are weak; what is said of the company or of oneself is strong. A weight of
// 0 keeps a phrase from being read as a shorter one.
//
// They are read on first use: a service that analyses nothing has no use for them.
var feelings = sync.OnceValue(func() phrases {
	p := phrases{}
	for line := range strings.Lines(feelingsText) {
		weight, text, _ := strings.Cut(strings.TrimSpace(line), " ")
		if n, err := strconv.Atoi(weight); err == nil { // else it is a remark; a test knows the lines
			p.add(text, n)
		}
	}
	p.sort()
	return p
})
