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

run "hipaa_mode_is_off_unless_asked_for" {
  assert {
    condition     = local.service_env.HIPAA_MODE == "false"
    error_message = "Nobody asked for HIPAA mode."
  }
}

run "hipaa_mode_alone_is_refused" {
  command = plan
  variables {
    hipaa = true
  }
  expect_failures = [terraform_data.hipaa]
}

run "hipaa_mode_reaches_every_service" {
  variables {
    hipaa           = true
    cmek            = true
    gemini_location = "us"
    audit_days      = 2192
  }
  assert {
    condition     = local.service_env.HIPAA_MODE == "true"
    error_message = "A service does not know of HIPAA mode."
  }
}
