//! What must be true of an object, given what was acknowledged and what may have happened. Pure: the oracle's heart.

use super::world::{Access, AccessId, CodeId, FamilyId, SpanId, Try, World};

/// Access tokens of one refresh token that live at once; the next evicts the oldest.
pub(crate) const ACCESS_CAP: usize = 10;
/// Refresh tokens of one person and client that live at once; the next evicts the oldest.
pub(crate) const REFRESH_CAP: usize = 6;

/// What must be true.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    Alive,
    Dead,
    /// A request was lost, or two overlapped: both are right.
    Either,
}

impl World {
    /// Must this refresh token work?
    pub(crate) fn family_fate(&self, id: FamilyId) -> Fate {
        let Some(family) = self.family(id) else { return Fate::Dead };
        if family.is_seen_dead {
            return Fate::Dead;
        }
        let births = self.births.get(family.person).map(Vec::as_slice).unwrap_or_default();
        let keeps_slot = |other: &FamilyId| self.family(*other).is_some_and(|other| other.revokes.is_empty());
        worse(self.revoked(&family.revokes), self.evicted(family.born, births, REFRESH_CAP, keeps_slot))
    }

    /// Must this access token work?
    pub(crate) fn access_fate(&self, id: AccessId) -> Fate {
        let Some(access) = self.access(id) else { return Fate::Dead };
        if access.is_seen_dead {
            Fate::Dead
        } else {
            worse(self.revoked(&access.revokes), self.access_fate_unrevoked(access))
        }
    }

    /// Its fate but for requests that revoked the token itself: eviction, and what befell its refresh token.
    pub(crate) fn access_fate_unrevoked(&self, access: &Access) -> Fate {
        let Some(id) = access.family else { return Fate::Alive };
        let issues = self.family(id).map(|family| family.issues.as_slice()).unwrap_or_default();
        let keeps_slot = |other: &AccessId| self.access(*other).is_some_and(|other| other.revokes.is_empty());
        worse(self.family_fate(id), self.evicted(access.born, issues, ACCESS_CAP, keeps_slot))
    }

    /// Must this code be redeemable?
    pub(crate) fn code_fate(&self, id: CodeId) -> Fate {
        let Some(code) = self.code(id) else { return Fate::Dead };
        if code.tries.iter().any(|(_, outcome)| *outcome != Try::Unanswered) {
            Fate::Dead
        } else if code.tries.is_empty() {
            Fate::Alive
        } else {
            Fate::Either
        }
    }

    fn revoked(&self, revokes: &[SpanId]) -> Fate {
        if revokes.iter().any(|id| self.span(*id).is_answered()) {
            Fate::Dead
        } else if revokes.is_empty() {
            Fate::Alive
        } else {
            Fate::Either
        }
    }

    /// Has what was born at `born` been pushed out by later ones? Surely not, when fewer than `cap` others can have come
    /// later; surely, when at least `cap` have come later and still hold their slots.
    fn evicted<T>(
        &self,
        born: SpanId,
        all: &[(SpanId, Option<T>)],
        cap: usize,
        keeps_slot: impl Fn(&T) -> bool,
    ) -> Fate {
        let birth = self.span(born);
        let others = || all.iter().filter(|(id, _)| *id != born);
        let perhaps = others().filter(|(id, _)| !self.span(*id).is_before(birth)).count();
        if perhaps < cap {
            return Fate::Alive;
        }
        let surely = others().filter(|(id, object)| {
            let later = self.span(*id);
            later.is_answered() && birth.is_before(later) && object.as_ref().is_some_and(&keeps_slot)
        });
        if surely.count() >= cap { Fate::Dead } else { Fate::Either }
    }
}

fn worse(one: Fate, other: Fate) -> Fate {
    match (one, other) {
        (Fate::Dead, _) | (_, Fate::Dead) => Fate::Dead,
        (Fate::Alive, Fate::Alive) => Fate::Alive,
        _ => Fate::Either,
    }
}
