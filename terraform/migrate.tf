# The job that brings the schema up to date. The build gives it its image and runs it before it
# deploys; after an apply that changes its settings deploy/terraform runs it with what it has. Not Terraform itself:
# Cloud Run forgets a run_execution_token as soon as somebody else runs the job, and refuses the same one again
# (hashicorp/terraform-provider-google#24451).

resource "google_service_account" "migrate" {
  account_id   = "pipeline-migrate"
  display_name = "Pipeline: migrate"
  depends_on   = [time_sleep.apis]
}

locals {
  migrate_env = merge(local.environment, {
    RECORDINGS_BUCKET = google_storage_bucket.recordings.name
    MIGRATE_RESTORED  = "false" # true for one run after a restore: docs/ops/disaster-recovery.md
  })
}

resource "google_cloud_run_v2_job" "migrate" {
  name                = "migrate"
  location            = local.active_region
  deletion_protection = false # it holds nothing, and moves with the active region

  template {
    template {
      service_account = google_service_account.migrate.email
      timeout         = "3600s"
      max_retries     = 1

      containers {
        image = var.placeholder_job_image
        dynamic "env" {
          for_each = local.migrate_env
          content {
            name  = env.key
            value = env.value
          }
        }
        resources {
          limits = { cpu = "1", memory = "512Mi" }
        }
      }

      dynamic "vpc_access" {
        for_each = local.subnetworks == null ? [] : [local.subnetworks[local.active_region]]
        content {
          egress = "ALL_TRAFFIC"
          network_interfaces {
            subnetwork = vpc_access.value
          }
        }
      }
    }
  }

  lifecycle {
    ignore_changes        = [client, client_version, template[0].template[0].containers[0].image]
    create_before_destroy = true # a region that is lost cannot take it away
  }

  depends_on = [
    google_spanner_database_iam_member.user, google_storage_bucket_iam_member.migrate, google_project_iam_member.role, time_sleep.apis,
  ]
}

output "migrate_settings" {
  value       = sha256(jsonencode(local.migrate_env))
  description = "What the job migrate is told, in short: when it changes, deploy/terraform runs the job."
}
