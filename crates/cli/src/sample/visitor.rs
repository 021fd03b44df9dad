//! Visitors: what is remembered of each browser while the application runs, and the cookie it is known by.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};

use axum::http::{HeaderMap, header};
use grantor_client::{NoEntropy, PendingAuthorization, Secret, UserInfo, random_word};

use super::desk::Through;
use super::travelled::Step;
use super::view::Contact;

pub(crate) const COOKIE: &str = "zylkerdesk_sid";
/// The least recently seen visitors above this number are forgotten.
const MOST_VISITORS: usize = 1_000;
/// Tabs that may be on their way through the accounts server at once.
const MOST_PENDING: usize = 8;
/// Steps that are shown.
const MOST_STEPS: usize = 30;

/// A sentence or two about what just happened.
#[derive(Clone, Debug)]
pub(crate) struct Notice {
    /// Whether it is a problem; problems are announced.
    pub(crate) problem: bool,
    pub(crate) title: String,
    pub(crate) text: String,
}

impl Notice {
    pub(crate) fn good(title: impl Into<String>, text: impl Into<String>) -> Self {
        Self { problem: false, title: title.into(), text: text.into() }
    }

    pub(crate) fn problem(title: impl Into<String>, text: impl Into<String>) -> Self {
        Self { problem: true, title: title.into(), text: text.into() }
    }
}

/// One browser.
pub(crate) struct Visitor {
    /// Every form must carry it.
    pub(crate) csrf: Secret,
    pub(crate) notice: Option<Notice>,
    pub(crate) user: Option<UserInfo>,
    /// The contacts, or why there are none.
    pub(crate) contacts: Option<Result<Vec<Contact>, String>>,
    pub(crate) steps: VecDeque<Step>,
    pending: VecDeque<(PendingAuthorization, Through)>,
    seen: u64,
}

impl Visitor {
    fn new() -> Result<Self, NoEntropy> {
        let csrf = random_word()?;
        Ok(Self {
            csrf,
            notice: None,
            user: None,
            contacts: None,
            steps: VecDeque::new(),
            pending: VecDeque::new(),
            seen: 0,
        })
    }

    pub(crate) fn travelled(&mut self, step: Step) {
        if self.steps.len() >= MOST_STEPS {
            self.steps.pop_front();
        }
        self.steps.push_back(step);
    }

    /// Remembers a link that was opened; several tabs may have one each.
    pub(crate) fn wait_for(&mut self, pending: PendingAuthorization, through: Through) {
        if self.pending.len() >= MOST_PENDING {
            self.pending.pop_front();
        }
        self.pending.push_back((pending, through));
    }

    /// Takes the link that a callback's `state` belongs to; it works once.
    pub(crate) fn take_pending(&mut self, state: &Secret) -> Option<(PendingAuthorization, Through)> {
        let at = self.pending.iter().position(|(pending, _)| pending.state.matches(state.expose()))?;
        self.pending.remove(at)
    }

    /// Forgets the connection, not what travelled.
    pub(crate) fn disconnected(&mut self) {
        self.user = None;
        self.contacts = None;
    }
}

/// All visitors, by the random word in their cookie.
#[derive(Default)]
pub(crate) struct Visitors {
    table: Mutex<Table>,
}

#[derive(Default)]
struct Table {
    by_sid: HashMap<String, Visitor>,
    /// Counts visits; the visitor with the lowest mark was away longest.
    visits: u64,
}

/// A visit: who came, and what has to be done about it.
pub(crate) struct Visit {
    pub(crate) sid: String,
    /// The browser does not have the cookie yet.
    pub(crate) is_new: bool,
    /// A visitor who was forgotten to make room; the tokens go too.
    pub(crate) forgotten: Option<String>,
}

impl Visitors {
    /// Who this is by the cookie; a browser without a known one becomes a new visitor under a word of ours, never its own.
    pub(crate) fn visit(&self, headers: &HeaderMap) -> Result<Visit, NoEntropy> {
        let mut table = self.lock();
        table.visits += 1;
        let now = table.visits;
        for sid in sids(headers) {
            if let Some(visitor) = table.by_sid.get_mut(sid) {
                visitor.seen = now;
                return Ok(Visit { sid: sid.to_owned(), is_new: false, forgotten: None });
            }
        }
        let mut forgotten = None;
        if table.by_sid.len() >= MOST_VISITORS {
            forgotten = table.by_sid.iter().min_by_key(|(_, visitor)| visitor.seen).map(|(sid, _)| sid.clone());
            if let Some(sid) = &forgotten {
                table.by_sid.remove(sid);
            }
        }
        let sid = random_word()?.expose().to_owned();
        table.by_sid.insert(sid.clone(), Visitor { seen: now, ..Visitor::new()? });
        Ok(Visit { sid, is_new: true, forgotten })
    }

    /// Looks at or changes a visitor; `None` when forgotten meanwhile.
    pub(crate) fn change<T>(&self, sid: &str, change: impl FnOnce(&mut Visitor) -> T) -> Option<T> {
        self.lock().by_sid.get_mut(sid).map(change)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The values of our cookie; a browser may send more than one.
fn sids(headers: &HeaderMap) -> impl Iterator<Item = &str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().strip_prefix(COOKIE)?.strip_prefix('='))
}
