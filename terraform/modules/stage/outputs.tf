output "url" {
  value       = google_cloud_run_v2_service.this[var.active_region].uri
  description = "Address in the active region."
}

output "email" {
  value       = google_service_account.runtime.email
  description = "Account that the service acts as."
}

output "member" {
  value       = google_service_account.runtime.member
  description = "The same, as an IAM member."
}

output "account_id" {
  value       = google_service_account.runtime.account_id
  description = "The same, without its project."
}

output "account" {
  value       = google_service_account.runtime.name
  description = "The same, as a resource."
}

output "invoker_email" {
  value       = one(google_service_account.invoker[*].email)
  description = "Account that calls the service; null if nothing is pushed to it."
}

output "audience" {
  value       = local.audience
  description = "What tokens for the service are made out to."
}

output "services" {
  value       = { for region, s in google_cloud_run_v2_service.this : region => s.name }
  description = "The service's name in each region, known once it is there."
}

output "placeholders" {
  value       = [for s in google_cloud_run_v2_service.this : { image = s.template[0].containers[0].image, command = s.template[0].containers[0].command }]
  description = "What each region runs until the build deploys something."
}

output "public" {
  value       = length(google_cloud_run_v2_service_iam_member.public) > 0
  description = "Whether anybody may call it."
}

output "subscriptions" {
  value = { for name, s in google_pubsub_subscription.this : s.name => {
    topic        = s.topic
    endpoint     = s.push_config[0].push_endpoint
    account      = s.push_config[0].oidc_token[0].service_account_email
    audience     = s.push_config[0].oidc_token[0].audience
    dead_letters = one(s.dead_letter_policy[*].dead_letter_topic)
    retry        = "${s.retry_policy[0].minimum_backoff} to ${s.retry_policy[0].maximum_backoff}"
    retention    = s.message_retention_duration
    expires      = s.expiration_policy[0].ttl
  } }
  description = "What is pushed to it, and how."
}
