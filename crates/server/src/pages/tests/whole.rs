//! Pages as a whole: escaping, structure, and the names that people and tools find things by.

use super::pages::{Locale, assets};
use super::samples::{self, ALL_WORDS, HOSTILE, PLAIN};

fn every_page() -> Vec<(String, String)> {
    Locale::ALL
        .into_iter()
        .flat_map(|locale| ALL_WORDS.into_iter().flat_map(move |words| samples::pages(locale, words)))
        .collect()
}

fn page(name: &str) -> String {
    let pages = samples::pages(Locale::English, PLAIN);
    pages
        .into_iter()
        .find(|(found, _)| found == &format!("{name}.plain.en"))
        .unwrap_or_else(|| panic!("no page {name}"))
        .1
}

/// The tags of a page as (name, attributes), quotes respected.
pub(super) fn tags(html: &str) -> Vec<(String, Vec<(String, String)>)> {
    let mut found = Vec::new();
    let mut rest = html;
    while let Some(start) = rest.find('<') {
        rest = &rest[start + 1..];
        let mut quote = None;
        let end = rest.find(|c: char| {
            match (quote, c) {
                (None, '>') => return true,
                (None, '"' | '\'') => quote = Some(c),
                (Some(open), c) if open == c => quote = None,
                _ => {}
            }
            false
        });
        let inside = &rest[..end.expect("a tag that ends")];
        rest = &rest[inside.len()..];
        let (name, mut attributes) = inside.split_once(char::is_whitespace).unwrap_or((inside, ""));
        let mut list = Vec::new();
        loop {
            attributes = attributes.trim_start();
            if attributes.is_empty() {
                break;
            }
            let key_end = attributes.find(|c: char| c == '=' || c.is_whitespace()).unwrap_or(attributes.len());
            let key = attributes[..key_end].to_owned();
            attributes = &attributes[key_end..];
            let mut value = String::new();
            if let Some(quoted) = attributes.strip_prefix("=\"") {
                let close = quoted.find('"').expect("a closing quote");
                quoted[..close].clone_into(&mut value);
                attributes = &quoted[close + 1..];
            }
            list.push((key.to_ascii_lowercase(), value));
        }
        found.push((name.to_ascii_lowercase(), list));
    }
    found
}

#[test]
fn every_page_is_built_alike() {
    for (name, html) in every_page() {
        let tags = tags(&html);
        let count = |wanted: &str| tags.iter().filter(|(tag, _)| tag == wanted).count();
        assert!(html.starts_with("<!doctype html>"), "{name}");
        assert_eq!(count("h1"), 1, "one h1: {name}");
        assert_eq!(count("main"), 1, "one main: {name}");
        assert!(count("form") <= 1, "one form at most: {name}");
        assert_eq!(count("title"), 1, "{name}");
        assert!((1..=2).contains(&count("script")), "only our own scripts: {name}");
        assert_eq!(count("style") + count("iframe") + count("object") + count("base"), 0, "{name}");
        for (tag, attributes) in &tags {
            for (key, value) in attributes {
                assert!(!key.starts_with("on"), "no handler in {tag}: {name}");
                assert_ne!(key, "style", "no inline style in {tag}: {name}");
                assert!(
                    key.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-:/".contains(&byte)),
                    "attribute {key:?} in {tag}: {name}"
                );
                if key == "href" || key == "src" || key == "action" {
                    let value = value.to_ascii_lowercase();
                    assert!(
                        value.starts_with('/') || value.starts_with("https://"),
                        "{tag} leads to {value:?}: {name}"
                    );
                }
            }
            if tag == "script" {
                let ours = [assets::script_url(), assets::passkey_script_url()];
                assert!(attributes[0].0 == "src" && ours.contains(&attributes[0].1.as_str()), "{name}");
            }
        }
        for wanted in ["<html lang=\"", " dir=\"", "name=\"viewport\"", "<header ", "<footer "] {
            assert!(html.contains(wanted), "{wanted} in {name}");
        }
        let mut ids: Vec<&str> = tags
            .iter()
            .flat_map(|(_, list)| list)
            .filter(|(key, _)| key == "id")
            .map(|(_, value)| value.as_str())
            .collect();
        let all = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), all, "ids are unique: {name}");
        for (_, value) in tags
            .iter()
            .flat_map(|(_, list)| list)
            .filter(|(key, _)| ["for", "aria-describedby", "aria-controls"].contains(&key.as_str()))
        {
            assert!(ids.contains(&value.as_str()), "{value} is somewhere in {name}");
        }
    }
}

#[test]
fn a_strangers_words_stay_words() {
    let raws = [
        HOSTILE.application,
        HOSTILE.person,
        HOSTILE.email,
        HOSTILE.organization,
        HOSTILE.portal,
        HOSTILE.place,
        HOSTILE.host,
        HOSTILE.value,
        "scope=a\"b<c>",
        "b=\"2\"",
    ];
    for (name, html) in every_page() {
        for raw in raws {
            assert!(!html.contains(raw), "{raw} is escaped in {name}");
        }
        assert!(!html.contains("href=\"javascript:"), "{name}");
    }
}

#[test]
fn templates_escape_everything() {
    let mut waiting = vec![std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("templates")];
    while let Some(path) = waiting.pop() {
        if path.is_dir() {
            waiting.extend(std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()));
            continue;
        }
        let source = std::fs::read_to_string(&path).unwrap();
        for forbidden in ["|safe", "| safe", "|escape", "style=", "<style", "javascript:"] {
            assert!(!source.contains(forbidden), "{forbidden} in {}", path.display());
        }
        let inline =
            source.matches("<script").count() - source.matches("<script src=\"{{ crate::pages::assets::").count();
        assert_eq!(inline, 0, "{}", path.display());
    }
}

#[test]
fn forms_carry_their_hidden_values_and_post() {
    for name in ["sign-in-email", "sign-in-password", "sign-in-factor", "choose", "consent", "sign-out"] {
        let html = page(name);
        assert!(
            html.contains("<form method=\"post\" action=\"/oauth/v2/auth?client_id=1000.A&#38;scope="),
            "{name}: {html}"
        );
        assert!(html.contains("<input type=\"hidden\" name=\"csrf\" value=\""), "{name}");
        assert!(html.contains("<input type=\"hidden\" name=\"seal\" value=\""), "{name}");
    }
}

#[test]
fn fields_and_buttons_have_the_contracts_names() {
    let email = page("sign-in-email");
    assert!(email.contains("<label for=\"email\">Email</label>"));
    assert!(email.contains("type=\"submit\">Next</button>"));
    let password = page("sign-in-password");
    assert!(password.contains("<label for=\"password\">Password</label>"));
    assert!(password.contains("type=\"submit\">Sign in</button>"));
    assert!(!password.contains("name=\"email\""), "the address is text");
    assert!(password.contains("<bdi class=\"row-name\">alice@zylker.example</bdi>"));
    let consent = page("consent");
    assert!(consent.contains("name=\"decision\" value=\"reject\">Reject</button>"));
    assert!(consent.contains("name=\"decision\" value=\"accept\">Accept</button>"));
    let chooser = page("choose");
    assert!(chooser.contains("type=\"submit\">Submit</button>"));
    assert!(
        chooser.contains("<label for=\"organization-1\"><bdi>Zylker Test</bdi></label>"),
        "the last used one comes first"
    );
    assert!(
        chooser.contains(
            "name=\"organization\" id=\"organization-1\" value=\"10002\" aria-describedby=\"about-1\" checked>"
        )
    );
    assert_eq!(chooser.matches(" checked>").count(), 1);
    assert!(!chooser.contains("type=\"search\""));
    assert!(page("choose-many").contains("type=\"search\""));
}

/// Drivers take the first element that is labelled "password", and press the button that is called "Sign in".
#[test]
fn the_reveal_button_is_not_taken_for_the_field() {
    let html = page("sign-in-password");
    let tags = tags(&html);
    let field = tags.iter().position(|(_, list)| list.contains(&("id".to_owned(), "password".to_owned()))).unwrap();
    let button = tags.iter().position(|(_, list)| list.iter().any(|(key, _)| key == "data-reveal")).unwrap();
    assert!(field < button);
    for (tag, list) in &tags {
        for (key, value) in
            list.iter().filter(|(key, _)| key == "aria-label" || key == "aria-labelledby" || key == "title")
        {
            let value = value.to_ascii_lowercase();
            assert!(!value.contains("password") && !value.contains("sign in"), "{key}={value} in {tag}");
        }
    }
    let (_, list) = &tags[button];
    assert!(list.contains(&("type".to_owned(), "button".to_owned())));
    assert!(list.iter().any(|(key, _)| key == "hidden"), "only with JavaScript");
}

#[test]
fn errors_are_announced_and_tied_to_their_field() {
    for name in [
        "sign-in-email-missing",
        "sign-in-email-invalid",
        "sign-in-password-wrong",
        "sign-in-password-wait-30",
        "sign-in-password-busy",
        "sign-in-factor-wrong",
        "sign-in-factor-wait",
        "sign-in-factor-recovery-wrong",
        "sign-in-factor-passkey-wait",
    ] {
        let html = page(name);
        assert!(html.contains("aria-invalid=\"true\" aria-describedby=\"error\""), "{name}");
        assert!(html.contains("id=\"error\" role=\"alert\""), "{name}");
    }
    assert!(page("sign-in-password-wait-30").contains("Wait 30 seconds"));
    assert!(page("sign-in-password-wait-1").contains("Wait one second"));
    assert!(page("choose-nothing").contains("<fieldset aria-describedby=\"error\">"));
}

#[test]
fn an_error_page_says_the_documented_word_once_and_links_nothing() {
    let html = page("error-04");
    assert!(html.contains("<h1><bdi>Invalid Redirect Uri</bdi></h1>"));
    assert!(html.contains("<title>Invalid Redirect Uri · Grantor</title>"));
    assert!(html.contains("ERROR_invalid_redirect_uri"));
    assert!(html.contains("<summary>Details for the developer</summary>"));
    assert!(html.contains("01J9Z3K7Q8W2E4R6T8Y0"));
    assert!(!html.contains("<a "), "never a link made of a stranger's text");
}

#[test]
fn assets_are_found_by_their_hashed_names_only() {
    for (url, content_type) in [
        (assets::stylesheet_url(), "text/css; charset=utf-8"),
        (assets::script_url(), "text/javascript; charset=utf-8"),
        (assets::passkey_script_url(), "text/javascript; charset=utf-8"),
        (assets::mark_url(), "image/svg+xml"),
    ] {
        let asset = assets::find(url).unwrap();
        assert_eq!(asset.content_type, content_type);
        assert!(asset.immutable && !asset.bytes.is_empty());
    }
    assert!(!assets::find("/favicon.ico").unwrap().immutable);
    for path in ["/assets/style.css", "/assets/", "", "/assets/../Cargo.toml"] {
        assert!(assets::find(path).is_none(), "{path}");
    }
}
