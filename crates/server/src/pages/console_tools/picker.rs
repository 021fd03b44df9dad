//! Choosing scopes from the catalog: a search, a service, and every scope with its sentence.

use super::link::Choice;

/// The part of a form where scopes are chosen.
#[derive(Debug, Clone, Default)]
pub struct Picker {
    /// What is searched for.
    pub text: String,
    pub services: Vec<Choice>,
    /// Whether every scope is there: then a browser can search by itself.
    pub whole: bool,
    pub groups: Vec<PickGroup>,
    /// Whether the form posts: then the search button says that it only searches.
    pub posts: bool,
    /// What is wrong with the choice.
    pub error: Option<String>,
}

/// The scopes of a service.
#[derive(Debug, Clone)]
pub struct PickGroup {
    /// As the catalog spells it.
    pub service: String,
    pub title: String,
    /// Whether it is shown unfolded.
    pub open: bool,
    pub chosen: usize,
    pub lines: Vec<PickLine>,
}

/// One scope.
#[derive(Debug, Clone)]
pub struct PickLine {
    /// Unique in the page.
    pub id: String,
    pub name: String,
    pub sentence: String,
    pub chosen: bool,
}
