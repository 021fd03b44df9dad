//! The languages: chosen as the header says, and whole.

use std::collections::{BTreeMap, BTreeSet};

use fluent_bundle::FluentResource;

use super::pages::{Locale, text};

/// Every message and attribute with the placeables it uses.
fn entries(locale: Locale) -> BTreeMap<String, BTreeSet<String>> {
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let (mut message, mut current) = (String::new(), String::new());
    for line in
        text::sources(locale).join("\n").lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty())
    {
        if let Some((key, _)) = line.split_once(" = ").filter(|_| line.starts_with(|c: char| c.is_ascii_alphabetic())) {
            key.clone_into(&mut message);
            key.clone_into(&mut current);
            assert!(found.insert(current.clone(), BTreeSet::new()).is_none(), "{key} twice in {}", locale.tag());
        } else if let Some((attribute, _)) = line.trim_start().strip_prefix('.').and_then(|rest| rest.split_once(" = "))
        {
            current = format!("{message}.{attribute}");
            assert!(found.insert(current.clone(), BTreeSet::new()).is_none(), "{current} twice in {}", locale.tag());
        }
        let names = line
            .split('$')
            .skip(1)
            .map(|rest| rest.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default().to_owned());
        found.get_mut(&current).unwrap().extend(names);
    }
    found
}

#[test]
fn every_language_has_every_text_with_every_placeable() {
    let english = entries(Locale::English);
    assert!(english.len() > 300);
    for locale in [Locale::German, Locale::Arabic] {
        assert_eq!(entries(locale), english, "{}", locale.tag());
    }
}

#[test]
fn every_file_parses_and_is_plain_text() {
    for locale in Locale::ALL {
        let source = text::sources(locale).join("\n");
        for file in text::sources(locale) {
            assert!(FluentResource::try_new(file.to_owned()).is_ok(), "{}", locale.tag());
        }
        // The sentences go into the page as they are.
        assert!(!source.replace("->", "").contains(['<', '>', '&']), "{}", locale.tag());
        for line in source.lines() {
            assert_eq!(line, line.trim_end(), "{}", locale.tag());
        }
    }
}

#[test]
fn every_text_formats_without_a_hole() {
    for locale in Locale::ALL {
        for (key, placeables) in entries(locale) {
            let (message, attribute) =
                key.split_once('.').map_or((key.as_str(), None), |(message, attribute)| (message, Some(attribute)));
            let values: Vec<_> = placeables
                .iter()
                .map(|name| {
                    (name.as_str(), if name == "seconds" { text::Value::Count(3) } else { text::Value::Name("<x>") })
                })
                .collect();
            let html = text::html_at(locale, message, attribute, &values).to_string();
            assert!(
                !html.is_empty() && !html.contains(['{', '$']) && !html.contains("<x>"),
                "{key} in {}: {html}",
                locale.tag()
            );
        }
    }
}

#[test]
fn every_text_is_used() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut uses = String::new();
    let mut waiting = vec![root.join("src"), root.join("templates")];
    while let Some(path) = waiting.pop() {
        if path.is_dir() {
            waiting.extend(std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()));
        } else {
            uses.push_str(&std::fs::read_to_string(path).unwrap());
        }
    }
    // The scopes' texts are found by the catalog's words; their own test watches them.
    for key in entries(Locale::English).keys().filter(|key| !key.contains('.') && !key.starts_with("scope-")) {
        assert!(uses.contains(&format!("\"{key}\"")), "{key}");
    }
}

#[test]
fn accept_language_is_obeyed() {
    for (header, expected) in [
        (None, Locale::English),
        (Some(""), Locale::English),
        (Some("de"), Locale::German),
        (Some("de-AT,de;q=0.9,en;q=0.8"), Locale::German),
        (Some("fr-FR, AR-sa;q=0.7, en;q=0.3"), Locale::Arabic),
        (Some("en;q=0.5, de;q=0.9"), Locale::German),
        (Some("en, de"), Locale::English),
        (Some("de;q=0, en"), Locale::English),
        (Some("de;q=0"), Locale::English),
        (Some("de;q=nan, ar;q=x"), Locale::English),
        (Some("*"), Locale::English),
        (Some("deutsch"), Locale::English),
        (Some(",;;=,q=,de;Q=1"), Locale::German),
    ] {
        assert_eq!(Locale::from_accept_language(header), expected, "{header:?}");
    }
    assert_eq!(Locale::from_accept_language(Some(&"x,".repeat(100_000))), Locale::English);
}
