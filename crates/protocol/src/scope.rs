//! Scopes: the grammar of a request's list, the catalog of what exists, and which scope covers which
//! (accounts-protocol.md section 4 and decision 16; `spec/decisions.md` 11).

use std::collections::{HashMap, HashSet};

/// One entry of the catalog.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CatalogScope {
    /// As documented, for example `Service.modules.contacts.READ`.
    pub name: String,
    /// The first part (`Service`), or the whole of a bare scope (`openid`).
    pub service: String,
    /// Whether a grant of it belongs to one organization. The sign-in scopes need none (decision 26).
    pub needs_organization: bool,
}

/// Every scope this server knows.
#[derive(Debug, Clone, Default)]
pub struct Catalog {
    scopes: HashMap<String, CatalogScope>,
}

impl Catalog {
    /// A catalog of these scopes; a later one of the same name replaces an earlier one.
    pub fn new(scopes: impl IntoIterator<Item = CatalogScope>) -> Self {
        Self { scopes: scopes.into_iter().map(|s| (canonical(&s.name), s)).collect() }
    }

    /// Finds a scope by any spelling: letter case and `UPDATE` for `WRITE` do not matter.
    pub fn find(&self, spelling: &str) -> Option<&CatalogScope> {
        self.scopes.get(&canonical(spelling))
    }

    /// Whether a grant of `granted` allows what `wanted` asks: the same scope, `ALL` for any operation of
    /// its group, and a group for its sub-scopes (section 4.1).
    pub fn covers(&self, granted: &str, wanted: &str) -> bool {
        let (granted, wanted) = (canonical(granted), canonical(wanted));
        if granted == wanted {
            return true;
        }
        let (Some((granted_path, granted_operation)), Some((wanted_path, wanted_operation))) =
            (granted.rsplit_once('.'), wanted.rsplit_once('.'))
        else {
            return false;
        };
        let same_group = wanted_path == granted_path
            || wanted_path.strip_prefix(granted_path).is_some_and(|rest| rest.starts_with('.'));
        // A service alone (`Service.ALL`) is not a group of the grammar: it has no scope name.
        granted_path.contains('.')
            && same_group
            && (granted_operation == "all" || granted_operation == wanted_operation)
    }

    /// Whether two scopes have anything in common: one covers the other, or both cover a third (`ALL` of a group and
    /// one operation of the group above it).
    pub fn overlap(&self, one: &str, other: &str) -> bool {
        if self.covers(one, other) || self.covers(other, one) {
            return true;
        }
        let (one, other) = (canonical(one), canonical(other));
        let (Some((one_path, one_operation)), Some((other_path, other_operation))) =
            (one.rsplit_once('.'), other.rsplit_once('.'))
        else {
            return false;
        };
        let within = |outer: &str, inner: &str| {
            outer.contains('.')
                && inner.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        (within(one_path, other_path) || within(other_path, one_path))
            && (one_operation == other_operation || one_operation == "all" || other_operation == "all")
    }

    /// Every entry, in no order.
    pub fn iter(&self) -> impl Iterator<Item = &CatalogScope> {
        self.scopes.values()
    }
}

/// The form scopes are compared in: lower case, `write` for `update`.
pub fn canonical(spelling: &str) -> String {
    let folded = spelling.to_ascii_lowercase();
    match folded.strip_suffix(".update") {
        Some(group) => format!("{group}.write"),
        None => folded,
    }
}

/// Scopes in the order and spelling of a request, each once.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ScopeList(Vec<String>);

/// Why a `scope` value is no list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MalformedList {
    /// Nothing in it.
    Empty,
    /// A space inside a comma list, an empty item, or a character no scope has.
    Item,
    /// More than [`ScopeList::MOST`].
    TooMany,
}

impl ScopeList {
    /// The most items of one request: each is looked up in the catalog.
    pub const MOST: usize = 1_000;

    /// Reads a comma or space separated list. `", "` counts as a comma; any other space in a comma list is
    /// refused. Repetitions are dropped.
    ///
    /// # Errors
    /// [`MalformedList`].
    pub fn read(text: &str) -> Result<Self, MalformedList> {
        let text = text.trim_matches(' ');
        if text.is_empty() {
            return Err(MalformedList::Empty);
        }
        let items: Vec<&str> = if text.contains(',') {
            text.split(',')
                .enumerate()
                .map(|(i, s)| if i == 0 { s } else { s.strip_prefix(' ').unwrap_or(s) })
                .collect()
        } else {
            text.split(' ').filter(|s| !s.is_empty()).collect()
        };
        if items.len() > Self::MOST {
            return Err(MalformedList::TooMany);
        }
        let (mut list, mut seen) = (Self::default(), HashSet::new());
        for item in items {
            let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | ':' | '/');
            if item.is_empty() || item.len() > 200 || !item.chars().all(plain) {
                return Err(MalformedList::Item);
            }
            if seen.insert(canonical(item)) {
                list.0.push(item.to_owned());
            }
        }
        Ok(list)
    }

    /// As kept in a store: space separated.
    pub fn from_stored(text: &str) -> Self {
        Self(text.split(' ').filter(|s| !s.is_empty()).map(str::to_owned).collect())
    }

    /// Adds a scope unless some spelling of it is there.
    pub fn add(&mut self, scope: &str) {
        let wanted = canonical(scope);
        if !self.0.iter().any(|own| canonical(own) == wanted) {
            self.0.push(scope.to_owned());
        }
    }

    /// The scopes, in order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether every scope of `wanted` is covered by one of these.
    pub fn cover_all(&self, catalog: &Catalog, wanted: &Self) -> bool {
        wanted.iter().all(|w| self.iter().any(|own| catalog.covers(own, w)))
    }

    /// Whether one scope is covered.
    pub fn cover(&self, catalog: &Catalog, wanted: &str) -> bool {
        self.iter().any(|own| catalog.covers(own, wanted))
    }
}

impl std::fmt::Display for ScopeList {
    /// Space separated, as answers and stores have it.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (i, scope) in self.iter().enumerate() {
            if i > 0 {
                f.write_str(" ")?;
            }
            f.write_str(scope)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> Result<String, MalformedList> {
        ScopeList::read(text).map(|l| l.to_string())
    }

    #[test]
    fn lists_read_by_comma_or_space() {
        for (text, expected) in [
            ("a.b.READ", Ok("a.b.READ")),
            ("a.b.READ,c.d.ALL", Ok("a.b.READ c.d.ALL")),
            ("a.b.READ, c.d.ALL", Ok("a.b.READ c.d.ALL")),
            ("a.b.READ  c.d.ALL ", Ok("a.b.READ c.d.ALL")),
            ("a.b.READ,A.B.read", Ok("a.b.READ")),
            ("a.b.WRITE a.b.UPDATE", Ok("a.b.WRITE")),
            ("", Err(MalformedList::Empty)),
            ("  ", Err(MalformedList::Empty)),
            ("a.b.READ c.d.ALL,e", Err(MalformedList::Item)),
            ("a.b.READ,  c", Err(MalformedList::Item)),
            ("a,,b", Err(MalformedList::Item)),
            (&"a.b.READ ".repeat(1_001), Err(MalformedList::TooMany)),
            ("a,", Err(MalformedList::Item)),
            ("a<script>", Err(MalformedList::Item)),
        ] {
            assert_eq!(read(text).as_deref(), expected.as_ref().map(|s| *s), "{text:?}");
        }
    }

    #[test]
    fn covering_follows_operation_and_group() {
        let catalog = Catalog::default();
        for (granted, wanted, expected) in [
            ("B.modules.ALL", "B.modules.READ", true),
            ("B.modules.ALL", "B.modules.contacts.READ", true),
            ("B.modules.READ", "B.modules.contacts.READ", true),
            ("B.modules.READ", "B.modules.contacts.WRITE", false),
            ("B.modules.WRITE", "b.MODULES.update", true),
            ("B.modules.contacts.ALL", "B.modules.ALL", false),
            ("B.modules.ALL", "B.modulesextra.READ", false),
            ("B.ALL", "B.modules.READ", false),
            ("openid", "openid", true),
            ("openid", "email", false),
            ("B.modules.READ", "B.modules.ALL", false),
        ] {
            assert_eq!(catalog.covers(granted, wanted), expected, "{granted} covers {wanted}");
        }
    }

    proptest! {
        #[test]
        fn reading_never_panics_and_its_answer_reads_again(text in "[a-zA-Z., ]{0,80}") {
            if let Ok(list) = ScopeList::read(&text) {
                prop_assert_eq!(ScopeList::read(&list.to_string()).unwrap(), list);
            }
        }

        #[test]
        fn covering_is_reflexive(scope in "[a-zA-Z]{1,8}(\\.[a-zA-Z]{1,8}){0,3}") {
            prop_assert!(Catalog::default().covers(&scope, &scope.to_uppercase()));
        }
    }
}
