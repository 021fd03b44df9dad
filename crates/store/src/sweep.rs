//! Removing what is dead, a bounded slice at a time: expired rows lie together because their keys order by
//! time (`spec/decisions.md` 1).

use std::time::Duration;

use grantor_protocol::{policy::Policy, time::Timestamp, token::TokenId};

use crate::{StoreError, Tx, mail_links::MAIL_LINK_LIFETIME};

/// How long an interaction may take before its code is made: the life of a seal.
pub const INTERACTION_LIFETIME: Duration = Duration::from_mins(30);

/// How long a revoked refresh token's row stays, so that revoking it again still succeeds.
pub const REVOKED_MEMORY: Duration = Duration::from_hours(24 * 30);

impl Tx<'_> {
    /// Removes at most `slice` rows of each kind that nobody can miss any more. Returns how many went; a
    /// full slice means there may be more.
    pub fn sweep(&mut self, policy: &Policy, slice: i64, now: Timestamp) -> Result<u64, StoreError> {
        let longest_code = policy.code_lifetime.max(policy.portal_code_lifetime).max(policy.device_code_lifetime);
        let enhancements_until = now.minus(policy.enhancement_token_lifetime.max(Policy::CODE_MEMORY));
        let codes_until = now.minus(Policy::CODE_MEMORY).minus(INTERACTION_LIFETIME).minus(longest_code);
        // Refresh tokens before codes: the order in which every step takes its locks.
        let mut gone = self.execute(
            "DELETE FROM refresh_tokens WHERE id IN
             (SELECT id FROM refresh_tokens WHERE revoked_at IS NOT NULL AND revoked_at < $1 LIMIT $2)",
            &[now.minus(REVOKED_MEMORY).millis().into(), slice.into()],
        )?;
        gone += self.execute(
            "DELETE FROM refresh_tokens WHERE id IN
             (SELECT id FROM refresh_tokens WHERE expires_at > 0 AND expires_at < $1 LIMIT $2)",
            &[now.minus(REVOKED_MEMORY).millis().into(), slice.into()],
        )?;
        gone += self.execute(
            "DELETE FROM assertions WHERE (client_id, assertion_id) IN
             (SELECT client_id, assertion_id FROM assertions WHERE expires_at < $1 LIMIT $2)",
            &[now.millis().into(), slice.into()],
        )?;
        gone += self.execute(
            "DELETE FROM codes WHERE id IN (SELECT id FROM codes WHERE id < $1 ORDER BY id LIMIT $2)",
            &[TokenId::first_of(codes_until).as_bytes().into(), slice.into()],
        )?;
        gone += self.execute(
            "DELETE FROM access_tokens WHERE id IN
             (SELECT id FROM access_tokens WHERE id < $1 AND expires_at <= $2 ORDER BY id LIMIT $3)",
            &[
                TokenId::first_of(now.minus(policy.access_token_lifetime)).as_bytes().into(),
                now.millis().into(),
                slice.into(),
            ],
        )?;
        gone += self.execute(
            "DELETE FROM enhancements WHERE id IN (SELECT id FROM enhancements WHERE id < $1 ORDER BY id LIMIT $2)",
            &[TokenId::first_of(enhancements_until).as_bytes().into(), slice.into()],
        )?;
        gone += self.execute(
            "DELETE FROM browser_sessions WHERE id IN (SELECT id FROM browser_sessions WHERE id < $1 ORDER BY id LIMIT $2)",
            &[TokenId::first_of(now.minus(policy.session_lifetime)).as_bytes().into(), slice.into()],
        )?;
        gone += self.execute(
            "DELETE FROM session_grants WHERE session_id IN (SELECT session_id FROM session_grants WHERE session_id < $1
             ORDER BY session_id LIMIT $2)",
            &[TokenId::first_of(now.minus(policy.session_lifetime)).as_bytes().into(), slice.into()],
        )?;
        gone += self.sweep_invitations(now.minus(REVOKED_MEMORY), slice)?;
        gone += self.execute(
            "DELETE FROM mail_links WHERE id IN (SELECT id FROM mail_links WHERE id < $1 ORDER BY id LIMIT $2)",
            &[TokenId::first_of(now.minus(MAIL_LINK_LIFETIME)).as_bytes().into(), slice.into()],
        )?;
        Ok(gone)
    }
}
