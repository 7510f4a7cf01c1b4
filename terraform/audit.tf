# Who did what, kept where those who did it cannot change it: Google's audit logs, and the
# pipeline's own log of changes.

resource "google_project_iam_audit_config" "access" {
  for_each = toset(["secretmanager.googleapis.com", "storage.googleapis.com", "cloudkms.googleapis.com"])
  project  = var.project_id
  service  = each.key
  dynamic "audit_log_config" {
    for_each = toset(["ADMIN_READ", "DATA_READ", "DATA_WRITE"])
    content {
      log_type = audit_log_config.key
    }
  }
  depends_on = [time_sleep.apis]
}

resource "google_storage_bucket" "audit" {
  name                        = "${var.project_id}-audit"
  location                    = local.bucket_location
  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"
  force_destroy               = false

  # Nobody can delete or replace what is younger; lock it by hand once the number is right.
  retention_policy {
    retention_period = tostring(var.audit_days * 24 * 3600)
  }
  lifecycle_rule {
    action {
      type = "Delete"
    }
    condition {
      age = var.audit_days + 1
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

resource "google_logging_project_sink" "audit" {
  name                   = "pipeline-audit"
  destination            = "storage.googleapis.com/${google_storage_bucket.audit.name}"
  unique_writer_identity = true
  filter                 = <<-EOT
    log_id("cloudaudit.googleapis.com/activity") OR log_id("cloudaudit.googleapis.com/data_access") OR
    log_id("cloudaudit.googleapis.com/policy") OR
    (resource.type="cloud_run_revision" AND jsonPayload.message="audit")
  EOT
}

resource "google_storage_bucket_iam_member" "audit" {
  bucket = google_storage_bucket.audit.name
  role   = "roles/storage.objectCreator"
  member = google_logging_project_sink.audit.writer_identity
}
