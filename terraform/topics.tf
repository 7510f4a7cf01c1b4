# The topics, by the names that the code has for them. Who gets what is in pipeline.tf.

locals {
  topics = toset([
    "request-received", "request-transcribed", "request-analyzed", "request-pushed", "delivery-due", "intake", local.dead_letters,
  ])
  dead_letters = "dead-letter"
}

resource "google_pubsub_topic" "this" {
  for_each     = local.topics
  name         = each.key
  kms_key_name = local.keys.topics

  # Messages of intake are deliveries as they came, with all that is personal in them.
  message_storage_policy {
    allowed_persistence_regions = var.regions
  }

  depends_on = [time_sleep.apis, google_kms_crypto_key_iam_member.agent]
}

# What a step refuses too often is moved by Pub/Sub's own account.
resource "google_pubsub_topic_iam_member" "dead_letters" {
  topic  = google_pubsub_topic.this[local.dead_letters].id
  role   = "roles/pubsub.publisher"
  member = local.pubsub_agent
}
