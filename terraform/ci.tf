# Who builds and deploys: Cloud Build acts as this account, and so may the workflows of a
# repository, without a key that could be lost.

resource "google_service_account" "build" {
  account_id   = "pipeline-build"
  display_name = "Pipeline: builds and deploys"
  depends_on   = [time_sleep.apis]
}

resource "google_project_iam_member" "build" {
  for_each = toset([
    "roles/run.developer", "roles/logging.logWriter", "roles/logging.viewer", "roles/cloudbuild.builds.editor",
    "roles/containeranalysis.notes.editor", "roles/containeranalysis.occurrences.editor",
  ])
  project = var.project_id
  role    = each.key
  member  = google_service_account.build.member
}

resource "google_artifact_registry_repository_iam_member" "build" {
  repository = google_artifact_registry_repository.images.name
  location   = google_artifact_registry_repository.images.location
  role       = "roles/artifactregistry.writer"
  member     = google_service_account.build.member
}

# To deploy a service is to act as its account.
resource "google_service_account_iam_member" "build_deploys" {
  for_each = merge({ for name, s in module.stage : name => s.account }, { migrate = google_service_account.migrate.name })

  service_account_id = each.value
  role               = "roles/iam.serviceAccountUser"
  member             = google_service_account.build.member
}

resource "google_iam_workload_identity_pool" "ci" {
  count                     = var.ci_repository == null ? 0 : 1
  workload_identity_pool_id = "pipeline-ci"
  display_name              = "Pipeline: continuous integration"
  depends_on                = [time_sleep.apis]
}

resource "google_iam_workload_identity_pool_provider" "github" {
  count                              = var.ci_repository == null ? 0 : 1
  workload_identity_pool_id          = google_iam_workload_identity_pool.ci[0].workload_identity_pool_id
  workload_identity_pool_provider_id = "github"
  attribute_mapping = {
    "google.subject"       = "assertion.sub"
    "attribute.repository" = "assertion.repository"
  }
  # GitHub signs tokens for everybody's repositories: without this line they would all be let in.
  attribute_condition = "assertion.repository == '${var.ci_repository}' && assertion.ref == 'refs/heads/main'"
  oidc {
    issuer_uri = "https://token.actions.githubusercontent.com"
  }
}

resource "google_service_account_iam_member" "ci" {
  count              = var.ci_repository == null ? 0 : 1
  service_account_id = google_service_account.build.name
  role               = "roles/iam.workloadIdentityUser"
  member             = "principalSet://iam.googleapis.com/${google_iam_workload_identity_pool.ci[0].name}/attribute.repository/${var.ci_repository}"
}
