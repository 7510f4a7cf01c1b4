locals {
  # Directories of the recordings bucket whose content is of no use any more after some days.
  # Under erasures/ are the notes by which erasures are done again after a restore: they stay,
  # and recordings stay for as long as each tenant wants.
  lifetimes = {
    "exports/" = var.export_days
    "uploads/" = 1
    "speech/"  = 1
  }
}

resource "google_storage_bucket" "recordings" {
  name                        = "${var.project_id}-recordings"
  location                    = local.bucket_location
  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"
  force_destroy               = !var.deletion_protection

  soft_delete_policy {
    retention_duration_seconds = var.soft_delete_days * 24 * 3600
  }

  # The dashboard draws a recording's waveform, for which its script must be able to read it.
  dynamic "cors" {
    for_each = var.dashboard == null ? [] : [local.api_url]
    content {
      origin          = [cors.value]
      method          = ["GET", "HEAD"]
      response_header = ["Content-Length", "Content-Range", "Content-Type", "Range"]
      max_age_seconds = 3600
    }
  }

  dynamic "lifecycle_rule" {
    for_each = local.lifetimes
    content {
      action {
        type = "Delete"
      }
      condition {
        age            = lifecycle_rule.value
        matches_prefix = [lifecycle_rule.key]
      }
    }
  }
  lifecycle_rule {
    action {
      type = "AbortIncompleteMultipartUpload"
    }
    condition {
      age = 1
    }
  }

  dynamic "encryption" {
    for_each = var.cmek ? [1] : []
    content {
      default_kms_key_name = local.keys.buckets
    }
  }

  depends_on = [time_sleep.apis, google_kms_crypto_key_iam_member.agent]
}

resource "google_storage_bucket_iam_member" "recordings" {
  for_each = toset([for name, s in local.services : name if s.recordings])
  bucket   = google_storage_bucket.recordings.name
  role     = "roles/storage.objectUser"
  member   = module.stage[each.key].member
}

# After a restore, migrate reads the notes of erasures, and no more.
resource "google_storage_bucket_iam_member" "migrate" {
  bucket = google_storage_bucket.recordings.name
  role   = "roles/storage.objectViewer"
  member = google_service_account.migrate.member
}
