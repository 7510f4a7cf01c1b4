// Package e2e tests the system as its users meet it: devstack is built and started, and
// everything else is done over HTTP, with the ready file as the only key. Nothing here
// looks into a service.
package e2e
