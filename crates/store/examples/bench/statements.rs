//! The statements that are issued here without the store's own steps, and the proof that they are its statements still.

/// Locks the family and reads what must hold around it.
pub(crate) const LOCK: &str = "SELECT r.secret_hash, r.realm, r.client_id, r.user_id, r.organization_id, r.grant_id, \
    r.scopes, r.access_cap, r.access_lifetime, r.recent, r.revoked_at, \
    r.revoked_at IS NULL \
    OR EXISTS (SELECT 1 FROM grants g WHERE g.id = r.grant_id AND g.revoked_at IS NULL), \
    NOT EXISTS (SELECT 1 FROM users u WHERE u.id BETWEEN r.user_id AND r.user_id AND u.disabled), \
    CASE WHEN r.organization_id = '' THEN TRUE \
    WHEN r.user_id = 0 THEN EXISTS (SELECT 1 FROM organizations o WHERE o.id = r.organization_id) \
    WHEN r.realm = '' THEN EXISTS (SELECT 1 FROM memberships m \
    WHERE m.user_id = r.user_id AND m.organization_id = r.organization_id) \
    ELSE EXISTS (SELECT 1 FROM portals p \
    WHERE p.id = r.realm AND p.organization_id = r.organization_id) END, \
    r.dialect, r.signed_in_at, r.resource, r.session_id, r.used_at, \
    r.rotates, r.generation, r.previous_hash, r.rotated_at, r.idle_lifetime, r.expires_at, \
    p.clients_listed, p.clients, p.blocked_scopes, p.maximum_life, p.review_required, v.state, \
    CASE WHEN p.maximum_life > 0 THEN (SELECT g.granted_at FROM grants g WHERE g.id = r.grant_id) END \
    FROM refresh_tokens r \
    LEFT JOIN organization_policies p ON p.organization_id = r.organization_id \
    LEFT JOIN reviews v ON v.organization_id = p.organization_id AND v.client_id = r.client_id \
    WHERE r.id = $1 FOR UPDATE OF r";
/// Where in [`LOCK`] the newest access tokens are.
pub(crate) const RECENT: usize = 9;
/// Where in [`LOCK`] the grant is.
pub(crate) const GRANT: usize = 5;

pub(crate) const ADD_ACCESS: &str = "INSERT INTO access_tokens (id, secret_hash, grant_id, refresh_id, scopes, \
    expires_at, resource) VALUES ($1, $2, $3, $4, $5, $6, $7)";
pub(crate) const NOTE: &str = "UPDATE refresh_tokens SET recent = $2, used_at = $3 WHERE id = $1";
pub(crate) const ADD_REFRESH: &str = "INSERT INTO refresh_tokens (id, secret_hash, realm, client_id, user_id, \
    organization_id, grant_id, scopes, access_cap, access_lifetime, recent, used_at, dialect, signed_in_at, resource, \
    session_id, rotates, idle_lifetime, expires_at) \
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)";
pub(crate) const ADD_GRANT: &str = "INSERT INTO grants (id, user_id, client_id, organization_id, scopes, offline, \
    refresh_ids, granted_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";

/// Fails when the store has changed one of them.
pub(crate) fn are_the_stores_own() -> super::Fallible<()> {
    let store = [
        include_str!("../../src/refresh.rs"),
        include_str!("../../src/access.rs"),
        include_str!("../../src/redeem.rs"),
        include_str!("../../src/grants.rs"),
    ]
    .map(plain)
    .concat();
    match [LOCK, ADD_ACCESS, NOTE, ADD_REFRESH, ADD_GRANT].into_iter().find(|sql| !store.contains(&plain(sql))) {
        None => Ok(()),
        Some(sql) => Err(format!("the store does not issue this any more, so nothing can be compared: {sql}").into()),
    }
}

/// Without the breaks of lines and literals.
fn plain(text: &str) -> String {
    text.split_whitespace().filter(|word| *word != "\\").collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_bare_statements_are_the_stores_own() {
        assert_eq!(super::are_the_stores_own().map_err(|e| e.to_string()), Ok(()));
    }
}
