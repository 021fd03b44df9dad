//! Which commits changed what an access token is judged by, so that what was read of one can be used until then. A
//! statement counts as having changed everything unless it is known to change less.

use std::sync::atomic::{AtomicU64, Ordering};

use super::note::Note;
use super::param::Param;

/// What access tokens are judged by: the tables of the look-up in `access.rs`.
pub(crate) const WATCHED: [&str; 7] =
    ["access_tokens", "refresh_tokens", "grants", "users", "organizations", "memberships", "portals"];

/// Tokens share so many marks; a token that is taken for another is read once more.
const MARKS: usize = 1024;

/// What the statements of a transaction changed.
#[derive(Debug, Default)]
pub(crate) struct Changed {
    everything: bool,
    /// The marks of tokens.
    tokens: Vec<usize>,
}

impl Changed {
    /// Takes note of a statement that is about to run.
    pub(super) fn by(&mut self, sql: &str, params: &[Param<'_>]) {
        match (reach(sql), params.first()) {
            (Reach::Nothing, _) => {}
            (Reach::Token, Some(Param::Blob(id))) => self.tokens.push(mark(id)),
            (Reach::Token | Reach::Everything, _) => self.everything = true,
        }
    }

    fn is_nothing(&self) -> bool {
        !self.everything && self.tokens.is_empty()
    }
}

/// What a statement can change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reach {
    /// Nothing of a token that was alive.
    Nothing,
    /// The token, or family of tokens, whose id is `$1`.
    Token,
    /// Any token.
    Everything,
}

fn reach(sql: &str) -> Reach {
    let mut words = sql.split_ascii_whitespace();
    let watched = |table: Option<&str>| table.is_none_or(|name| WATCHED.contains(&name));
    match words.next() {
        Some("SELECT") => Reach::Nothing,
        // A row that is new takes nothing from a token that was alive without it.
        Some("INSERT") if words.next() == Some("INTO") => {
            let table = words.next();
            if watched(table) && sql.contains("DO UPDATE") { Reach::Everything } else { Reach::Nothing }
        }
        Some("DELETE") if words.next() == Some("FROM") => {
            if watched(words.next()) {
                Reach::Everything
            } else {
                Reach::Nothing
            }
        }
        Some("UPDATE") => match (words.next(), words.next(), words.next()) {
            (Some("access_tokens" | "refresh_tokens"), ..) if of_one_id(sql) => Reach::Token,
            // Which tokens there are, for the caps; who lives is said by the tokens themselves.
            (Some("grants"), _, Some("access_ids" | "refresh_ids")) if !sql.contains(',') => Reach::Nothing,
            (table, ..) if watched(table) => Reach::Everything,
            _ => Reach::Nothing,
        },
        _ => Reach::Everything,
    }
}

/// Whether a statement changes at most the row whose id is `$1`.
fn of_one_id(sql: &str) -> bool {
    let condition = sql.split_once(" WHERE ").and_then(|(_, condition)| condition.strip_prefix("id = $1"));
    condition.is_some_and(|rest| rest.is_empty() || (rest.starts_with(" AND ") && !rest.contains(" OR ")))
}

/// The last bytes of an id are random.
fn mark(id: &[u8]) -> usize {
    let [high, low] = id.last_chunk().copied().unwrap_or_default();
    usize::from(u16::from_be_bytes([high, low])) % MARKS
}

/// The commits of a store that changed something of tokens.
#[derive(Debug)]
pub(crate) struct Changes {
    /// How many this process made.
    commits: AtomicU64,
    /// The number of the last one that may have changed any token …
    everything: AtomicU64,
    /// … and of the last that changed a token with this mark.
    tokens: Box<[AtomicU64]>,
    /// Where other processes tell of theirs.
    note: Note,
    /// This process is such another one.
    beside: bool,
}

/// A moment between commits.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Moment {
    commit: u64,
    note: u64,
}

impl Changes {
    /// `beside`: a server may have the file, and is to be told.
    pub(super) fn new(note: Note, beside: bool) -> Self {
        let never = || AtomicU64::new(0);
        let tokens = (0..MARKS).map(|_| never()).collect();
        Self { commits: never(), everything: never(), tokens, note, beside }
    }

    /// What is read after this call contains every commit before it.
    pub(crate) fn now(&self) -> Moment {
        Moment { commit: self.commits.load(Ordering::SeqCst), note: self.note.number() }
    }

    /// Takes note of a transaction, after its commit and before anybody is told of it.
    pub(super) fn record(&self, changed: &mut Changed) {
        if changed.is_nothing() {
            return;
        }
        let number = self.commits.fetch_add(1, Ordering::SeqCst) + 1;
        if std::mem::take(&mut changed.everything) {
            self.everything.store(number, Ordering::SeqCst);
        }
        for at in changed.tokens.drain(..) {
            if let Some(mark) = self.tokens.get(at) {
                mark.store(number, Ordering::SeqCst);
            }
        }
        if self.beside
            && let Err(error) = self.note.renew()
        {
            // It looks again by itself soon.
            tracing::debug!(%error, "a server that has this file could not be told of a change");
        }
    }

    /// Whether nothing was changed since then that one of these tokens is judged by.
    pub(crate) fn none_since<'i>(&self, moment: Moment, mut ids: impl Iterator<Item = &'i [u8]>) -> bool {
        let later = |changed: &AtomicU64| changed.load(Ordering::SeqCst) > moment.commit;
        !later(&self.everything)
            && ids.all(|id| self.tokens.get(mark(id)).is_some_and(|changed| !later(changed)))
            && self.note.number() == moment.note
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_reaches_as_far_as_it_may() {
        for (wanted, sql) in [
            (Reach::Nothing, "SELECT 1"),
            (Reach::Nothing, "INSERT INTO access_tokens (id) VALUES ($1)"),
            (Reach::Nothing, "INSERT INTO memberships (user_id) VALUES ($1)\n ON CONFLICT (user_id) DO NOTHING"),
            (Reach::Nothing, "INSERT INTO audit (id) VALUES ($1) ON CONFLICT (id) DO UPDATE SET at = $2"),
            (Reach::Nothing, "DELETE FROM codes WHERE id = $1"),
            (Reach::Nothing, "UPDATE codes SET used_at = $2 WHERE id = $1"),
            (Reach::Nothing, "UPDATE grants SET refresh_ids = $2 WHERE id = $1"),
            (Reach::Nothing, "UPDATE grants SET access_ids = $2 WHERE id = $1"),
            (Reach::Token, "UPDATE refresh_tokens SET recent = $2, used_at = $3 WHERE id = $1"),
            (Reach::Token, "UPDATE access_tokens SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL"),
            (Reach::Everything, "UPDATE refresh_tokens SET revoked_at = $2 WHERE grant_id = $1"),
            (Reach::Everything, "UPDATE refresh_tokens SET revoked_at = $2 WHERE id = $10"),
            (Reach::Everything, "UPDATE refresh_tokens SET revoked_at = $2 WHERE id = $1 OR grant_id = $3"),
            (Reach::Everything, "UPDATE refresh_tokens SET revoked_at = $2 WHERE id = $1 AND realm = $3 OR TRUE"),
            (Reach::Everything, "UPDATE grants SET refresh_ids = $2, revoked_at = $3 WHERE id = $1"),
            (Reach::Everything, "UPDATE grants SET revoked_at = $2 WHERE id = $1"),
            (Reach::Everything, "UPDATE users SET disabled = TRUE WHERE id = $1"),
            (Reach::Everything, "INSERT INTO users (id) VALUES ($1) ON CONFLICT (id) DO UPDATE SET disabled = $2"),
            (Reach::Everything, "INSERT OR REPLACE INTO users (id) VALUES ($1)"),
            (Reach::Everything, "DELETE FROM access_tokens WHERE id = $1"),
            (Reach::Everything, "WITH one AS (SELECT 1) DELETE FROM codes"),
            (Reach::Everything, ""),
        ] {
            assert_eq!(reach(sql), wanted, "{sql}");
        }
    }

    #[test]
    fn what_was_read_before_a_change_is_out_of_date_and_no_other() {
        let (changes, mut changed) = (Changes::new(Note::default(), false), Changed::default());
        let (one, other) = ([0, 1], [0, 2]);
        let holds = |moment, ids: &[&[u8]]| changes.none_since(moment, ids.iter().copied());
        let before = changes.now();
        assert!(holds(before, &[&one, &other]));
        changed.by("UPDATE refresh_tokens SET recent = $2 WHERE id = $1", &[Param::Blob(&one)]);
        changes.record(&mut changed);
        assert!(holds(before, &[&other]) && !holds(before, &[&one]) && !holds(before, &[&other, &one]));
        let between = changes.now();
        assert!(holds(between, &[&one]));
        changed.by("UPDATE refresh_tokens SET recent = $2 WHERE id = $1", &[]);
        changes.record(&mut changed);
        assert!(!holds(between, &[&one]) && !holds(between, &[&other]), "an id that is not understood");
        let last = changes.now();
        changed.by("INSERT INTO access_tokens (id) VALUES ($1)", &[Param::Blob(&one)]);
        changes.record(&mut changed);
        assert!(holds(last, &[&one, &other]));
    }

    #[cfg(unix)]
    #[test]
    fn a_change_of_another_process_is_a_change_of_everything() {
        let folder = tempfile::tempdir().unwrap();
        let note = || Note::of(folder.path().join("test.db.lock"));
        let command = Changes::new(note(), true);
        let tell = |sql: &'static str| {
            let mut changed = Changed::default();
            changed.by(sql, &[]);
            command.record(&mut changed);
        };
        tell("DELETE FROM grants");
        let server = Changes::new(note(), false);
        let before = server.now();
        tell("DELETE FROM audit");
        assert!(server.none_since(before, std::iter::empty()));
        tell("DELETE FROM grants");
        assert!(!server.none_since(before, std::iter::empty()));
        assert!(server.none_since(server.now(), std::iter::empty()));
    }
}
