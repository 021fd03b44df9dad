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
-- Only of a rotating family: it is over at expires_at, and when it lay unused for idle_lifetime milliseconds.
ALTER TABLE refresh_tokens ADD COLUMN expires_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE refresh_tokens ADD COLUMN idle_lifetime BIGINT NOT NULL DEFAULT 0;
CREATE INDEX refresh_tokens_expired ON refresh_tokens (expires_at) WHERE expires_at > 0;
ALTER TABLE refresh_tokens ADD COLUMN signed_in_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE refresh_tokens ADD COLUMN resource TEXT NOT NULL DEFAULT '';
ALTER TABLE refresh_tokens ADD COLUMN session_id {blob};

-- Nearly nobody is disabled: whoever asks looks here, instead of for one user among all.
CREATE INDEX users_disabled ON users (id) WHERE disabled;

ALTER TABLE access_tokens ADD COLUMN resource TEXT;

-- Access tokens made from the grant itself, without a code or a refresh token, kept as refresh_tokens.recent is.
ALTER TABLE grants ADD COLUMN access_ids {blob};

-- Public keys of an organization that vouches for its portal's users itself, as a JWK set; empty for none.
ALTER TABLE portals ADD COLUMN remote_jwks TEXT NOT NULL DEFAULT '';

-- What lets an application ask for more scopes for one refresh token, once. interaction: the one that spent it.
CREATE TABLE enhancements (
    id {blob} NOT NULL PRIMARY KEY,
    secret_hash {blob} NOT NULL,
    client_id TEXT NOT NULL,
    refresh_id {blob} NOT NULL,
    expires_at BIGINT NOT NULL,
    interaction {blob}
){without_rowid};
CREATE INDEX enhancements_of ON enhancements (refresh_id);

-- Keys that sign ID tokens and JWT access tokens, one line of generations for each algorithm: two processes that make the
-- next one at once make it once. active_at: signs from then on; retired_at: is no longer published.
CREATE TABLE signing_keys (
    algorithm TEXT NOT NULL,
    generation BIGINT NOT NULL,
    id TEXT NOT NULL,
    private_key {blob} NOT NULL,
    created_at BIGINT NOT NULL,
    active_at BIGINT NOT NULL,
    retired_at BIGINT NOT NULL,
    PRIMARY KEY (algorithm, generation)
);

-- Assertions of clients, each good once (RFC 7523 section 3).
CREATE TABLE assertions (
    client_id TEXT NOT NULL,
    assertion_id TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (client_id, assertion_id)
){without_rowid};
CREATE INDEX assertions_expired ON assertions (expires_at);

-- What a person granted a browser client for as long as the browser session lasts. It ends with its grant, too: what is
-- granted again later has another id.
CREATE TABLE session_grants (
    session_id {blob} NOT NULL,
    client_id TEXT NOT NULL,
    organization_id TEXT NOT NULL,
    grant_id {blob} NOT NULL,
    granted_at BIGINT NOT NULL,
    PRIMARY KEY (session_id, client_id, organization_id)
){without_rowid};
