-- What the whole accounts protocol and the standard dialect ask of a registration, and device codes, which are good at
-- every data center.

ALTER TABLE clients ADD COLUMN jwks TEXT NOT NULL DEFAULT '';
ALTER TABLE clients ADD COLUMN jwks_uri TEXT NOT NULL DEFAULT '';
ALTER TABLE clients ADD COLUMN id_token_signing_alg TEXT NOT NULL DEFAULT '';
ALTER TABLE clients ADD COLUMN token_endpoint_auth_method TEXT NOT NULL DEFAULT '';
ALTER TABLE clients ADD COLUMN post_logout_redirect_uris TEXT NOT NULL DEFAULT '';
ALTER TABLE clients ADD COLUMN cors_origins TEXT NOT NULL DEFAULT '';
ALTER TABLE clients ADD COLUMN legacy_token_body BOOLEAN NOT NULL DEFAULT FALSE;

-- When it was last right, to the hour.
ALTER TABLE client_secrets ADD COLUMN used_at BIGINT NOT NULL DEFAULT 0;

-- state is pending, approved or denied. What an approval allows lies as a code of the same id in the user's data center;
-- that row is what is redeemed, once.
CREATE TABLE device_codes (
    id {blob} NOT NULL PRIMARY KEY,
    secret_hash {blob} NOT NULL,
    user_code TEXT NOT NULL UNIQUE,
    client_id TEXT NOT NULL,
    dialect TEXT NOT NULL,
    scopes TEXT NOT NULL,
    offline BOOLEAN NOT NULL,
    resource TEXT NOT NULL,
    state TEXT NOT NULL,
    user_location TEXT NOT NULL,
    poll_interval BIGINT NOT NULL,
    polled_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
){without_rowid};
