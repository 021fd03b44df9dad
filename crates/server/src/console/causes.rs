//! What every cause means for whoever has to mend it: a title, the reason in plain words, and what to do. One table,
//! in files by where a cause shows up; a test walks every cause of the protocol and demands its entry.

mod clients;
mod codes;
mod notices;
mod organizations;
mod requests;
mod tokens;

/// A cause in plain words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cause {
    /// As notices keep it.
    pub name: &'static str,
    /// What happened.
    pub title: &'static str,
    /// Why, as a sentence or two.
    pub why: &'static str,
    /// What mends it.
    pub remedy: &'static str,
}

const fn cause(name: &'static str, title: &'static str, why: &'static str, remedy: &'static str) -> Cause {
    Cause { name, title, why, remedy }
}

/// Every cause there are words for.
pub fn all() -> impl Iterator<Item = &'static Cause> {
    [requests::ALL, clients::ALL, codes::ALL, tokens::ALL, notices::ALL, organizations::ALL].into_iter().flatten()
}

/// The words of a cause.
pub fn find(name: &str) -> Option<&'static Cause> {
    all().find(|cause| cause.name == name)
}

/// The title of a cause; one without words keeps its name.
pub fn title(name: &str) -> String {
    find(name).map_or_else(|| name.replace('_', " "), |cause| cause.title.to_owned())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::warnings;

    /// Every `name()` of every variant, from the source of the protocol itself: whoever adds one is told here.
    fn every_name() -> BTreeSet<String> {
        let sources =
            [include_str!("../../../protocol/src/causes.rs"), include_str!("../../../protocol/src/causes/token.rs")];
        let mut names = BTreeSet::new();
        for line in sources.iter().flat_map(|source| source.lines()) {
            if let Some(name) = line.split_once("=> \"").and_then(|(_, rest)| rest.split_once('"')) {
                names.insert(name.0.to_owned());
            }
        }
        names
    }

    #[test]
    fn every_cause_has_words() {
        let names = every_name();
        assert!(names.len() > 90, "the source was read: {}", names.len());
        let told = [
            warnings::REFRESH_TOKENS,
            warnings::REFRESH_WINDOW,
            warnings::ACCESS_WINDOW,
            warnings::CODE_WINDOW,
            warnings::EVICTED,
            warnings::REVOKED,
            warnings::WITHDRAWN,
            warnings::REUSED,
            warnings::REPLAYED,
            "organization_mismatch",
            "client_not_granted",
            "prompt_required",
        ];
        for name in names.iter().map(String::as_str).chain(told) {
            assert!(find(name).is_some(), "{name} needs a title, a reason and what to do, in console/causes");
        }
    }

    #[test]
    fn words_are_told_apart_and_whole() {
        let (mut names, mut titles) = (BTreeSet::new(), BTreeSet::new());
        for cause in all() {
            assert!(names.insert(cause.name), "{} stands twice", cause.name);
            assert!(titles.insert(cause.title), "{:?} is said twice", cause.title);
            assert!(cause.why.ends_with('.') && cause.remedy.ends_with('.'), "{}", cause.name);
            assert!(!cause.title.ends_with('.') && cause.title.len() <= 80, "{}", cause.name);
        }
        assert!(names.len() >= 25);
        assert_eq!(title("something_new"), "something new");
    }
}
