locals {
  spanner_is_regional = startswith(var.spanner_config, "regional-")
  # Search by words and autoscaling are in Enterprise, several regions in Enterprise Plus.
  spanner_edition = !local.spanner_is_regional ? "ENTERPRISE_PLUS" : (
    var.full_text_search || var.spanner_autoscaling != null ? "ENTERPRISE" : "STANDARD"
  )
}

resource "google_spanner_instance" "this" {
  name         = var.spanner_instance
  display_name = "Ingestion pipeline"
  config       = var.spanner_config
  edition      = local.spanner_edition

  processing_units = var.spanner_autoscaling == null ? var.spanner_processing_units : null
  dynamic "autoscaling_config" {
    for_each = var.spanner_autoscaling == null ? [] : [var.spanner_autoscaling]
    content {
      autoscaling_limits {
        min_processing_units = autoscaling_config.value.min_processing_units
        max_processing_units = autoscaling_config.value.max_processing_units
      }
      # What Google recommends leaves a region's loss to the others: 65 % in one, 45 % in several.
      autoscaling_targets {
        high_priority_cpu_utilization_percent = local.spanner_is_regional ? 65 : 45
        storage_utilization_percent           = 95
      }
    }
  }

  default_backup_schedule_type = "NONE" # the one below takes its place
  force_destroy                = !var.deletion_protection

  depends_on = [time_sleep.apis]
}

resource "google_spanner_database" "this" {
  instance                 = google_spanner_instance.this.name
  name                     = var.spanner_database
  version_retention_period = "${var.pitr_days}d"
  enable_drop_protection   = var.deletion_protection
  deletion_protection      = var.deletion_protection

  dynamic "encryption_config" {
    for_each = var.cmek ? [1] : []
    content {
      kms_key_name  = local.spanner_is_regional ? local.keys.spanner[0] : null
      kms_key_names = local.spanner_is_regional ? null : local.keys.spanner
    }
  }

  lifecycle {
    ignore_changes = [ddl] # the job migrate's
    precondition {
      condition     = !var.cmek || local.spanner_is_regional || length(var.spanner_key_locations) > 0
      error_message = "With cmek and a spanner_config of several regions, spanner_key_locations must name those regions."
    }
  }

  depends_on = [google_kms_crypto_key_iam_member.agent]
}

resource "google_spanner_backup_schedule" "daily" {
  instance           = google_spanner_instance.this.name
  database           = local.database
  name               = "daily"
  retention_duration = "${var.backup_days * 24 * 3600}s"

  spec {
    cron_spec {
      text = "30 7 * * *" # UTC: night in America
    }
  }
  full_backup_spec {}

  dynamic "encryption_config" {
    for_each = var.cmek ? [1] : []
    content {
      encryption_type = "CUSTOMER_MANAGED_ENCRYPTION"
      kms_key_name    = local.spanner_is_regional ? local.keys.spanner[0] : null
      kms_key_names   = local.spanner_is_regional ? null : local.keys.spanner
    }
  }
}
