# HIPAA mode: docs/compliance.md says what it does and what remains to be done by people.

variable "hipaa" {
  type        = bool
  default     = false
  description = "Whether every tenant is in HIPAA mode (HIPAA_MODE). Needs cmek, locations that can be named, and audit logs of six years."
}

resource "terraform_data" "hipaa" {
  count = var.hipaa ? 1 : 0

  lifecycle {
    precondition {
      condition     = var.cmek
      error_message = "hipaa needs cmek."
    }
    precondition {
      condition     = var.gemini_location != "global" && var.speech_location != "global"
      error_message = "hipaa needs a gemini_location and a speech_location other than global."
    }
    # The default models are in several regions only, and a single one asks them worldwide.
    precondition {
      condition     = contains(["us", "eu"], var.gemini_location) || var.gemini_models != null
      error_message = "hipaa needs gemini_location us or eu, or gemini_models that are in another."
    }
    precondition {
      condition     = var.audit_days >= 2192
      error_message = "hipaa needs audit_days of six years: 2192."
    }
  }
}
