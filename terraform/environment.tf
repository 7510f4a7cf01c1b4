# What the services are told. A variable that is not here has the code's default; var.settings
# replaces it.

locals {
  active_region   = coalesce(var.active_region, var.regions[0])
  bucket_location = upper(coalesce(var.bucket_location, var.regions[0]))

  # Until there is a domain, the public services are reached at their run.app addresses.
  ingress = {
    public  = var.domain == null ? "INGRESS_TRAFFIC_ALL" : "INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER"
    private = "INGRESS_TRAFFIC_INTERNAL_ONLY"
  }
  run_app     = { for name in ["webhook", "api"] : name => "https://${name}-${data.google_project.this.number}.${local.active_region}.run.app" }
  webhook_url = var.domain == null ? local.run_app.webhook : "https://${var.domain}"
  api_url     = var.domain == null ? local.run_app.api : "https://${var.domain}"

  database = coalesce(var.serving_database, google_spanner_database.this.name)

  environment = merge(var.settings, {
    GOOGLE_CLOUD_PROJECT        = var.project_id
    SPANNER_INSTANCE            = google_spanner_instance.this.name
    SPANNER_DATABASE            = local.database
    SPANNER_ROLES               = var.database_roles == "only" ? "use" : var.database_roles
    FULL_TEXT_SEARCH            = tostring(var.full_text_search)
    OTEL_EXPORTER_OTLP_ENDPOINT = "https://telemetry.googleapis.com"
  })

  # What every service reads besides, and the job migrate does not.
  service_env = { HIPAA_MODE = tostring(var.hipaa) }

  recordings_env = { RECORDINGS_BUCKET = google_storage_bucket.recordings.name }
  secret_env     = local.keys.secrets == null ? {} : { SECRET_KMS_KEY = local.keys.secrets }
  gemini_env = merge({ GEMINI_LOCATION = var.gemini_location },
    var.gemini_models == null ? {} : { GEMINI_MODELS = var.gemini_models },
  )
  smtp_env = var.smtp == null ? {} : {
    SMTP_HOST     = var.smtp.host
    SMTP_PORT     = tostring(var.smtp.port)
    SMTP_USERNAME = var.smtp.username
    SMTP_FROM     = var.smtp.from
  }
  smtp_secrets = var.smtp == null ? {} : var.smtp.password_secret == null ? {} : { SMTP_PASSWORD = var.smtp.password_secret }

  # The api sends test messages by what the notify service tells of leads by.
  secret_environments = { notify = local.smtp_secrets, api = merge(local.dashboard_secrets, local.smtp_secrets) }
}
