-- One data center: its people, what they granted, and the codes and tokens made from it.

CREATE TABLE keys (
    name TEXT NOT NULL PRIMARY KEY,
    value {blob} NOT NULL,
    created_at BIGINT NOT NULL
);

-- realm '' is the accounts house, else a portal's id.
CREATE TABLE users (
    id BIGINT NOT NULL PRIMARY KEY,
    realm TEXT NOT NULL,
    email TEXT NOT NULL,
    email_shown TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    first_name TEXT NOT NULL,
    last_name TEXT NOT NULL,
    disabled BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL,
    UNIQUE (realm, email)
);

CREATE TABLE organizations (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    environment TEXT NOT NULL
);

CREATE TABLE memberships (
    user_id BIGINT NOT NULL,
    organization_id TEXT NOT NULL,
    administrator BOOLEAN NOT NULL,
    PRIMARY KEY (user_id, organization_id)
);

CREATE TABLE portals (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    organization_id TEXT NOT NULL,
    clients TEXT NOT NULL,
    accent TEXT NOT NULL,
    logo {blob},
    logo_type TEXT NOT NULL
);

-- id and secret are the two halves of the cookie.
CREATE TABLE browser_sessions (
    id {blob} NOT NULL PRIMARY KEY,
    secret_hash {blob} NOT NULL,
    realm TEXT NOT NULL,
    user_id BIGINT NOT NULL,
    browser {blob} NOT NULL,
    started_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    ended_at BIGINT
){without_rowid};
CREATE INDEX browser_sessions_by_user ON browser_sessions (user_id, browser);

-- What a user allowed a client in one organization ('' for none). refresh_ids lists the live refresh
-- tokens, sixteen bytes each, oldest first.
CREATE TABLE grants (
    id {blob} NOT NULL PRIMARY KEY,
    user_id BIGINT NOT NULL,
    client_id TEXT NOT NULL,
    organization_id TEXT NOT NULL,
    scopes TEXT NOT NULL,
    offline BOOLEAN NOT NULL,
    refresh_ids {blob} NOT NULL,
    granted_at BIGINT NOT NULL,
    revoked_at BIGINT,
    UNIQUE (user_id, client_id, organization_id)
){without_rowid};

-- The parent of everything one user does with one client; its lists are the windows of the throttles.
CREATE TABLE client_users (
    user_id BIGINT NOT NULL,
    client_id TEXT NOT NULL,
    recent_codes {blob} NOT NULL,
    recent_refresh {blob} NOT NULL,
    PRIMARY KEY (user_id, client_id)
){without_rowid};

-- id is the id of the interaction that ended in this code, so that one interaction makes one code.
CREATE TABLE codes (
    id {blob} NOT NULL PRIMARY KEY,
    secret_hash {blob} NOT NULL,
    realm TEXT NOT NULL,
    client_id TEXT NOT NULL,
    user_id BIGINT NOT NULL,
    organization_id TEXT NOT NULL,
    grant_id {blob} NOT NULL,
    redirect_uri TEXT NOT NULL,
    scopes TEXT NOT NULL,
    refresh BOOLEAN NOT NULL,
    challenge TEXT,
    challenge_method TEXT,
    expires_at BIGINT NOT NULL,
    used_at BIGINT,
    refresh_id {blob},
    access_id {blob}
){without_rowid};

-- recent lists the newest access tokens, sixteen bytes each, oldest first: the last access_cap of them live.
CREATE TABLE refresh_tokens (
    id {blob} NOT NULL PRIMARY KEY,
    secret_hash {blob} NOT NULL,
    realm TEXT NOT NULL,
    client_id TEXT NOT NULL,
    user_id BIGINT NOT NULL,
    organization_id TEXT NOT NULL,
    grant_id {blob} NOT NULL,
    scopes TEXT NOT NULL,
    access_cap BIGINT NOT NULL,
    access_lifetime BIGINT NOT NULL,
    recent {blob} NOT NULL,
    used_at BIGINT NOT NULL,
    revoked_at BIGINT,
    revoked_because TEXT
){without_rowid};
CREATE INDEX refresh_tokens_revoked ON refresh_tokens (revoked_at) WHERE revoked_at IS NOT NULL;

-- scopes is NULL when the refresh token's are meant.
CREATE TABLE access_tokens (
    id {blob} NOT NULL PRIMARY KEY,
    secret_hash {blob} NOT NULL,
    grant_id {blob} NOT NULL,
    refresh_id {blob},
    scopes TEXT,
    expires_at BIGINT NOT NULL,
    revoked_at BIGINT
){without_rowid};

CREATE TABLE audit (
    id {blob} NOT NULL PRIMARY KEY,
    event TEXT NOT NULL,
    user_id BIGINT,
    client_id TEXT,
    organization_id TEXT,
    detail TEXT NOT NULL,
    request_id TEXT NOT NULL
){without_rowid};

-- A bounded ring per client: the newest refusals with their true cause, for the client's owner.
CREATE TABLE refusals (
    client_id TEXT NOT NULL,
    id {blob} NOT NULL,
    endpoint TEXT NOT NULL,
    cause TEXT NOT NULL,
    detail TEXT NOT NULL,
    request_id TEXT NOT NULL,
    PRIMARY KEY (client_id, id)
){without_rowid};
