// Package monitoring reads what Terraform makes of monitoring (alerts, objectives, dashboards),
// so that tests can compare it with the metrics that the services send.
package monitoring
