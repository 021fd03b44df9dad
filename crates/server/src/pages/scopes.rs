//! The built-in scope catalog, read from `data/scopes.toml`, and the sentence that says what a scope allows.

use std::sync::LazyLock;

use fluent_bundle::FluentArgs;
use serde::Deserialize;

use super::Locale;
use super::text;

/// What a scope lets an application do, told apart by icon and word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    Read,
    Change,
    Delete,
    Everything,
}

impl Kind {
    /// The kind of an operation, in any letter case; a bare scope (no operation) reads, an unknown operation may do all.
    pub fn of(operation: &str) -> Self {
        match operation.to_ascii_uppercase().as_str() {
            "" | "READ" => Self::Read,
            "CREATE" | "UPDATE" | "WRITE" => Self::Change,
            "DELETE" => Self::Delete,
            _ => Self::Everything,
        }
    }

    pub(super) fn text_key(self) -> &'static str {
        match self {
            Self::Read => "kind-read",
            Self::Change => "kind-change",
            Self::Delete => "kind-delete",
            Self::Everything => "kind-everything",
        }
    }

    /// The name for the stylesheet.
    pub(super) fn class(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Change => "change",
            Self::Delete => "delete",
            Self::Everything => "everything",
        }
    }
}

/// One path of a service and its operations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CatalogEntry {
    /// For example `ZohoBigin`; empty for the bare OpenID scopes.
    pub service: String,
    /// For example `modules.contacts`.
    pub path: String,
    /// The key of the noun's text.
    pub noun: String,
    /// In the vendor's spelling; empty for the bare OpenID scopes.
    pub operations: Vec<String>,
    /// Whether a grant of it is bound to an organization.
    pub needs_organization: bool,
}

impl CatalogEntry {
    /// Every scope of this entry as it is written in a request, with its operation.
    pub fn scopes(&self) -> impl Iterator<Item = (String, &str)> {
        let bare = self.service.is_empty().then(|| (self.path.clone(), ""));
        let dotted = self
            .operations
            .iter()
            .map(|operation| (format!("{}.{}.{operation}", self.service, self.path), operation.as_str()));
        bare.into_iter().chain(dotted)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    group: Vec<Group>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Group {
    service: String,
    #[serde(default = "yes")]
    needs_organization: bool,
    scopes: Vec<Path>,
    operations: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Path {
    path: String,
    noun: String,
}

fn yes() -> bool {
    true
}

static CATALOG: LazyLock<Vec<CatalogEntry>> = LazyLock::new(|| {
    // The file is part of the program and a test reads it; an unreadable one would leave operator-added scopes only.
    parse(include_str!("../../data/scopes.toml")).unwrap_or_default()
});

fn parse(source: &str) -> Result<Vec<CatalogEntry>, toml::de::Error> {
    let file: File = toml::from_str(source)?;
    let entries = file.group.into_iter().flat_map(|group| {
        let Group { service, needs_organization, scopes, operations } = group;
        scopes.into_iter().map(move |Path { path, noun }| CatalogEntry {
            service: service.clone(),
            path,
            noun,
            operations: operations.clone(),
            needs_organization,
        })
    });
    Ok(entries.collect())
}

/// The catalog that every server has; operators add to it.
pub fn builtin_catalog() -> &'static [CatalogEntry] {
    &CATALOG
}

/// A service's name as people know it. A service that is not ours keeps its own name.
pub fn service_title(locale: Locale, service: &str) -> String {
    let key = match service.to_ascii_lowercase().as_str() {
        "" | "aaaserver" => "service-account",
        "zohobigin" => "service-bigin",
        "zohocrm" => "service-crm",
        "zohosearch" => "service-search",
        _ => return service.to_owned(),
    };
    text::text(locale, key).into_owned()
}

/// What one scope allows, as a sentence. `noun` is the catalog's key; an unknown one gives a sentence with the scope's name.
pub fn scope_sentence(locale: Locale, service: &str, path: &str, noun: &str, operation: &str) -> (Kind, String) {
    let kind = Kind::of(operation);
    let sentence = known_sentence(locale, path, noun, operation).unwrap_or_else(|| {
        let parts = [service, path, operation].into_iter().filter(|part| !part.is_empty());
        let mut arguments = FluentArgs::new();
        arguments.set("scope", parts.collect::<Vec<_>>().join("."));
        text::find(locale, "scope-unknown", None, Some(&arguments)).unwrap_or_default().into_owned()
    });
    (kind, sentence)
}

fn known_sentence(locale: Locale, path: &str, noun: &str, operation: &str) -> Option<String> {
    let operation = match operation.to_ascii_uppercase() {
        bare if bare.is_empty() => "READ".to_owned(),
        write if write == "WRITE" => "UPDATE".to_owned(),
        other => other,
    };
    let noun_key = format!("scope-noun-{noun}");
    // A noun may bring a whole sentence for an operation that the usual words do not fit.
    if let Some(sentence) = text::find(locale, &noun_key, Some(&operation.to_ascii_lowercase()), None) {
        return Some(sentence.into_owned());
    }
    let mut arguments = FluentArgs::new();
    let name = text::find(locale, &noun_key, None, None)?;
    arguments.set("new", text::find(locale, &noun_key, Some("new"), None).unwrap_or_else(|| name.clone()));
    arguments.set("noun", name);
    let family = path.split('.').next().unwrap_or_default();
    let sentence = text::find(locale, &format!("scope-{family}-{operation}"), None, Some(&arguments))
        .or_else(|| text::find(locale, &format!("scope-op-{operation}"), None, Some(&arguments)))?;
    Some(sentence.into_owned())
}
