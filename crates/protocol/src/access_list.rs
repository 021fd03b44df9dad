//! The access tokens of one family, as its refresh token's row lists them: which of them live, and how many were
//! made in a while (accounts-protocol.md decisions 2 and 4; `spec/decisions.md` 21).

use std::time::Duration;

use crate::{
    issue::{FamilyRules, Window},
    policy::Rate,
    time::Timestamp,
    token::TokenId,
};

/// The token that came with the code: it lives like any other, but no refresh made it, so the throttle of refreshes
/// does not count it.
const CAME_WITH_THE_CODE: u8 = 0x80;
/// It was revoked, or newer ones took its place. The throttle still counts it, so that nobody gets around the
/// throttle by revoking.
const ENDED: u8 = 0x40;
/// The marks lie in the two highest bits of an identifier's time, which is zero there until the year 4199.
const MARKS: u8 = CAME_WITH_THE_CODE | ENDED;
/// A row has room for a multiple of this many entries. A row that grew by each refresh would split its page, and a
/// store writes several pages then instead of one.
const STRIDE: usize = 4;
/// No identifier, only room for one.
const ROOM: [u8; 16] = [0; 16];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Entry {
    id: TokenId,
    marks: u8,
}

impl Entry {
    fn read(bytes: &[u8]) -> Option<Self> {
        let mut bytes: [u8; 16] = bytes.try_into().ok().filter(|bytes| *bytes != ROOM)?;
        let mut marks = 0;
        for first in bytes.iter_mut().take(1) {
            marks = *first & MARKS;
            *first &= !MARKS;
        }
        Some(Self { id: TokenId::from_bytes(bytes), marks })
    }

    fn bytes(self) -> [u8; 16] {
        let mut bytes = *self.id.as_bytes();
        for first in bytes.iter_mut().take(1) {
            *first |= self.marks;
        }
        bytes
    }

    const fn lives(self) -> bool {
        self.marks & ENDED == 0
    }

    const fn counts(self) -> bool {
        self.marks & CAME_WITH_THE_CODE == 0
    }
}

/// Access tokens of one family, oldest first. Since an identifier carries its time, this is both the list of what
/// lives and the window of the throttle.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AccessList(Vec<Entry>);

impl AccessList {
    /// A family begins with the token that came with its code.
    pub fn begin(with_the_code: TokenId) -> Self {
        Self(vec![Entry { id: with_the_code, marks: CAME_WITH_THE_CODE }])
    }

    /// From a row: sixteen bytes each. Bytes that are no whole identifier, or only room for one, are dropped.
    pub fn from_bytes(bytes: &[u8]) -> Self {
        Self(bytes.chunks_exact(16).filter_map(Entry::read).collect())
    }

    /// As a row keeps it: with room, so that the row seldom changes its length.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes: Vec<u8> = self.0.iter().flat_map(|entry| entry.bytes()).collect();
        bytes.resize(self.0.len().next_multiple_of(STRIDE) * ROOM.len(), 0);
        bytes
    }

    /// Whether one more refresh may be answered now.
    pub fn admits(&self, now: Timestamp, rate: Rate) -> bool {
        rate.admits(self.0.iter().filter(|e| e.counts()).map(|e| e.id.made_at()), now)
    }

    /// How full the throttle of refreshes is.
    pub fn window(&self, now: Timestamp, rate: Rate) -> Window {
        Window::of(self.0.iter().filter(|e| e.counts()).map(|e| e.id.made_at()), now, rate)
    }

    /// Adds what a refresh made just now. Of the living, the newest [`FamilyRules::access_cap`] stay alive; who is
    /// evicted never comes back. Forgets who neither lives nor matters to the throttle `counted`: it looks at the newest
    /// [`Rate::count`] of a while.
    pub fn push(&mut self, id: TokenId, rules: &FamilyRules, counted: Option<Rate>) {
        let now = id.made_at();
        let aged = |entry: &Entry| now.millis().saturating_sub(entry.id.made_at().millis());
        self.0.push(Entry { id, marks: 0 });
        let mut living = 0;
        for entry in self.0.iter_mut().rev().filter(|entry| entry.lives()) {
            living += 1;
            if living > rules.access_cap.max(1) {
                entry.marks |= ENDED;
            }
        }
        let (count, memory) = counted.map_or((0, Duration::ZERO), |rate| (rate.count, rate.memory()));
        let memory = i64::try_from(memory.as_millis()).unwrap_or(i64::MAX);
        let mut kept: Vec<Entry> = Vec::with_capacity(self.0.len());
        let mut seen = 0;
        for entry in self.0.iter().rev() {
            seen += usize::from(entry.counts());
            let alive = entry.lives() && aged(entry) < rules.access_lifetime_millis;
            if alive || (entry.counts() && seen <= count && aged(entry) < memory) {
                kept.push(*entry);
            }
        }
        kept.reverse();
        self.0 = kept;
    }

    /// Whether `id` is one of the newest `cap` living ones.
    pub fn lives(&self, id: &TokenId, cap: usize) -> bool {
        self.0.iter().rev().filter(|e| e.lives()).take(cap).any(|e| e.id == *id)
    }

    /// Those that live, oldest first.
    pub fn living(&self) -> impl Iterator<Item = &TokenId> {
        self.0.iter().filter(|e| e.lives()).map(|e| &e.id)
    }

    /// The one made last, whether it lives or not.
    pub fn newest(&self) -> Option<TokenId> {
        self.0.last().map(|entry| entry.id)
    }

    /// Notes that one was revoked: it leaves its place to the next. True when it was alive.
    pub fn end(&mut self, id: &TokenId) -> bool {
        match self.0.iter_mut().find(|e| e.lives() && e.id == *id) {
            Some(entry) => {
                entry.marks |= ENDED;
                true
            }
            None => false,
        }
    }

    /// How many are listed, living or not.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether none is.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::token::DataCenterByte;

    fn id(millis: i64, n: u8) -> TokenId {
        TokenId::new(Timestamp::from_millis(millis), DataCenterByte(1), [n; 9])
    }

    const RATE: Rate = Rate::new(10, Duration::from_mins(10));
    const HOUR: i64 = 3_600_000;

    /// Tokens live an hour; so many at a time.
    const fn cap(access_cap: usize) -> FamilyRules {
        FamilyRules { access_lifetime_millis: HOUR, access_cap }
    }

    const NOW: Timestamp = Timestamp::from_millis(5000);

    #[test]
    fn the_token_that_came_with_the_code_lives_but_is_no_refresh() {
        let mut list = AccessList::begin(id(5000, 0));
        for n in 1..=10 {
            assert!(list.admits(NOW, RATE), "refresh {n}");
            list.push(id(5000, n), &cap(10), Some(RATE));
            assert_eq!(list.lives(&id(5000, 0), 10), n < 10, "of eleven the first is evicted");
        }
        assert!(!list.admits(NOW, RATE), "the eleventh refresh");
        assert_eq!(list.len(), 10);
    }

    #[test]
    fn a_revoked_token_leaves_its_place_but_stays_a_refresh() {
        let mut list = AccessList::begin(id(5000, 0));
        for n in 1..=9 {
            list.push(id(5000, n), &cap(10), Some(RATE));
        }
        assert!(list.end(&id(5000, 5)) && !list.end(&id(5000, 5)) && !list.end(&id(5000, 77)));
        assert!(!list.lives(&id(5000, 5), 10));
        list.push(id(5000, 10), &cap(10), Some(RATE));
        assert!(list.lives(&id(5000, 0), 10), "its place was free");
        assert!(!list.admits(NOW, RATE));
    }

    #[test]
    fn who_was_evicted_does_not_come_back_when_another_is_revoked() {
        let mut list = AccessList::begin(id(0, 0));
        for n in 1..=5 {
            list.push(id(i64::from(n), n), &cap(3), Some(RATE));
        }
        assert!(list.end(&id(5, 5)));
        let living: Vec<u8> = (0..=5).filter(|n| list.lives(&id(i64::from(*n), *n), 3)).collect();
        assert_eq!(living, [3, 4]);
    }

    #[test]
    fn without_a_throttle_only_the_living_are_kept() {
        let mut list = AccessList::begin(id(0, 0));
        for n in 1..=50 {
            list.push(id(i64::from(n), n), &cap(4), None);
            assert!(list.len() <= 4);
        }
        assert!(list.lives(&id(47, 47), 4) && !list.lives(&id(46, 46), 4));
    }

    #[test]
    fn the_window_says_how_many_and_until_when() {
        let mut list = AccessList::begin(id(1000, 0));
        assert_eq!(list.window(NOW, RATE), Window { used: 0, limit: 10, frees_at: None });
        for n in 1..=3 {
            list.push(id(1000 * i64::from(n), n), &cap(10), Some(RATE));
        }
        let frees_at = Some(Timestamp::from_millis(601_000));
        assert_eq!(list.window(NOW, RATE), Window { used: 3, limit: 10, frees_at });
        let later = Timestamp::from_millis(602_500);
        let frees_at = Some(Timestamp::from_millis(603_000));
        assert_eq!(list.window(later, RATE), Window { used: 1, limit: 10, frees_at });
    }

    #[test]
    fn a_clock_set_back_does_not_jam_the_throttle() {
        let mut list = AccessList::default();
        for n in 0..10 {
            list.push(id(HOUR, n), &cap(10), Some(RATE));
        }
        assert!(list.admits(Timestamp::from_millis(0), RATE));
    }

    #[test]
    fn who_expired_is_forgotten_but_never_while_the_throttle_looks() {
        let short = FamilyRules { access_lifetime_millis: 60_000, access_cap: 10 };
        let mut list = AccessList::begin(id(0, 0));
        list.push(id(59_999, 1), &short, Some(RATE));
        assert_eq!(list.len(), 2, "the first lives for a millisecond");
        list.push(id(60_000, 2), &short, Some(RATE));
        assert_eq!(list.len(), 2, "it expired, and was no refresh");
        list.push(id(500_000, 3), &short, Some(RATE));
        assert_eq!(list.len(), 3, "dead, but refreshes of the last ten minutes");
        assert_eq!(list.window(Timestamp::from_millis(500_000), RATE).used, 3);
        list.push(id(10 * HOUR, 4), &short, Some(RATE));
        assert_eq!(list.len(), 1);
    }

    #[test]
    fn an_hourly_refresh_never_changes_the_length_of_the_row() {
        let mut list = AccessList::begin(id(0, 0));
        let first = list.to_bytes().len();
        for hour in 1..50_u8 {
            list.push(id(HOUR * i64::from(hour), hour), &cap(10), Some(RATE));
            assert_eq!(list.to_bytes().len(), first);
        }
    }

    proptest! {
        #[test]
        fn goes_to_bytes_and_back(made in proptest::collection::vec((0..i64::MAX >> 20, any::<u8>(), any::<bool>()), 0..20)) {
            let mut list = AccessList::begin(id(1, 0));
            for (millis, n, ends) in made {
                list.push(id(millis, n), &cap(10), Some(RATE));
                if ends {
                    list.end(&id(millis, n));
                }
            }
            prop_assert_eq!(AccessList::from_bytes(&list.to_bytes()), list);
        }

        #[test]
        fn bytes_of_anybody_are_read(bytes in proptest::collection::vec(any::<u8>(), 0..100)) {
            let given = bytes.chunks_exact(16).filter(|chunk| *chunk != ROOM).count();
            prop_assert_eq!(AccessList::from_bytes(&bytes).len(), given);
        }

        #[test]
        fn never_more_alive_than_the_cap(most in 1..20_usize, counted in 0..20_usize, pushes in 0..60_u8) {
            let mut list = AccessList::default();
            for n in 0..pushes {
                list.push(id(i64::from(n), n), &cap(most), Some(Rate::new(counted, RATE.window)));
                let living = (0..=n).filter(|n| list.lives(&id(i64::from(*n), *n), usize::MAX)).count();
                prop_assert_eq!(living, most.min(usize::from(n) + 1));
                prop_assert!(list.len() <= most.max(counted));
            }
        }
    }
}
