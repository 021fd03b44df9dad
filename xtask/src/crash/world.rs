//! What the oracle knows: every code, refresh token and access token it was given, and every request that may have
//! changed them, each with the span of time in which it happened.

use std::sync::{Mutex, MutexGuard};

/// A tick of the oracle's own clock: the order of what it did and saw.
type Moment = u64;

macro_rules! index {
    ($(#[$about:meta] $name:ident),* $(,)?) => {
        $(
            #[$about]
            #[derive(Debug, Clone, Copy, PartialEq, Eq)]
            pub(crate) struct $name(pub(crate) usize);
        )*
    };
}
index! {
    /// A request.
    SpanId,
    /// A refresh token with the access tokens that hang from it.
    FamilyId,
    /// An access token.
    AccessId,
    /// An authorization code.
    CodeId,
}

/// When a request may have taken effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Span {
    began: Moment,
    end: End,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Open,
    Answered(Moment),
    /// The server was killed before it answered: done or not done, but not later than this.
    Lost(Moment),
}

impl Span {
    pub(crate) fn is_answered(self) -> bool {
        matches!(self.end, End::Answered(_))
    }

    fn latest(self) -> Moment {
        match self.end {
            End::Open => Moment::MAX,
            End::Answered(at) | End::Lost(at) => at,
        }
    }

    pub(crate) fn is_open(self) -> bool {
        self.end == End::Open
    }

    /// Was it over before the other began?
    pub(crate) fn is_before(self, other: Self) -> bool {
        self.latest() < other.began
    }
}

#[derive(Debug)]
pub(crate) struct Family {
    pub(crate) person: usize,
    pub(crate) token: String,
    pub(crate) born: SpanId,
    /// Every request that may have added an access token, with the token when it was answered.
    pub(crate) issues: Vec<(SpanId, Option<AccessId>)>,
    pub(crate) revokes: Vec<SpanId>,
    /// The server has refused it once: then for ever.
    pub(crate) is_seen_dead: bool,
}

#[derive(Debug)]
pub(crate) struct Access {
    pub(crate) token: String,
    pub(crate) family: Option<FamilyId>,
    pub(crate) born: SpanId,
    pub(crate) revokes: Vec<SpanId>,
    pub(crate) is_seen_dead: bool,
    /// How often it was found as dead as it must be; after a few times nobody asks again.
    pub(crate) confirmed: u32,
}

#[derive(Debug)]
pub(crate) struct Code {
    pub(crate) person: usize,
    pub(crate) text: String,
    /// Made with a consent that was shown, for offline access: its exchange begins a family.
    pub(crate) is_offline: bool,
    pub(crate) tries: Vec<(SpanId, Try)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Try {
    Unanswered,
    Redeemed,
    Refused,
}

/// Everything that is known.
#[derive(Debug)]
pub(crate) struct World {
    clock: Moment,
    spans: Vec<Span>,
    pub(crate) families: Vec<Family>,
    pub(crate) accesses: Vec<Access>,
    pub(crate) codes: Vec<Code>,
    /// Per person every request that may have begun a family, with the family when it was answered.
    pub(crate) births: Vec<Vec<(SpanId, Option<FamilyId>)>>,
}

/// The world, whatever happened to other threads.
pub(crate) fn locked(world: &Mutex<World>) -> MutexGuard<'_, World> {
    world.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

impl World {
    pub(crate) fn new() -> Self {
        let births = super::server::PEOPLE.map(|_| Vec::new()).into();
        Self { clock: 0, spans: Vec::new(), families: Vec::new(), accesses: Vec::new(), codes: Vec::new(), births }
    }

    fn tick(&mut self) -> Moment {
        self.clock += 1;
        self.clock
    }

    /// A request is about to be sent.
    pub(crate) fn begin(&mut self) -> SpanId {
        let began = self.tick();
        self.spans.push(Span { began, end: End::Open });
        SpanId(self.spans.len() - 1)
    }

    /// It was answered.
    pub(crate) fn end(&mut self, id: SpanId) {
        let now = self.tick();
        if let Some(span) = self.spans.get_mut(id.0) {
            span.end = End::Answered(now);
        }
    }

    /// The server is dead: what is still open was lost. How many are there?
    pub(crate) fn lose_unanswered(&mut self) -> usize {
        let now = self.tick();
        let open = self.spans.iter_mut().filter(|span| span.end == End::Open);
        open.map(|span| span.end = End::Lost(now)).count()
    }

    pub(crate) fn span(&self, id: SpanId) -> Span {
        // An unknown id cannot be made outside this file.
        self.spans.get(id.0).copied().unwrap_or(Span { began: 0, end: End::Open })
    }

    pub(crate) fn family_ids(&self) -> impl Iterator<Item = FamilyId> + use<> {
        (0..self.families.len()).map(FamilyId)
    }

    pub(crate) fn access_ids(&self) -> impl Iterator<Item = AccessId> + use<> {
        (0..self.accesses.len()).map(AccessId)
    }

    pub(crate) fn code_ids(&self) -> impl Iterator<Item = CodeId> + use<> {
        (0..self.codes.len()).map(CodeId)
    }

    pub(crate) fn family(&self, id: FamilyId) -> Option<&Family> {
        self.families.get(id.0)
    }

    pub(crate) fn access(&self, id: AccessId) -> Option<&Access> {
        self.accesses.get(id.0)
    }

    pub(crate) fn code(&self, id: CodeId) -> Option<&Code> {
        self.codes.get(id.0)
    }

    pub(crate) fn add_access(&mut self, token: String, family: Option<FamilyId>, born: SpanId) -> AccessId {
        let access = Access { token, family, born, revokes: Vec::new(), is_seen_dead: false, confirmed: 0 };
        self.accesses.push(access);
        AccessId(self.accesses.len() - 1)
    }

    pub(crate) fn add_family(&mut self, person: usize, token: String, born: SpanId) -> FamilyId {
        let family = Family { person, token, born, issues: Vec::new(), revokes: Vec::new(), is_seen_dead: false };
        self.families.push(family);
        FamilyId(self.families.len() - 1)
    }
}
