variable "project_id" {
  type        = string
  description = "Google Cloud project. The only variable without a default; an empty project will do."
  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{4,28}[a-z0-9]$", var.project_id))
    error_message = "project_id must be a project's id, not its name or number."
  }
}

# --- Where -----------------------------------------------------------------------------

variable "regions" {
  type        = list(string)
  default     = ["us-central1"]
  description = "Regions that the services run in. Keys and the registry are in the first."
  validation {
    condition     = length(var.regions) > 0 && length(distinct(var.regions)) == length(var.regions) && alltrue([for r in var.regions : can(regex("^[a-z]+-[a-z]+[0-9]+$", r))])
    error_message = "regions must be different names such as us-central1, at least one."
  }
}

variable "active_region" {
  type        = string
  default     = null
  description = "The region that messages are pushed to and the scheduler is in; null: the first. Change it when that region is lost."
}

variable "domain" {
  type        = string
  default     = null
  description = "Host name that webhook and api are reached at, behind a load balancer; null: at their run.app addresses. Its A record must be output load_balancer_address."
  validation {
    condition     = var.domain == null || can(regex("^([a-z0-9]([a-z0-9-]*[a-z0-9])?\\.)+[a-z]{2,}$", var.domain))
    error_message = "domain must be a host name in lower case, without https://."
  }
}

variable "vpc_egress" {
  type        = bool
  default     = false
  description = "Whether all traffic leaves through a network of our own with fixed addresses, which a CRM can list."
}

# --- Services --------------------------------------------------------------------------

variable "webhook_min_instances" {
  type        = number
  default     = 1
  description = "Instances of webhook kept warm in each region: CallRail does not wait for a cold start."
  validation {
    condition     = var.webhook_min_instances >= 0
    error_message = "webhook_min_instances must not be negative."
  }
}

variable "max_instances" {
  type        = number
  default     = 20
  description = "Most instances of a service in a region, of 1 CPU and at most 1 GiB each. Cloud Run refuses a service that could need more than the project's quota there: 20 CPUs and 40 GiB in many new ones."
  validation {
    condition     = var.max_instances >= 1 && var.max_instances <= 1000
    error_message = "max_instances must be from 1 to 1000."
  }
}

variable "step_slots" {
  type        = number
  default     = 16
  description = "Jobs that an instance of a step has at once (STEP_SLOTS). It admits twice as many requests."
  validation {
    condition     = var.step_slots >= 2 && var.step_slots <= 500
    error_message = "step_slots must be from 2 to 500."
  }
}

variable "cpu_always" {
  type        = bool
  default     = false
  description = "Whether instances keep their CPU between requests. Without, they cost much less, and counts and metrics are late by as long as nobody calls."
}

variable "placeholder_image" {
  type        = string
  default     = "docker.io/library/nginx:stable-alpine"
  description = "What a service runs until the first build: an nginx, which is told to refuse everything."
}

variable "placeholder_job_image" {
  type        = string
  default     = "us-docker.pkg.dev/cloudrun/container/job"
  description = "What the job migrate runs until the first build."
}

variable "settings" {
  type        = map(string)
  default     = {}
  description = "Other variables of deploy/.env.example, for every service that reads them: { LOG_LEVEL = \"DEBUG\" }."
  validation {
    condition     = alltrue([for name in keys(var.settings) : can(regex("^[A-Z][A-Z0-9_]*$", name)) && !contains(["PORT", "STEP_SLOTS", "MESSAGE_DAYS", "SMTP_PASSWORD"], name)])
    error_message = "settings must be names of environment variables. PORT is Cloud Run's, and the others have variables of their own."
  }
}

variable "api_issuers" {
  type        = string
  default     = "[]"
  description = "JSON list of the issuers whose tokens the api accepts (API_ISSUERS). Empty: it accepts none."
  validation {
    condition     = can([for issuer in jsondecode(var.api_issuers) : issuer.issuer])
    error_message = "api_issuers must be a JSON list of objects with an issuer each."
  }
}

variable "smtp" {
  type = object({
    host            = string
    port            = optional(number, 587)
    username        = optional(string, "")
    from            = string
    password_secret = optional(string)
  })
  default     = null
  description = "Server that mail is sent by; null: none is. password_secret is the id of a secret in this project that has a version."
}

variable "gemini_location" {
  type        = string
  default     = "global"
  description = "Where models are asked (GEMINI_LOCATION). Newer ones are in global, us and eu only; data stays within us or eu there."
}

variable "gemini_models" {
  type        = string
  default     = null
  description = "Models in the order tried (GEMINI_MODELS); null: the code's."
}

variable "speech_location" {
  type        = string
  default     = "us"
  description = "Where recordings are transcribed (SPEECH_LOCATION). chirp_3 is not in every region."
}
