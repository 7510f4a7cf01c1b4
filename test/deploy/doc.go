// Package deploy tests the deployment without a cloud: the scripts of deploy/ run against stand-ins
// for gcloud, terraform, docker and curl that keep a small model of the project (world_test.go), the
// build's configuration is read as Cloud Build reads it, and the programs are built as they are released.
package deploy
