package relay

import "cloud.google.com/go/pubsub/v2/pstest"

// StartInProcess runs Pub/Sub in this process. PUBSUB_EMULATOR_HOST is set to the
// address for the client library to find it.
func StartInProcess() (address string, stop func()) {
	server := pstest.NewServerWithAddress("127.0.0.1:0")
	return server.Addr, func() { _ = server.Close() } // it only closes connections
}
