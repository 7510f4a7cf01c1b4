package storetest

import (
	"context"
	"crypto/rand"
	"encoding/hex"
)

// databaseName returns a name that no other test has.
func databaseName() string {
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails: crypto/rand crashes the program instead
	return "test-" + hex.EncodeToString(b[:])
}

// background is the context of the shared emulator, which outlives any one test.
func background() context.Context { return context.Background() }
