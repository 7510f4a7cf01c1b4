# --- Data ------------------------------------------------------------------------------

variable "spanner_instance" {
  type        = string
  default     = "ingestion-db"
  description = "Name of the Spanner instance."
}

variable "spanner_database" {
  type        = string
  default     = "pipeline-db"
  description = "Name of the database."
}

variable "spanner_config" {
  type        = string
  default     = "regional-us-central1"
  description = "Where the database is: regional-REGION, or several regions such as nam3, which needs Enterprise Plus."
}

variable "spanner_processing_units" {
  type        = number
  default     = 100
  description = "Size of the database, if it is not scaled automatically. 1000 are a node."
  validation {
    condition     = var.spanner_processing_units >= 100 && var.spanner_processing_units % (var.spanner_processing_units < 1000 ? 100 : 1000) == 0
    error_message = "spanner_processing_units must be hundreds below 1000, and thousands from there."
  }
}

variable "spanner_autoscaling" {
  type        = object({ min_processing_units = number, max_processing_units = number })
  default     = null
  description = "Bounds between which the database is scaled; null: it is not. Needs Enterprise."
  validation {
    condition = var.spanner_autoscaling == null ? true : (
      var.spanner_autoscaling.min_processing_units >= 1000 && var.spanner_autoscaling.max_processing_units >= var.spanner_autoscaling.min_processing_units &&
      var.spanner_autoscaling.min_processing_units % 1000 == 0 && var.spanner_autoscaling.max_processing_units % 1000 == 0
    )
    error_message = "spanner_autoscaling must be thousands, the smaller first."
  }
}

variable "full_text_search" {
  type        = bool
  default     = true
  description = "Whether requests can be searched by words (FULL_TEXT_SEARCH). Needs Enterprise; without, Standard will do."
}

variable "restored_databases" {
  type        = list(string)
  default     = []
  description = "Databases that were restored into the instance. The services' accounts may use them."
}

variable "serving_database" {
  type        = string
  default     = null
  description = "The database that the services use and that is backed up, after a restore; null: spanner_database."
  validation {
    condition     = var.serving_database != ""
    error_message = "serving_database must be a name, or null."
  }
}

variable "pitr_days" {
  type        = number
  default     = 7
  description = "Days that the database can be taken back to any moment of (PITR_DAYS)."
  validation {
    condition     = var.pitr_days >= 1 && var.pitr_days <= 7
    error_message = "pitr_days must be from 1 to 7."
  }
}

variable "backup_days" {
  type        = number
  default     = 30
  description = "Days that each day's backup is kept (BACKUP_DAYS)."
  validation {
    condition     = var.backup_days >= 1 && var.backup_days <= 366
    error_message = "backup_days must be from 1 to 366."
  }
}

variable "bucket_location" {
  type        = string
  default     = null
  description = "Where recordings are: a region, or two such as NAM4 (us-central1 and us-east1); null: the first of regions."
}

variable "soft_delete_days" {
  type        = number
  default     = 7
  description = "Days that deleted recordings can be brought back (SOFT_DELETE_DAYS); 0: none."
  validation {
    condition     = var.soft_delete_days == 0 || (var.soft_delete_days >= 7 && var.soft_delete_days <= 90)
    error_message = "soft_delete_days must be 0, or from 7 to 90."
  }
}

variable "export_days" {
  type        = number
  default     = 7
  description = "Days that an export can be fetched (EXPORT_DAYS)."
  validation {
    condition     = var.export_days >= 1
    error_message = "export_days must be at least 1."
  }
}

variable "message_days" {
  type        = number
  default     = 7
  description = "Days that a message which nobody takes is kept (MESSAGE_DAYS). Longer than INTAKE_PATIENCE."
  validation {
    condition     = var.message_days >= 7 && var.message_days <= 31
    error_message = "message_days must be from 7 to 31: deliveries in topic intake are tried for 160 hours."
  }
}

variable "deletion_protection" {
  type        = bool
  default     = true
  description = "Whether database, buckets and services are safe from terraform destroy. Switch it off and apply before."
}

variable "cmek" {
  type        = bool
  default     = false
  description = "Whether database, buckets, topics and the deployment's secrets are encrypted with keys of this project. Decide before the first apply: a database cannot be re-keyed."
}

variable "spanner_key_locations" {
  type        = list(string)
  default     = []
  description = "With cmek and a database in several regions: those regions. nam3: us-east4, us-east1, us-central1."
}

# --- Supervision -------------------------------------------------------------------------

variable "audit_days" {
  type        = number
  default     = 400
  description = "Days that audit logs are kept in a bucket of their own."
  validation {
    condition     = var.audit_days >= 1
    error_message = "audit_days must be at least 1."
  }
}

variable "budget" {
  type        = object({ billing_account = string, monthly = number, currency = optional(string, "USD") })
  default     = null
  description = "Monthly amount of whose half, nine tenths and whole the billing administrators are told; null: none."
  validation {
    condition     = var.budget == null ? true : var.budget.monthly >= 1 && can(regex("^[0-9A-F]{6}-[0-9A-F]{6}-[0-9A-F]{6}$", var.budget.billing_account))
    error_message = "budget needs a billing account such as 012345-6789AB-CDEF01 and an amount of at least 1."
  }
}

variable "ci_repository" {
  type        = string
  default     = null
  description = "GitHub repository, owner/name, whose workflows on main may start builds without a key; null: none."
  validation {
    condition     = var.ci_repository == null || can(regex("^[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+$", var.ci_repository))
    error_message = "ci_repository must be owner/name."
  }
}

variable "database_roles" {
  type        = string
  default     = "none"
  description = "How far database roles have come: none, make (the job migrate makes one for each service), use (and services act in them), only (and their accounts can do nothing else). One step at an apply."

  validation {
    condition     = contains(["none", "make", "use", "only"], var.database_roles)
    error_message = "database_roles must be none, make, use or only."
  }
}
