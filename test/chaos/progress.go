package main

import (
	"fmt"
	"os"
	"time"
)

// telling is how often a long run says how far it is.
const telling = 30 * time.Second

// tell says again and again how far a long run is, until stop is called.
func tell(far func() string) (stop func()) {
	done, ended := make(chan struct{}), make(chan struct{})
	begin := time.Now()
	go func() {
		defer close(ended)
		tick := time.NewTicker(telling)
		defer tick.Stop()
		for {
			select {
			case <-done:
				return
			case <-tick.C:
				fmt.Fprintf(os.Stderr, "%v: %s\n", time.Since(begin).Round(time.Second), far())
			}
		}
	}()
	return func() { close(done); <-ended }
}

// sent counts the items of which a delivery was acknowledged.
func sent(items []*item) string {
	n := 0
	for _, it := range items {
		if it.acknowledged() {
			n++
		}
	}
	return fmt.Sprintf("%d of %d requests acknowledged", n, len(items))
}
