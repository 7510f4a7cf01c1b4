// Package service is what the services stand on: their clients, the directory of tenants, the
// endpoints of a step. Each service is wired in a package of its own below it, which reads its
// configuration, opens its clients and serves, so that a binary holds no other service's step;
// package all has every one. There is no logic here. A Service takes its environment as an
// argument, so that devstack can run all of them in one process.
package service
