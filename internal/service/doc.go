// Package service wires the services: each file reads one service's configuration, opens
// its clients and serves. There is no logic here. A Service takes its environment as an
// argument, so that devstack can run all of them in one process.
package service
