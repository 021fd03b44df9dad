//! The account pages, filled with words.

use std::borrow::Cow;

use super::super::pages::{
    Area, Brand, Environment, Frame, Kind, Locale, NavLink, ScopeLine, Shell, ShellPerson,
    account::{Apps, AppsOf, Data, Overview, OwnApp, Place, Security, SecurityError, SessionLine, Sessions},
};
use super::Words;

pub(super) fn pages(locale: Locale, words: Words) -> Vec<(String, String)> {
    let frame = Frame { locale, brand: Brand::grantor(), place: Some(words.place), request_id: "01J9Z3K7Q8W2E4R6T8Y0" };
    let links =
        [NavLink { href: "/account".to_owned(), label: Cow::Owned(words.application.to_owned()), current: true }];
    let administers = [("10001", words.organization)];
    let person = ShellPerson { display: words.person, email: words.email };
    let shell =
        Shell { frame, area: Area::Account, links: &links, person, administers: &administers, csrf: words.value };
    let mut out: Vec<(String, String)> = Vec::new();
    let mut add = |name: &str, html: String| out.push((format!("{name}.{}.{}", words.flavor, locale.tag()), html));

    let places = [
        Place { id: "10001", name: words.organization, environment: Environment::Production, administrator: true },
        Place { id: "10002", name: words.organization, environment: Environment::Sandbox, administrator: false },
    ];
    let overview = |verified, places, told, error| {
        Overview {
            shell,
            first_name: words.person,
            last_name: words.person,
            email: words.email,
            verified,
            can_verify: true,
            since: "2026-11-22",
            number: 700_001,
            places,
            told,
            error,
        }
        .render()
    };
    add("account", overview(true, &places, Some("profile-saved"), None));
    add("account-unverified", overview(false, &[], None, Some("name-long")));

    let security = |told, error| {
        Security { shell, email: words.email, changed: Some("2026-11-22"), end_tokens: true, told, error }.render()
    };
    add("account-security", security(Some("own-password-done"), None));
    for (name, error) in [
        ("current", SecurityError::Current),
        ("wait", SecurityError::Wait { seconds: 5 }),
        ("busy", SecurityError::Busy),
        ("new", SecurityError::New("new-password-common")),
        ("again", SecurityError::Again),
    ] {
        add(&format!("account-security-{name}"), security(None, Some(error)));
    }

    let line = |id: &str, agent: &str, this| SessionLine {
        id: id.to_owned(),
        address: words.host.to_owned(),
        agent: agent.to_owned(),
        started: "2026-11-22 10:00 UTC".to_owned(),
        seen: "2026-11-22".to_owned(),
        this,
    };
    let firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0";
    let sessions = [line("aa", firefox, true), line("bb", words.value, false), line("cc", "", false)];
    let older = Some("/account/sessions?before=cc");
    add("account-sessions", Sessions { shell, sessions: &sessions, older, told: Some("sessions-ended") }.render());
    let one = sessions.get(..1).unwrap();
    add("account-sessions-one", Sessions { shell, sessions: one, older: None, told: None }.render());

    let scope = |kind, sentence: &str| ScopeLine { kind, sentence: sentence.to_owned(), raw: words.value.to_owned() };
    let app = |grant: &str, offline: bool| OwnApp {
        grant: grant.to_owned(),
        name: words.application.to_owned(),
        host: words.host.to_owned(),
        scopes: vec![
            scope(Kind::Read, "View contacts"),
            scope(Kind::Change, "Change pipelines"),
            scope(Kind::Everything, words.value),
        ],
        since: "2026-11-22".to_owned(),
        used: offline.then(|| "2026-11-22 10:00 UTC".to_owned()),
        offline,
        whole_organization: offline,
    };
    let groups = [
        AppsOf { organization: None, apps: vec![app("aa", false)] },
        AppsOf { organization: Some(words.organization.to_owned()), apps: vec![app("bb", true), app("cc", false)] },
    ];
    add(
        "account-apps",
        Apps {
            shell,
            groups: &groups,
            place: words.place,
            older: Some("/account/apps?before=1.00"),
            told: Some("home-removed"),
        }
        .render(),
    );
    add("account-apps-none", Apps { shell, groups: &[], place: words.place, older: None, told: None }.render());

    let (some, none) = ([words.organization.to_owned(), words.application.to_owned()], []);
    let data = |kept_by, go_along, owned, email_wrong, error| {
        Data { shell, email: words.email, typed: words.value, kept_by, go_along, owned, email_wrong, error }.render()
    };
    add("account-data", data(&none, &none, &none, false, None));
    add("account-data-wrong", data(&none, &some, &some, true, Some(SecurityError::Current)));
    add("account-data-kept", data(&some, &some, &none, false, None));
    out
}
