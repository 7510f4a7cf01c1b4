variable "project_id" {
  type        = string
  description = "Project that everything is in."
}

variable "name" {
  type        = string
  description = "Name of the service: the same word as its package, binary and runbook."
}

variable "regions" {
  type        = set(string)
  description = "Regions that the service runs in."
}

variable "active_region" {
  type        = string
  description = "The one of them that messages are pushed to."
}

variable "image" {
  type        = string
  description = "Image until the build deploys one."
}

variable "command" {
  type        = list(string)
  description = "What that image is started with. The build's start by themselves."
}

variable "public" {
  type        = bool
  default     = false
  description = "Whether anybody may call it. A public service checks itself who calls."
}

variable "ingress" {
  type        = string
  default     = "INGRESS_TRAFFIC_INTERNAL_ONLY"
  description = "From where it can be reached. Pub/Sub and Cloud Scheduler of the same project are internal."
  validation {
    condition     = contains(["INGRESS_TRAFFIC_ALL", "INGRESS_TRAFFIC_INTERNAL_ONLY", "INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER"], var.ingress)
    error_message = "ingress must be one of Cloud Run's three."
  }
}

variable "default_uri_disabled" {
  type        = bool
  default     = false
  description = "Whether the run.app address is switched off. What is pushed to needs it."
}

variable "liveness" {
  type        = bool
  default     = true
  description = "Whether an instance is replaced when /v1/health fails. False where that depends on the store."
}

variable "cpu" {
  type        = string
  description = "CPUs of an instance."
}

variable "memory" {
  type        = string
  description = "Memory of an instance."
}

variable "cpu_idle" {
  type        = bool
  description = "Whether an instance gets CPU only while it has a request, and is paid for only then."
}

variable "concurrency" {
  type        = number
  description = "Requests that an instance has at once. A step's must be more than STEP_SLOTS: twice as many."
}

variable "scaling" {
  type        = object({ min = number, max = number })
  description = "Fewest and most instances, in each region."
}

variable "timeout_seconds" {
  type        = number
  description = "How long a request may take."
  validation {
    condition     = var.timeout_seconds > 0 && var.timeout_seconds <= 3600
    error_message = "timeout_seconds must be at most 3600."
  }
}

variable "environment" {
  type        = map(string)
  default     = {}
  description = "Environment, beside what a push endpoint needs."
}

variable "secret_environment" {
  type        = map(string)
  default     = {}
  description = "Environment whose values are the newest versions of secrets, by the secrets' ids."
}

variable "subnetworks" {
  type        = map(string)
  default     = null
  description = "Subnetwork of each region that all traffic leaves by. Null: by Google's own addresses."
}

variable "subscriptions" {
  type = map(object({
    topic           = string
    dead_letters    = bool
    ack_seconds     = number
    minimum_backoff = string
    maximum_backoff = string
  }))
  default     = {}
  description = "What is pushed to /pubsub/{key}. Without dead letters a message comes again until it is taken."
  validation {
    condition     = alltrue([for s in var.subscriptions : s.ack_seconds >= 10 && s.ack_seconds <= 600])
    error_message = "ack_seconds must be from 10 to 600."
  }
}

variable "dead_letter_topic" {
  type        = string
  description = "Topic that refused messages go to."
}

variable "retention_seconds" {
  type        = number
  description = "How long a message that is not taken is kept."
  validation {
    condition     = var.retention_seconds >= 600 && var.retention_seconds <= 2678400
    error_message = "retention_seconds must be from 10 minutes to 31 days."
  }
}

variable "pubsub_agent" {
  type        = string
  description = "Pub/Sub's own account in this project, as an IAM member."
}

variable "deletion_protection" {
  type        = bool
  description = "Whether Terraform refuses to delete the service."
}
