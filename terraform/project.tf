# What an empty project lacks: APIs, and the accounts that Google's own services act as.

locals {
  apis = toset(concat([
    "aiplatform", "artifactregistry", "cloudbuild", "cloudscheduler", "cloudtrace", "compute", "containeranalysis", "iam",
    "iamcredentials", "logging", "monitoring", "pubsub", "run", "secretmanager", "serviceusage", "spanner", "speech",
    "sts", "telemetry",
    ],
    var.cmek ? ["cloudkms"] : [],
    var.budget == null ? [] : ["billingbudgets", "cloudbilling"],
  ))
  # Their accounts are granted something here, and are not there before somebody asks for them.
  agents = toset(concat(["pubsub"], var.cmek ? ["secretmanager", "spanner"] : []))
}

resource "google_project_service" "api" {
  for_each = local.apis
  service  = "${each.key}.googleapis.com"
  # Something else in the project may use it, too.
  disable_on_destroy = false
}

# An API answers "not enabled" for a while after it was enabled.
resource "time_sleep" "apis" {
  create_duration = "60s"
  triggers        = { apis = join(",", sort(local.apis)) }
  depends_on      = [google_project_service.api, google_project_service.base]
}

# What is asked of the project before anything is made. Apart from the others, because what is
# read after a change counts as unknown, and grants that name the project would be made anew.
resource "google_project_service" "base" {
  for_each           = toset(["cloudresourcemanager", "storage"])
  service            = "${each.key}.googleapis.com"
  disable_on_destroy = false
}

resource "time_sleep" "base" {
  create_duration = "60s"
  depends_on      = [google_project_service.base]
}

data "google_project" "this" {
  project_id = var.project_id
  depends_on = [time_sleep.base]
}

resource "google_project_service_identity" "agent" {
  for_each   = local.agents
  provider   = google-beta
  project    = var.project_id
  service    = "${each.key}.googleapis.com"
  depends_on = [time_sleep.apis]
}

locals {
  pubsub_agent = google_project_service_identity.agent["pubsub"].member
}

# With this Pub/Sub may sign the tokens that it pushes with. Google grants it when the API is
# enabled, but not in projects older than April 2021.
resource "google_project_iam_member" "pubsub_agent" {
  project = var.project_id
  role    = "roles/pubsub.serviceAgent"
  member  = local.pubsub_agent
}
