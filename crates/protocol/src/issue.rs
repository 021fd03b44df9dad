//! Caps and throttles: how many tokens may live, and how many may be made in a while
//! (accounts-protocol.md decisions 2 to 4 and section 17).

use crate::{
    access_list::AccessList,
    policy::{Policy, Rate},
    time::Timestamp,
    token::TokenId,
};

/// The newest identifiers made under one parent, oldest first, as the parent's row keeps them. Since an
/// identifier carries its time, this is both the list of what lives and the window of a throttle.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Recent(Vec<TokenId>);

impl Recent {
    /// From a row: sixteen bytes each. Bytes that are no whole identifier are dropped.
    pub fn from_bytes(bytes: &[u8]) -> Self {
        Self(bytes.chunks_exact(16).filter_map(|c| c.try_into().ok()).map(TokenId::from_bytes).collect())
    }

    /// As a row keeps it.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.0.iter().flat_map(|id| *id.as_bytes()).collect()
    }

    /// Whether one more may be made now.
    pub fn admits(&self, now: Timestamp, rate: Rate) -> bool {
        rate.admits(self.0.iter().map(TokenId::made_at), now)
    }

    /// How full the throttle is.
    pub fn window(&self, now: Timestamp, rate: Rate) -> Window {
        Window::of(self.0.iter().map(TokenId::made_at), now, rate)
    }

    /// Adds the newest and forgets what is older than the newest `keep`. Returns what was forgotten.
    pub fn push(&mut self, id: TokenId, keep: usize) -> Vec<TokenId> {
        self.0.push(id);
        let over = self.0.len().saturating_sub(keep.max(1));
        self.0.drain(..over).collect()
    }

    /// Takes an identifier out (it was revoked).
    pub fn remove(&mut self, id: &TokenId) {
        self.0.retain(|own| own != id);
    }

    /// How many are listed.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether none is.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The identifiers, oldest first.
    pub fn iter(&self) -> impl Iterator<Item = &TokenId> {
        self.0.iter()
    }
}

/// How full a throttle is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// How many were made in the span before now.
    pub used: usize,
    /// How many it admits.
    pub limit: usize,
    /// When the oldest of them leaves it; `None` when there is none.
    pub frees_at: Option<Timestamp>,
}

impl Window {
    /// Of what was made at these times, in any order.
    pub fn of(made: impl Iterator<Item = Timestamp>, now: Timestamp, rate: Rate) -> Self {
        let (mut used, mut oldest) = (0, None::<Timestamp>);
        for at in made.filter(|at| now.within(*at, rate.window)) {
            used += 1;
            oldest = Some(oldest.map_or(at, |known| known.min(at)));
        }
        Self { used, limit: rate.count, frees_at: oldest.map(|at| at.plus(rate.window)) }
    }
}

/// What a family of tokens obeys from its first token on, whatever the policy becomes later
/// (`spec/decisions.md` 7).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FamilyRules {
    /// Life of each access token, in milliseconds.
    pub access_lifetime_millis: i64,
    /// Live access tokens; the next one evicts the oldest.
    pub access_cap: usize,
}

impl FamilyRules {
    /// The rules a new family begins with.
    pub fn of(policy: &Policy) -> Self {
        Self {
            access_lifetime_millis: i64::try_from(policy.access_token_lifetime.as_millis()).unwrap_or(i64::MAX),
            access_cap: policy.access_tokens_per_refresh_token,
        }
    }

    /// Adds what a refresh made to the family's list, which keeps what lives and what the throttle looks at.
    pub fn add(&self, list: &mut AccessList, id: TokenId, policy: &Policy) {
        list.push(id, self, policy.throttles.then_some(policy.access_token_rate));
    }

    /// When an access token made now ends.
    pub fn access_ends(&self, now: Timestamp) -> Timestamp {
        Timestamp::from_millis(now.millis().saturating_add(self.access_lifetime_millis))
    }

    /// What `expires_in` says: whole seconds.
    pub fn expires_in(&self) -> i64 {
        self.access_lifetime_millis / 1000
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::*;

    use super::*;
    use crate::token::DataCenterByte;

    fn id(millis: i64, n: u8) -> TokenId {
        TokenId::new(Timestamp::from_millis(millis), DataCenterByte(1), [n; 9])
    }

    const TEN_IN_TEN_MINUTES: Rate = Rate::new(10, Duration::from_mins(10));

    #[test]
    fn the_eleventh_in_ten_minutes_waits() {
        let mut recent = Recent::default();
        for n in 0..10_u8 {
            let now = Timestamp::from_millis(i64::from(n) * 1000);
            assert!(recent.admits(now, TEN_IN_TEN_MINUTES));
            recent.push(id(now.millis(), n), 10);
        }
        assert!(!recent.admits(Timestamp::from_millis(9_000), TEN_IN_TEN_MINUTES));
        assert!(!recent.admits(Timestamp::from_millis(599_999), TEN_IN_TEN_MINUTES));
        assert!(recent.admits(Timestamp::from_millis(600_000), TEN_IN_TEN_MINUTES), "the first fell out");
    }

    #[test]
    fn a_clock_set_back_does_not_jam_the_throttle() {
        let mut recent = Recent::default();
        for n in 0..10 {
            recent.push(id(3_600_000, n), 10);
        }
        assert!(recent.admits(Timestamp::from_millis(0), TEN_IN_TEN_MINUTES));
    }

    #[test]
    fn the_next_one_evicts_exactly_the_oldest() {
        let mut recent = Recent::default();
        for n in 0..10 {
            assert!(recent.push(id(i64::from(n), n), 10).is_empty());
        }
        assert_eq!(recent.push(id(10, 10), 10), vec![id(0, 0)]);
    }

    proptest! {
        #[test]
        fn goes_to_bytes_and_back(ids in proptest::collection::vec(any::<[u8; 16]>(), 0..20)) {
            let recent = Recent(ids.into_iter().map(TokenId::from_bytes).collect());
            prop_assert_eq!(Recent::from_bytes(&recent.to_bytes()), recent);
        }

        #[test]
        fn never_more_than_the_cap(cap in 1..20_usize, pushes in 0..60_u8) {
            let mut recent = Recent::default();
            for n in 0..pushes {
                recent.push(id(i64::from(n), n), cap);
            }
            prop_assert!(recent.len() <= cap);
        }
    }
}
