mock_provider "google" {
  source = "./tests/google"
}
mock_provider "google" {
  alias  = "billing"
  source = "./tests/google"
}
mock_provider "google-beta" {
  source = "./tests/google"
}
mock_provider "random" {}
mock_provider "time" {}

variables {
  project_id = "example-project"
}

run "without_a_client_there_is_no_dashboard" {
  assert {
    condition     = output.dashboard_url == null && !contains(keys(local.services.api.environment), "DASHBOARD_URL") && length(google_secret_manager_secret.dashboard) == 0
    error_message = "There is a dashboard that nobody can sign in to."
  }
}

run "a_client_is_all_that_the_dashboard_needs" {
  variables {
    domain    = "leads.example.com"
    dashboard = { client_id = "example.apps.googleusercontent.com", client_secret = "dashboard-client" }
  }
  assert {
    condition     = output.dashboard_url == "https://leads.example.com/dashboard" && alltrue([for name in ["push", "notify", "api"] : local.services[name].environment.DASHBOARD_URL == output.dashboard_url])
    error_message = "Services that link to the dashboard do not know where it is."
  }
  assert {
    condition     = local.services.api.environment.DASHBOARD_ISSUER == "https://accounts.google.com" && local.dashboard_secrets.DASHBOARD_CLIENT_SECRET == "dashboard-client"
    error_message = "The api service cannot sign people in."
  }
  assert {
    condition     = google_secret_manager_secret.dashboard[0].secret_id == local.dashboard_secrets.DASHBOARD_KEYS
    error_message = "Sessions have no keys."
  }
}
