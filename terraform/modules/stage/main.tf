# A service, the account that it acts as, and what is pushed to it.

locals {
  # Any string will do, as long as only this service has it: a token for one service is
  # worth nothing at another.
  audience = "https://${var.name}.${var.project_id}.internal"

  environment = merge(var.environment, length(var.subscriptions) == 0 ? {} : merge({
    PUSH_AUDIENCE        = local.audience
    PUSH_SERVICE_ACCOUNT = google_service_account.invoker[0].email
    }, var.public ? {} : {
    PUSH_SIGNATURE_REMOVED = "true" # Cloud Run verifies who invokes a private service, and keeps the signature
  }))
}

resource "google_service_account" "runtime" {
  account_id   = "pipeline-${var.name}"
  display_name = "Pipeline: ${var.name}"
}

resource "google_secret_manager_secret_iam_member" "environment" {
  for_each  = var.secret_environment
  secret_id = each.value
  role      = "roles/secretmanager.secretAccessor"
  member    = google_service_account.runtime.member
}

resource "google_cloud_run_v2_service" "this" {
  for_each             = var.regions
  name                 = var.name
  location             = each.key
  ingress              = var.ingress
  default_uri_disabled = var.default_uri_disabled
  custom_audiences     = var.public ? [] : [local.audience] # a public service verifies tokens itself, signature and all
  deletion_protection  = var.deletion_protection

  template {
    service_account                  = google_service_account.runtime.email
    timeout                          = "${var.timeout_seconds}s"
    max_instance_request_concurrency = var.concurrency

    scaling {
      min_instance_count = var.scaling.min
      max_instance_count = var.scaling.max
    }

    containers {
      image   = var.image
      command = var.command
      ports {
        container_port = 8080
      }
      resources {
        limits            = { cpu = var.cpu, memory = var.memory }
        cpu_idle          = var.cpu_idle
        startup_cpu_boost = true
      }

      dynamic "env" {
        for_each = local.environment
        content {
          name  = env.key
          value = env.value
        }
      }
      dynamic "env" {
        for_each = var.secret_environment
        content {
          name = env.key
          value_source {
            secret_key_ref {
              secret  = env.value
              version = "latest"
            }
          }
        }
      }

      # An open port is enough: a service takes what it can while the store is away.
      startup_probe {
        period_seconds    = 2
        timeout_seconds   = 1
        failure_threshold = 30
        tcp_socket {
          port = 8080
        }
      }
      dynamic "liveness_probe" {
        for_each = var.liveness ? ["/v1/health"] : []
        content {
          period_seconds    = 30
          timeout_seconds   = 5
          failure_threshold = 3
          http_get {
            path = liveness_probe.value
          }
        }
      }
    }

    dynamic "vpc_access" {
      for_each = var.subnetworks == null ? [] : [var.subnetworks[each.key]]
      content {
        egress = "ALL_TRAFFIC"
        network_interfaces {
          subnetwork = vpc_access.value
        }
      }
    }
  }

  lifecycle {
    # The build's: it deploys by digest and moves the traffic step by step.
    ignore_changes = [client, client_version, template[0].containers[0].image, template[0].containers[0].command, template[0].revision, template[0].labels, traffic]
  }

  depends_on = [google_secret_manager_secret_iam_member.environment]
}

resource "google_cloud_run_v2_service_iam_member" "public" {
  for_each = var.public ? var.regions : toset([])
  name     = google_cloud_run_v2_service.this[each.key].name
  location = each.key
  role     = "roles/run.invoker"
  member   = "allUsers"
}
