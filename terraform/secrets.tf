# The deployment's own secret. Those of tenants are made by the api service: tenant-{id}-{purpose}.

resource "random_password" "bootstrap" {
  length  = 64
  special = false
}

# Its key signs the deliveries of tenants that have no source of their own yet.
resource "google_secret_manager_secret" "bootstrap" {
  secret_id = "webhook-bootstrap-key"

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

resource "google_secret_manager_secret_version" "bootstrap" {
  secret      = google_secret_manager_secret.bootstrap.id
  secret_data = random_password.bootstrap.result
}

resource "google_secret_manager_secret_iam_member" "bootstrap" {
  secret_id = google_secret_manager_secret.bootstrap.id
  role      = "roles/secretmanager.secretAccessor"
  member    = module.stage["webhook"].member
}
