# --- Monitoring ------------------------------------------------------------------------

variable "alert_channels" {
  type = map(object({
    type       = string
    labels     = map(string)
    severities = optional(list(string), ["critical", "warning"])
  }))
  default     = {}
  description = "Who is told of alerts, by any name: { oncall = { type = \"email\", labels = { email_address = \"oncall@example.com\" } } }. Labels of slack: channel_name; of pubsub: topic; of pagerduty: none."
  validation {
    condition     = alltrue([for c in var.alert_channels : contains(["email", "slack", "pagerduty", "pubsub", "sms", "webhook_tokenauth"], c.type)])
    error_message = "alert_channels: type must be email, slack, pagerduty, pubsub, sms or webhook_tokenauth."
  }
  validation {
    condition     = alltrue([for c in var.alert_channels : alltrue([for s in c.severities : contains(["critical", "warning", "info"], s)])])
    error_message = "alert_channels: severities must be of critical, warning and info."
  }
}

variable "alert_tokens" {
  type        = map(string)
  default     = {}
  sensitive   = true
  description = "Tokens of slack channels and service keys of pagerduty channels, by the names in alert_channels. They are in the state."
}

variable "runbook_base_url" {
  type        = string
  default     = "https://github.com/your-org/multi-tenant-pipeline/blob/main/docs/runbooks"
  description = "Where alerts find their runbooks: the directory docs/runbooks as people read it."
  validation {
    condition     = can(regex("^https://[^ ]+[^/ ]$", var.runbook_base_url))
    error_message = "runbook_base_url must begin with https:// and not end with a slash."
  }
}

variable "own_slos" {
  type        = bool
  default     = false
  description = "Whether objectives on the pipeline's own metrics are SLOs with an error budget, too. Monitoring accepts them once such metrics have arrived; their alerts need nothing."
}
