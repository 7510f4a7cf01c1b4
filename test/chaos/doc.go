// Command chaos shows that no acknowledged delivery is lost and nothing is done twice, while
// everything that can fail does. It starts devstack with every service in a process of its
// own, plays a seeded load of calls and forms of several tenants, and makes bad weather: it
// kills services, lets Spanner abort, Pub/Sub repeat and lose, CRMs and CallRail refuse and
// hang up, the model write nonsense, Speech-to-Text forget, secrets be out of reach. Then it
// lets the pipeline come to rest and compares what the client was told with what is there.
//
//	go run ./test/chaos -n 200 -seed 1      bad weather
//	go run ./test/chaos -rolling            every service is replaced under load, in turn
//	go run ./test/chaos -noisy              one tenant's backlog against another's call
//
// What must be true is computed from the client's own acknowledgements, the management API
// and what the stand-ins hold. Nothing here looks into a service. The exit code is 0 only if
// all of it is true and every kind of fault has happened.
package main
