# Who signs people in to the dashboard, which the api service serves at /dashboard.

variable "dashboard" {
  type = object({
    issuer        = optional(string, "https://accounts.google.com")
    client_id     = string
    client_secret = optional(string)
  })
  default     = null
  description = "OpenID Connect client that people sign in with; null: there is no dashboard. client_secret is the id of a secret in this project that has a version. The issuer must be one of api_issuers, with client_id among its audiences."
}

locals {
  dashboard_url = "${local.api_url}/dashboard"
  # Messages and CRM records lead there.
  dashboard_links = var.dashboard == null ? {} : { DASHBOARD_URL = local.dashboard_url }
  dashboard_env = var.dashboard == null ? {} : {
    DASHBOARD_ISSUER         = var.dashboard.issuer
    DASHBOARD_CLIENT_ID      = var.dashboard.client_id
    DASHBOARD_MONITORING_URL = "https://console.cloud.google.com/monitoring/dashboards?project=${var.project_id}"
  }
  # Named through their version, so that no instance starts before there is one.
  dashboard_secrets = var.dashboard == null ? {} : merge(
    { DASHBOARD_KEYS = one([for v in google_secret_manager_secret_version.dashboard : google_secret_manager_secret.dashboard[0].secret_id]) },
    var.dashboard.client_secret == null ? {} : { DASHBOARD_CLIENT_SECRET = var.dashboard.client_secret },
  )
}

# 32 bytes, by which sessions are sealed.
resource "random_password" "dashboard" {
  count   = var.dashboard == null ? 0 : 1
  length  = 32
  special = false
}

resource "google_secret_manager_secret" "dashboard" {
  count     = var.dashboard == null ? 0 : 1
  secret_id = "dashboard-session-keys"

  replication {
    auto {
      dynamic "customer_managed_encryption" {
        for_each = var.cmek ? [1] : []
        content {
          kms_key_name = local.keys.secrets
        }
      }
    }
  }

  depends_on = [time_sleep.apis, google_kms_crypto_key_iam_member.agent]
}

resource "google_secret_manager_secret_version" "dashboard" {
  count       = var.dashboard == null ? 0 : 1
  secret      = google_secret_manager_secret.dashboard[0].id
  secret_data = base64encode(random_password.dashboard[0].result)
}

output "dashboard_url" {
  value       = var.dashboard == null ? null : local.dashboard_url
  description = "Where people sign in; null without a client. The client's redirect address is this and /callback."
}
