# Values in the form that Google gives them, for what the real provider looks at.

mock_resource "google_service_account" {
  defaults = {
    email  = "account@example-project.iam.gserviceaccount.com"
    member = "serviceAccount:account@example-project.iam.gserviceaccount.com"
    name   = "projects/example-project/serviceAccounts/account@example-project.iam.gserviceaccount.com"
  }
}

mock_resource "google_cloud_run_v2_service" {
  defaults = { uri = "https://service-0123456789.us-central1.run.app" }
}

mock_resource "google_logging_project_sink" {
  defaults = { writer_identity = "serviceAccount:sink@example-project.iam.gserviceaccount.com" }
}

mock_resource "google_project_service_identity" {
  defaults = { member = "serviceAccount:agent@example-project.iam.gserviceaccount.com" }
}

mock_data "google_project" {
  defaults = { number = "123456789012" }
}

mock_data "google_storage_project_service_account" {
  defaults = { member = "serviceAccount:storage@example-project.iam.gserviceaccount.com" }
}
