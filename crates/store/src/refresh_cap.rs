//! How many refresh tokens of a user, client and organization live: the next one ends the oldest, or is refused
//! (accounts-protocol.md decision 3 and section 17).

use grantor_protocol::{
    issue::Recent,
    policy::{Policy, RefreshTokenCap},
    time::Timestamp,
    token::TokenId,
};

use crate::{AuditEvent, AuditTrail, Concerning, Fullness, StoreError, Tx, rotation::Turns};

impl Tx<'_> {
    /// Whether one more may live beside those that are listed, or may end one of them. Where it may not, what ended by
    /// itself (a rotating one that lay unused or grew too old) is taken off the list first.
    pub(crate) fn has_room(
        &mut self,
        listed: &mut Recent,
        policy: &Policy,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let most = policy.refresh_tokens_per_user_and_client;
        if policy.refresh_token_cap == RefreshTokenCap::Evict || listed.len() < most {
            return Ok(true);
        }
        let ids: Vec<TokenId> = listed.iter().copied().collect();
        for id in ids {
            let found = self.one(
                "SELECT rotates, generation, previous_hash, rotated_at, idle_lifetime, expires_at, used_at
                 FROM refresh_tokens WHERE id = $1 AND revoked_at IS NULL",
                &[id.as_bytes().into()],
                |row| Ok((Turns::read(row, 0)?, Timestamp::from_millis(row.int(6)?))),
            )?;
            if found.is_none_or(|(turns, used_at)| turns.is_some_and(|turns| turns.over(used_at, now))) {
                listed.remove(&id);
            }
        }
        Ok(listed.len() < most)
    }

    /// Lists the new refresh token in its grant; the 21st evicts the oldest, whose access tokens die with it.
    #[expect(clippy::too_many_arguments, reason = "one step's facts, used once")]
    pub(crate) fn keep_refresh_cap(
        &mut self,
        concerning: Concerning<'_>,
        grant_id: TokenId,
        mut live: Recent,
        newest: TokenId,
        policy: &Policy,
        trail: &AuditTrail,
        now: Timestamp,
    ) -> Result<Fullness, StoreError> {
        let evicted = live.push(newest, policy.refresh_tokens_per_user_and_client);
        self.execute(
            "UPDATE grants SET refresh_ids = $2 WHERE id = $1",
            &[grant_id.as_bytes().into(), (&live.to_bytes()).into()],
        )?;
        let (mut marks, mut gone) = (Vec::new(), Vec::new());
        let because = format!("evicted by {}", newest.mark());
        for victim in evicted {
            if self.end_refresh_token(victim, &because, now)? {
                marks.push(victim.mark());
                gone.push(victim);
            }
        }
        if !marks.is_empty() {
            let detail = format!("{} evicted by {}", marks.join(", "), newest.mark());
            self.audit(trail, AuditEvent::RefreshTokenEvicted, concerning, &detail)?;
        }
        let (refresh_tokens, oldest) = (live.len(), live.iter().next().copied());
        Ok(Fullness { refresh_tokens, oldest, evicted: gone, in_window: 0 })
    }
}
