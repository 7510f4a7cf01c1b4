-- Locks on things that are not rows of ours: a tenant's credentials while they are renewed.
-- One row for each thing that was ever locked; there are a handful for each tenant.
CREATE TABLE IF NOT EXISTS leases (
  tenant_id   STRING(64)  NOT NULL,
  name        STRING(320) NOT NULL,                            -- what is locked, for instance credentials/<secret>
  lease_token STRING(32),                                      -- who holds it; null: nobody
  lease_until TIMESTAMP,                                       -- when a holder that crashed loses it
  note        STRING(MAX),                                     -- what the last holder left for the next; never a secret
  updated_at  TIMESTAMP   NOT NULL OPTIONS (allow_commit_timestamp = true),
) PRIMARY KEY (tenant_id, name),
  INTERLEAVE IN PARENT tenants ON DELETE NO ACTION;
