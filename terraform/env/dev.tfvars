# As cheap as it gets: about 70 dollars a month without any request, list prices of November 2026
# as known without a bill. Of that Spanner's smallest instance is 65, the bucket, the secrets, the
# scheduler and sweep's minute a few more. No instance is kept warm, so the first delivery after a
# quiet time waits for a start.
#
#   terraform apply -var-file=env/dev.tfvars -var="project_id=$PROJECT_ID"

full_text_search      = false # Spanner Standard
webhook_min_instances = 0
max_instances         = 5
backup_days           = 7
pitr_days             = 1
audit_days            = 30
deletion_protection   = false
