# What is pushed to the service, by an account that can do nothing else.

resource "google_service_account" "invoker" {
  count        = length(var.subscriptions) == 0 ? 0 : 1
  account_id   = "invoke-${var.name}"
  display_name = "Pipeline: calls ${var.name}"
}

resource "google_cloud_run_v2_service_iam_member" "invoker" {
  for_each = length(var.subscriptions) == 0 ? toset([]) : var.regions
  name     = google_cloud_run_v2_service.this[each.key].name
  location = each.key
  role     = "roles/run.invoker"
  member   = google_service_account.invoker[0].member
}

# Pub/Sub signs its tokens as that account.
resource "google_service_account_iam_member" "signs" {
  count              = length(var.subscriptions) == 0 ? 0 : 1
  service_account_id = google_service_account.invoker[0].name
  role               = "roles/iam.serviceAccountTokenCreator"
  member             = var.pubsub_agent
}

resource "google_pubsub_subscription" "this" {
  for_each                   = var.subscriptions
  name                       = "${var.name}-${each.key}"
  topic                      = each.value.topic
  ack_deadline_seconds       = each.value.ack_seconds
  message_retention_duration = "${var.retention_seconds}s"

  push_config {
    push_endpoint = "${google_cloud_run_v2_service.this[var.active_region].uri}/pubsub/${each.key}"
    oidc_token {
      service_account_email = google_service_account.invoker[0].email
      audience              = local.audience
    }
  }

  retry_policy {
    minimum_backoff = each.value.minimum_backoff
    maximum_backoff = each.value.maximum_backoff
  }

  dynamic "dead_letter_policy" {
    for_each = each.value.dead_letters ? [var.dead_letter_topic] : []
    content {
      dead_letter_topic     = dead_letter_policy.value
      max_delivery_attempts = 20
    }
  }

  # A quiet month must not delete it.
  expiration_policy {
    ttl = ""
  }

  depends_on = [google_cloud_run_v2_service_iam_member.invoker, google_service_account_iam_member.signs]
}

# Without it nothing is moved to the dead letters.
resource "google_pubsub_subscription_iam_member" "dead_letters" {
  for_each     = { for name, s in var.subscriptions : name => s if s.dead_letters }
  subscription = google_pubsub_subscription.this[each.key].name
  role         = "roles/pubsub.subscriber"
  member       = var.pubsub_agent
}
