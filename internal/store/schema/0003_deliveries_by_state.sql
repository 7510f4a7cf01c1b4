-- What "retry everything that is parked" reads: the parked deliveries of one destination,
-- however many are done. State and destination follow the tenant, so one tenant's finished
-- deliveries are a range of their own that nobody reads.
CREATE INDEX IF NOT EXISTS deliveries_by_state ON deliveries (tenant_id, state, destination), INTERLEAVE IN tenants;
