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

run "hipaa_mode_refuses_a_region_that_the_default_models_are_not_in" {
  command = plan
  variables {
    hipaa           = true
    cmek            = true
    gemini_location = "us-central1"
    audit_days      = 2192
  }
  expect_failures = [terraform_data.hipaa]
}

run "hipaa_mode_takes_a_region_with_models_that_were_chosen_for_it" {
  command = plan
  variables {
    hipaa           = true
    cmek            = true
    gemini_location = "us-central1"
    gemini_models   = "gemini-2.5-flash"
    audit_days      = 2192
  }
  assert {
    condition     = local.gemini_env == { GEMINI_LOCATION = "us-central1", GEMINI_MODELS = "gemini-2.5-flash" }
    error_message = "The models are not asked where it was said."
  }
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
