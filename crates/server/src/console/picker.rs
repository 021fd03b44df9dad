//! Choosing scopes: every scope of the catalog that the client may ask for, by service, with its sentence; narrowed by a
//! search, and never without what was chosen before.

use std::collections::{BTreeMap, BTreeSet};

use grantor_protocol::{client::Client, params::Params, scope::canonical};

use super::tools::short;
use crate::{
    pages::{Choice, Locale, PickGroup, PickLine, Picker, scopes::service_title},
    scopes::Scopes,
};

/// What a form says about scopes.
#[derive(Debug, Default)]
pub struct Picked {
    /// The scopes, in the catalog's spelling and the order of the form.
    pub scopes: Vec<String>,
    text: String,
    service: String,
}

impl Picked {
    /// Reads it. Scopes that are not in the catalog are dropped: the form offers none.
    pub fn read(params: &Params, scopes: &Scopes, client: &Client) -> Self {
        let mut chosen = Vec::new();
        for value in params.all("scope").flat_map(|value| value.split([',', ' '])).take(200) {
            if let Some(known) = scopes.catalog.find(value)
                && client.may_ask(&scopes.catalog, &known.name)
                && !chosen.contains(&known.name)
            {
                chosen.push(known.name.clone());
            }
        }
        Self { scopes: chosen, text: short(params.get("q"), 100), service: short(params.get("service"), 60) }
    }

    /// The part of the form. `posts`: the form posts.
    pub fn picker(&self, scopes: &Scopes, client: &Client, posts: bool) -> Picker {
        let chosen: BTreeSet<String> = self.scopes.iter().map(|name| canonical(name)).collect();
        let narrowed = !self.text.is_empty() || !self.service.is_empty();
        let words: Vec<String> = self.text.to_lowercase().split_whitespace().map(str::to_owned).collect();
        let mut services: BTreeSet<(String, String)> = BTreeSet::new();
        let mut groups: BTreeMap<(String, String), Vec<PickLine>> = BTreeMap::new();
        let mut all: Vec<_> =
            scopes.catalog.iter().filter(|scope| client.may_ask(&scopes.catalog, &scope.name)).collect();
        all.sort_by(|a, b| a.name.cmp(&b.name));
        for (at, scope) in all.into_iter().enumerate() {
            let title = match scope.service.as_str() {
                "" => "OpenID Connect".to_owned(),
                service => service_title(Locale::English, service),
            };
            services.insert((title.clone(), scope.service.clone()));
            let (_, sentence) = scopes.sentence(Locale::English, &scope.name);
            let is_chosen = chosen.contains(&canonical(&scope.name));
            let haystack = format!("{} {} {}", scope.name, sentence, title).to_lowercase();
            let wanted = (self.service.is_empty() || self.service == scope.service)
                && words.iter().all(|word| haystack.contains(word.as_str()));
            if wanted || is_chosen {
                groups.entry((title, scope.service.clone())).or_default().push(PickLine {
                    id: format!("scope-{at}"),
                    name: scope.name.clone(),
                    sentence,
                    chosen: is_chosen,
                });
            }
        }
        let services = std::iter::once(Choice::of("", "All services", &self.service))
            .chain(services.iter().filter(|(_, service)| !service.is_empty()).map(|(title, service)| {
                let label = if title == service { title.clone() } else { format!("{title} ({service})") };
                Choice::of(service, label, &self.service)
            }))
            .collect();
        let groups = groups.into_iter().map(|((title, service), mut lines)| {
            // What is chosen stands first, however long the list.
            lines.sort_by_key(|line| !line.chosen);
            let chosen = lines.iter().filter(|line| line.chosen).count();
            PickGroup { service, title, open: narrowed || chosen > 0, chosen, lines }
        });
        Picker { text: self.text.clone(), services, whole: !narrowed, groups: groups.collect(), posts, error: None }
    }
}
