-- What people keep of themselves (their account pages), what administrators decide for their organization, and ways to
-- read the audit.

-- Addresses of provisioned users are the operator's word; whoever signs up proves theirs by mail.
ALTER TABLE users ADD COLUMN email_verified BOOLEAN NOT NULL DEFAULT TRUE;
ALTER TABLE users ADD COLUMN password_changed_at BIGINT NOT NULL DEFAULT 0;

-- Where a session began: the address, and what the browser calls itself.
ALTER TABLE browser_sessions ADD COLUMN address TEXT NOT NULL DEFAULT '';
ALTER TABLE browser_sessions ADD COLUMN agent TEXT NOT NULL DEFAULT '';

-- One authenticator app per user. secret is sealed; last_step is the last one used, so that a code works once.
CREATE TABLE authenticators (
    user_id BIGINT NOT NULL PRIMARY KEY,
    secret {blob} NOT NULL,
    added_at BIGINT NOT NULL,
    last_step BIGINT NOT NULL
);

-- Wrong codes of a second factor in a row, whatever kind of code.
CREATE TABLE factor_guesses (
    user_id BIGINT NOT NULL PRIMARY KEY,
    failures BIGINT NOT NULL,
    failed_at BIGINT NOT NULL
);

-- id: the credential's. credential is what the library keeps of it, as JSON.
CREATE TABLE passkeys (
    id {blob} NOT NULL PRIMARY KEY,
    user_id BIGINT NOT NULL,
    name TEXT NOT NULL,
    credential TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    used_at BIGINT NOT NULL
);
CREATE INDEX passkeys_by_user ON passkeys (user_id);

CREATE TABLE recovery_codes (
    user_id BIGINT NOT NULL,
    hash {blob} NOT NULL,
    used_at BIGINT NOT NULL,
    PRIMARY KEY (user_id, hash)
);

-- What a link in a mail carries, once. purpose: recover or verify. email: the folded address the mail went to.
CREATE TABLE mail_links (
    id {blob} NOT NULL PRIMARY KEY,
    secret_hash {blob} NOT NULL,
    purpose TEXT NOT NULL,
    user_id BIGINT NOT NULL,
    email TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT NOT NULL
){without_rowid};
CREATE INDEX mail_links_by_user ON mail_links (user_id);

-- state: open, accepted or withdrawn.
CREATE TABLE invitations (
    id {blob} NOT NULL PRIMARY KEY,
    organization_id TEXT NOT NULL,
    secret_hash {blob} NOT NULL,
    email TEXT NOT NULL,
    administrator BOOLEAN NOT NULL,
    invited_by BIGINT NOT NULL,
    state TEXT NOT NULL,
    expires_at BIGINT NOT NULL
){without_rowid};
CREATE INDEX invitations_by_organization ON invitations (organization_id, id);

-- What an organization's administrators allow. clients_listed: only the listed clients. Lists one item a line. maximum_life in
-- milliseconds, 0 for none. review_required: a client that is not listed has to be reviewed first.
CREATE TABLE organization_policies (
    organization_id TEXT NOT NULL PRIMARY KEY,
    clients_listed BOOLEAN NOT NULL,
    clients TEXT NOT NULL,
    blocked_scopes TEXT NOT NULL,
    maximum_life BIGINT NOT NULL,
    review_required BOOLEAN NOT NULL,
    changed_at BIGINT NOT NULL
);

-- state: asked, approved or refused.
CREATE TABLE reviews (
    organization_id TEXT NOT NULL,
    client_id TEXT NOT NULL,
    state TEXT NOT NULL,
    asked_by BIGINT NOT NULL,
    asked_at BIGINT NOT NULL,
    decided_by BIGINT NOT NULL,
    decided_at BIGINT NOT NULL,
    PRIMARY KEY (organization_id, client_id)
);
CREATE INDEX reviews_by_client ON reviews (client_id);

CREATE INDEX memberships_by_organization ON memberships (organization_id, user_id);
CREATE INDEX portals_by_organization ON portals (organization_id);
CREATE INDEX grants_by_organization ON grants (organization_id, client_id, id);
CREATE INDEX grants_by_client ON grants (client_id, granted_at);
CREATE INDEX audit_by_organization ON audit (organization_id, id) WHERE organization_id IS NOT NULL;
CREATE INDEX audit_by_organization_event ON audit (organization_id, event, id) WHERE organization_id IS NOT NULL;
CREATE INDEX audit_by_user ON audit (user_id, id) WHERE user_id IS NOT NULL;
CREATE INDEX audit_by_client ON audit (client_id, id) WHERE client_id IS NOT NULL;

-- They lie in the directory now, where a client's owner reads them whatever data center refused.
DROP TABLE refusals;
