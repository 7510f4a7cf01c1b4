# What deploy/ needs: where everything is, and an account by which a release shows that it works.

# The smoke test asks the API what became of its call. Tokens that this account signs are good for
# that one tenant, and for looking.
resource "google_service_account" "canary" {
  account_id   = "pipeline-canary"
  display_name = "Pipeline: the smoke test's view of its tenant"
  depends_on   = [time_sleep.apis]
}

resource "google_service_account_iam_member" "build_signs" {
  service_account_id = google_service_account.canary.name
  role               = "roles/iam.serviceAccountTokenCreator"
  member             = google_service_account.build.member
}

locals {
  canary_issuer = {
    issuer   = google_service_account.canary.email
    jwks_url = "https://www.googleapis.com/service_accounts/v1/jwk/${google_service_account.canary.email}"
    audience = local.api_url
    tenants  = ["tenant_canary"]
    max_role = "tenant_viewer"
  }
}

# The tenant is made by a statement, and its call is signed with the bootstrap key. Neither lets the
# account do more than it can do anyway: it deploys the services that may read and write everything.
resource "google_spanner_database_iam_member" "build" {
  instance   = google_spanner_instance.this.name
  database   = local.database
  role       = "roles/spanner.databaseUser"
  member     = google_service_account.build.member
  depends_on = [google_spanner_database.this]
}

resource "google_secret_manager_secret_iam_member" "build" {
  secret_id = google_secret_manager_secret.bootstrap.id
  role      = "roles/secretmanager.secretAccessor"
  member    = google_service_account.build.member
}

# What builds leave behind: their sources, if they are told to (--gcs-source-staging-dir), and the
# lists of what is in each image.
resource "google_storage_bucket" "build" {
  name                        = "${var.project_id}-pipeline-build"
  location                    = local.bucket_location
  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"
  force_destroy               = !var.deletion_protection

  dynamic "encryption" {
    for_each = var.cmek ? [1] : []
    content {
      default_kms_key_name = local.keys.buckets
    }
  }

  depends_on = [time_sleep.base, google_kms_crypto_key_iam_member.agent]
}

resource "google_storage_bucket_iam_member" "build" {
  bucket = google_storage_bucket.build.name
  role   = "roles/storage.objectUser"
  member = google_service_account.build.member
}

output "deployment" {
  value = join("", [for name, value in {
    REGISTRY         = "${google_artifact_registry_repository.images.location}-docker.pkg.dev/${var.project_id}/${google_artifact_registry_repository.images.repository_id}"
    REGIONS          = join(" ", var.regions)
    ACTIVE_REGION    = local.active_region
    WEBHOOK_URL      = local.webhook_url
    API_URL          = local.api_url
    SPANNER_INSTANCE = google_spanner_instance.this.name
    SPANNER_DATABASE = local.database
    BOOTSTRAP_SECRET = google_secret_manager_secret.bootstrap.secret_id
    CANARY_ACCOUNT   = google_service_account.canary.email
    BUILD_ACCOUNT    = google_service_account.build.email
    BUILD_BUCKET     = google_storage_bucket.build.name
  } : "${name}=${value}\n"])
  description = "What the scripts of deploy/ read, a line for each."
}
