# Survives the loss of a region: database and recordings are in several, and so are the services.
# Add the domain; without one there is no load balancer that leads around a lost region.
#
#   terraform apply -var-file=env/prod.tfvars -var="project_id=$PROJECT_ID" -var="domain=leads.example.com"

regions         = ["us-east4", "us-east1"]
spanner_config  = "nam3" # us-east4 and us-east1, with a witness in us-central1; Enterprise Plus
bucket_location = "US"   # two regions of the country at least, Google chooses which
gemini_location = "us"   # data stays in the country
speech_location = "us"
max_instances   = 20 # what a new project's quota allows in a region; raise the quota of both first
vpc_egress      = true
cpu_always      = true # metrics and counts are on time

cmek                  = true
spanner_key_locations = ["us-east4", "us-east1", "us-central1"]

spanner_autoscaling = {
  min_processing_units = 1000
  max_processing_units = 10000
}
