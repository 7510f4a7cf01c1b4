resource "google_artifact_registry_repository" "images" {
  repository_id = "pipeline"
  location      = var.regions[0]
  format        = "DOCKER"
  description   = "The pipeline's images, one for each service."

  docker_config {
    immutable_tags = true
  }
  cleanup_policies {
    id     = "keep-recent"
    action = "KEEP"
    most_recent_versions {
      keep_count = 20
    }
  }
  cleanup_policies {
    id     = "delete-old"
    action = "DELETE"
    condition {
      older_than = "2592000s" # 30 days
    }
  }

  depends_on = [time_sleep.apis]
}
