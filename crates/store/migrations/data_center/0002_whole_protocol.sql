-- What the whole accounts protocol and the standard dialect ask of codes and tokens. A user_id of 0 in grants, codes and
-- refresh tokens is nobody: the organization itself allowed it (instance-level consent), or the client acts for itself.

-- kind is code, device or self.
ALTER TABLE codes ADD COLUMN kind TEXT NOT NULL DEFAULT 'code';
ALTER TABLE codes ADD COLUMN dialect TEXT NOT NULL DEFAULT 'accounts';
ALTER TABLE codes ADD COLUMN nonce TEXT;
ALTER TABLE codes ADD COLUMN signed_in_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE codes ADD COLUMN resource TEXT NOT NULL DEFAULT '';
ALTER TABLE codes ADD COLUMN session_id {blob};

-- A rotating family keeps one row: the hash of its newest secret, of the one before it, and when it turned.
ALTER TABLE refresh_tokens ADD COLUMN dialect TEXT NOT NULL DEFAULT 'accounts';
ALTER TABLE refresh_tokens ADD COLUMN rotates BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE refresh_tokens ADD COLUMN generation BIGINT NOT NULL DEFAULT 0;
ALTER TABLE refresh_tokens ADD COLUMN previous_hash {blob};
ALTER TABLE refresh_tokens ADD COLUMN rotated_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE refresh_tokens ADD COLUMN expires_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE refresh_tokens ADD COLUMN signed_in_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE refresh_tokens ADD COLUMN resource TEXT NOT NULL DEFAULT '';
ALTER TABLE refresh_tokens ADD COLUMN session_id {blob};

ALTER TABLE access_tokens ADD COLUMN resource TEXT;

-- Keys that sign ID tokens and JWT access tokens. active_at: signs from then on; retired_at: is no longer published.
CREATE TABLE signing_keys (
    id TEXT NOT NULL PRIMARY KEY,
    algorithm TEXT NOT NULL,
    private_key {blob} NOT NULL,
    created_at BIGINT NOT NULL,
    active_at BIGINT NOT NULL,
    retired_at BIGINT NOT NULL
);

-- Assertions of clients, each good once (RFC 7523 section 3).
CREATE TABLE assertions (
    client_id TEXT NOT NULL,
    assertion_id TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (client_id, assertion_id)
){without_rowid};
CREATE INDEX assertions_expired ON assertions (expires_at);

-- What a person granted a browser client for as long as the browser session lasts.
CREATE TABLE session_grants (
    session_id {blob} NOT NULL,
    client_id TEXT NOT NULL,
    organization_id TEXT NOT NULL,
    granted_at BIGINT NOT NULL,
    PRIMARY KEY (session_id, client_id, organization_id)
){without_rowid};
