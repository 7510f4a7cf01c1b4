// Package server runs a service: Main owns the process (signals, logger, telemetry, exit
// code), Serve owns the listener and the drain, Middleware owns what happens around each
// request.
//
//	func main() { server.Main("webhook", run) }
//
// Cloud Run sends SIGTERM and kills ten seconds later. They are spent like this:
//
//	0 s   no new connection; Draining is closed: who waits for something long, stops waiting
//	6 s   the contexts of the requests still running are cancelled: save what can be saved
//	7 s   connections are closed
//	7-9 s telemetry is flushed
package server
