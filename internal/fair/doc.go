// Package fair divides an instance's slots among tenants, so that nobody waits behind
// somebody else's backlog.
//
// A tenant may use as many slots as are still free: alone it has half of them, and there is
// always one left for a tenant that has none. (Switches share their buffers by the same rule,
// known as a dynamic threshold.) What is above that waits in memory, and is worked on by the
// tenant's own slots, one after the other. Waiting costs no slot and no transaction; what
// is forgotten, with the instance or because too much waits, is still due in the store,
// where sweep finds it.
package fair
