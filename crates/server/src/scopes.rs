//! The scope catalog as the server uses it: the built-in entries, those a vendor added, and the sentence the
//! consent page shows for each.

use std::{collections::HashMap, sync::Arc};

use grantor_protocol::scope::{Catalog, CatalogScope, canonical};

use crate::pages::{Kind, Locale, scopes as builtin};

/// Rules and sentences.
#[derive(Debug)]
pub struct Scopes {
    /// The rules.
    pub catalog: Arc<Catalog>,
    sentences: HashMap<String, Sentence>,
}

#[derive(Debug)]
enum Sentence {
    BuiltIn { group: &'static builtin::CatalogEntry, operation: String },
    Added(String),
}

impl Scopes {
    /// The built-in catalog and these additions (name, description).
    pub fn new(added: &[(String, String)]) -> Self {
        let mut entries = Vec::new();
        let mut sentences = HashMap::new();
        for group in builtin::builtin_catalog() {
            for (name, operation) in group.scopes() {
                let operation = operation.to_owned();
                sentences.insert(canonical(&name), Sentence::BuiltIn { group, operation });
                let service = group.service.clone();
                entries.push(CatalogScope { name, service, needs_organization: group.needs_organization });
            }
        }
        for (name, description) in added {
            let service = name.split('.').next().unwrap_or_default().to_owned();
            entries.push(CatalogScope { name: name.clone(), service, needs_organization: true });
            sentences.insert(canonical(name), Sentence::Added(description.clone()));
        }
        Self { catalog: Arc::new(Catalog::new(entries)), sentences }
    }

    /// The service a scope belongs to; its first part when the catalog does not know it.
    pub fn service<'a>(&'a self, spelling: &'a str) -> &'a str {
        match self.catalog.find(spelling) {
            Some(known) => &known.service,
            None => spelling.split('.').next().unwrap_or(spelling),
        }
    }

    /// What a person reads for a scope: its kind and sentence.
    pub fn sentence(&self, locale: Locale, spelling: &str) -> (Kind, String) {
        match self.sentences.get(&canonical(spelling)) {
            Some(Sentence::BuiltIn { group, operation }) => {
                builtin::scope_sentence(locale, &group.service, &group.path, &group.noun, operation)
            }
            Some(Sentence::Added(description)) => (kind_of(spelling), description.clone()),
            None => (kind_of(spelling), spelling.to_owned()),
        }
    }
}

fn kind_of(scope: &str) -> Kind {
    Kind::of(scope.rsplit('.').next().unwrap_or_default())
}
