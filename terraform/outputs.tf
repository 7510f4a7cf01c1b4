output "webhook_url" {
  value       = local.webhook_url
  description = "WEBHOOK_URL of the README: where CallRail and web forms deliver."
}

output "api_url" {
  value       = local.api_url
  description = "API_URL of the README."
}

output "signing_key_command" {
  value       = "gcloud secrets versions access latest --secret=${google_secret_manager_secret.bootstrap.secret_id} --project=${var.project_id}"
  description = "Prints SIGNING_KEY of the README: the key of tenants that have no source yet."
}

output "spanner" {
  value       = { instance = google_spanner_instance.this.name, database = local.database, edition = local.spanner_edition }
  description = "The database that is served from."
}

output "recordings_bucket" {
  value       = google_storage_bucket.recordings.name
  description = "Bucket of the recordings."
}

output "registry" {
  value       = "${google_artifact_registry_repository.images.location}-docker.pkg.dev/${var.project_id}/${google_artifact_registry_repository.images.repository_id}"
  description = "Where the build pushes images."
}

output "regions" {
  value       = { all = var.regions, active = local.active_region }
  description = "Where the build deploys each service, and where the job migrate is."
}

output "load_balancer_address" {
  value       = one(google_compute_global_address.edge[*].address)
  description = "What the domain's A record must be; null without a domain."
}

output "egress_addresses" {
  value       = [for region in local.egress_regions : google_compute_address.egress[region].address]
  description = "Addresses that outbound calls come from; none without vpc_egress."
}

output "build_account" {
  value       = google_service_account.build.email
  description = "Account that the build acts as."
}

output "ci_provider" {
  value       = one(google_iam_workload_identity_pool_provider.github[*].name)
  description = "workload_identity_provider of the workflow's sign-in step; null without ci_repository."
}
