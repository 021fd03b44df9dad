-- What the console shows and keeps for the owners of clients.

-- What is shown of a client beside its name. logo_hash names the picture in the table of logos; empty for none.
ALTER TABLE clients ADD COLUMN description TEXT NOT NULL DEFAULT '';
ALTER TABLE clients ADD COLUMN logo_hash TEXT NOT NULL DEFAULT '';
-- The data center its owner is at home in; empty: the first of the config that knows the owner's address.
ALTER TABLE clients ADD COLUMN owner_location TEXT NOT NULL DEFAULT '';
-- Empty, or the client that this one is the sandbox clone of.
ALTER TABLE clients ADD COLUMN clone_of TEXT NOT NULL DEFAULT '';

-- An owner's clients by name, with all that their list is filtered by.
DROP INDEX clients_by_owner;
CREATE INDEX clients_by_owner ON clients (owner, name, id, owner_location);

CREATE TABLE client_logos (
    client_id TEXT NOT NULL PRIMARY KEY,
    hash TEXT NOT NULL,
    kind TEXT NOT NULL,
    bytes {blob} NOT NULL
);

-- What a client's owner should know: its refusals with their true cause, warnings before a cap or a throttle, evictions,
-- revocations. A bounded ring per client. location: the data center it happened at; kind: refusal, warning, eviction or
-- revocation.
CREATE TABLE notices (
    client_id TEXT NOT NULL,
    id {blob} NOT NULL,
    kind TEXT NOT NULL,
    location TEXT NOT NULL,
    endpoint TEXT NOT NULL,
    cause TEXT NOT NULL,
    detail TEXT NOT NULL,
    request_id TEXT NOT NULL,
    PRIMARY KEY (client_id, id)
){without_rowid};

-- Where notices that are no refusals are sent. The signing secret is derived from a server key and the generation.
CREATE TABLE webhooks (
    client_id TEXT NOT NULL PRIMARY KEY,
    url TEXT NOT NULL,
    generation BIGINT NOT NULL,
    active BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL
);

-- state: waiting, delivered or given up. next_at: when it is due again, while it waits.
CREATE TABLE webhook_deliveries (
    client_id TEXT NOT NULL,
    id {blob} NOT NULL,
    event TEXT NOT NULL,
    body TEXT NOT NULL,
    state TEXT NOT NULL,
    attempts BIGINT NOT NULL,
    next_at BIGINT NOT NULL,
    last_status BIGINT NOT NULL,
    last_error TEXT NOT NULL,
    finished_at BIGINT NOT NULL,
    PRIMARY KEY (client_id, id)
){without_rowid};
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (next_at) WHERE state = 'waiting';

-- Users made for one client where the sandbox is on.
CREATE TABLE test_users (
    client_id TEXT NOT NULL,
    email TEXT NOT NULL,
    location TEXT NOT NULL,
    organization_id TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (client_id, email)
);

-- What scripts and commands present to the admin API. role: viewer or operator.
CREATE TABLE admin_tokens (
    id {blob} NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    secret_hash {blob} NOT NULL,
    created_at BIGINT NOT NULL,
    used_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
