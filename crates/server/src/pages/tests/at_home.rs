//! The pages of somebody at home here (account, console, organization), each with every kind of word. One file of samples
//! for each area.

mod account;
mod console;
mod console_clients;
mod console_tools;
mod organization;
mod security;
mod sign_up;

use super::pages::{Locale, assets};
use super::samples::{ALL_WORDS, HOSTILE, Words};
use super::whole::tags;

type Samples = fn(Locale, Words) -> Vec<(String, String)>;

const AREAS: [Samples; 6] =
    [account::pages, console::pages, console_tools::pages, organization::pages, security::pages, sign_up::pages];

fn every_page() -> Vec<(String, String)> {
    let all = |pages: Samples| {
        Locale::ALL
            .into_iter()
            .flat_map(move |locale| ALL_WORDS.into_iter().flat_map(move |words| pages(locale, words)))
    };
    AREAS.into_iter().flat_map(all).collect()
}

#[test]
fn every_page_at_home_is_built_alike() {
    for (name, html) in every_page() {
        let tags = tags(&html);
        let count = |wanted: &str| tags.iter().filter(|(tag, _)| tag == wanted).count();
        assert!(html.starts_with("<!doctype html>"), "{name}");
        for (tag, wanted) in [("h1", 1), ("main", 1), ("title", 1), ("style", 0), ("iframe", 0), ("base", 0)] {
            assert_eq!(count(tag), wanted, "{tag} in {name}");
        }
        assert_eq!(html.matches("name=\"csrf\"").count(), html.matches("method=\"post\"").count(), "{name}");
        for (tag, attributes) in &tags {
            for (key, value) in attributes {
                assert!(!key.starts_with("on") && key != "style", "{key} in {tag}: {name}");
                if key == "href" || key == "src" || key == "action" {
                    let local = value.starts_with('/') || value.starts_with('#') || value.starts_with("https://");
                    assert!(local || value.starts_with("http://127.0.0.1"), "{tag} leads to {value:?}: {name}");
                }
            }
        }
        let ids: Vec<&str> =
            tags.iter().flat_map(|(_, list)| list).filter(|(key, _)| key == "id").map(|(_, id)| id.as_str()).collect();
        let distinct: std::collections::BTreeSet<_> = ids.iter().collect();
        assert_eq!(distinct.len(), ids.len(), "ids are unique: {name}");
        let pointing = ["for", "aria-describedby", "aria-labelledby", "aria-controls", "data-copy"];
        for (key, value) in tags.iter().flat_map(|(_, list)| list).filter(|(key, _)| pointing.contains(&key.as_str())) {
            for id in value.split(' ') {
                assert!(ids.contains(&id), "{key}={value} leads nowhere in {name}");
            }
        }
    }
}

#[test]
fn a_strangers_words_stay_words_at_home() {
    for (name, html) in every_page() {
        for raw in
            [HOSTILE.application, HOSTILE.person, HOSTILE.email, HOSTILE.organization, HOSTILE.value, HOSTILE.host]
        {
            assert!(!html.contains(raw), "{raw} is escaped in {name}");
        }
        assert!(!html.contains("href=\"javascript:"), "{name}");
    }
}

#[test]
fn the_shell_has_a_stylesheet_of_its_own() {
    let asset = assets::find(assets::shell_stylesheet_url()).unwrap();
    assert!(asset.immutable && asset.content_type == "text/css; charset=utf-8");
}
