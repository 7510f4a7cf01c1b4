// Package job is long work that somebody asked for and that outlives their request: an
// erasure, an export, an import, another look at what was analysed.
//
// A job is a row. It is due until it is done, so a crash, a lost instance or an outage only
// delays it. Whoever takes it holds it under a lease and asks the handler of its kind for one
// piece of work after the other; each piece leaves in the row where to go on and what was
// done so far. A piece may therefore be done twice (by an instance that died before it could
// save, and by the next one) and must be able to bear that.
//
//	queued → running → done
//	   └──────┴──→ paused, canceled, failed
//
// A job that is paused or canceled stops when its current piece is done; a paused or failed
// one can be resumed where it stopped.
package job
