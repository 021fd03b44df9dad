//! Sample pages: every page, filled with ordinary, long, right-to-left or hostile words. The tests read them, and
//! `examples/page_samples.rs` writes them to a folder to be looked at.

use super::pages::{
    Application, Brand, ChooseAccount, ChooseOrganization, ChooseOrganizationError, ConnectedApplication, Consent,
    ConsentNext, DeviceCodeError, DeviceDone, DevicePage, Environment, ErrorPage, ErrorText, Form, FormPost, Frame,
    Home, HomeLink, Locale, NoOrganization, OrganizationChoice, ScopeGroup, ScopeLine, SignInEmail, SignInError,
    SignInFactor, SignInPassword, SignOut, SignedIn, SignedOut, Unreachable, scopes,
};

/// The words a page is filled with.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Words {
    pub(crate) flavor: &'static str,
    pub(crate) application: &'static str,
    pub(crate) person: &'static str,
    pub(crate) email: &'static str,
    pub(crate) organization: &'static str,
    pub(crate) portal: &'static str,
    pub(crate) place: &'static str,
    pub(crate) url: &'static str,
    pub(crate) host: &'static str,
    pub(crate) value: &'static str,
}

pub(crate) const PLAIN: Words = Words {
    flavor: "plain",
    application: "Zylker Desk",
    person: "Alice Adams",
    email: "alice@zylker.example",
    organization: "Zylker",
    portal: "Zylker Partners",
    place: "United States",
    url: "https://desk.zylker.example/",
    host: "desk.zylker.example",
    value: "http://127.0.0.1:9911/callback",
};

pub(crate) const LONG: Words = Words {
    flavor: "long",
    application: "Zylker Integrated Customer Relationship and Warehouse Synchronization Suite, 2026",
    person: "Maximiliane Alexandra von Hohenfels-Schwarzenberg zu Donnersmarck-Reichenbachstal",
    email: "maximiliane.alexandra.von.hohenfels-schwarzenberg@international.zylker-holding.example",
    organization: "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft",
    portal: "Zylker International Holding Partner and Reseller Cooperation Portal, Europe West",
    place: "Federal Republic of Somewhere Far Away, Region North-West, Second Data Center, II",
    url: "https://a-very-long-name-of-a-publisher-that-never-seems-to-end.desk.zylker-holding.example/",
    host: "a-very-long-name-of-a-publisher-that-never-seems-to-end.desk.zylker-holding.example",
    value: "https://a-very-long-name-of-a-publisher-that-never-seems-to-end.desk.zylker-holding.example/oauth/callback?tenant=000000000000000000000001",
};

pub(crate) const RIGHT_TO_LEFT: Words = Words {
    flavor: "rtl",
    application: "مكتب زيلكر",
    person: "أليس آدامز",
    email: "alice@zylker.example",
    organization: "شركة زيلكر للتجارة (12)",
    portal: "بوابة شركاء زيلكر",
    place: "المملكة العربية السعودية",
    url: "https://desk.zylker.example/",
    host: "desk.zylker.example",
    value: "http://127.0.0.1:9911/callback",
};

/// Every string attacks: as an element, out of an attribute, as a link, and by turning the text around.
pub(crate) const HOSTILE: Words = Words {
    flavor: "hostile",
    application: "<script>alert(1)</script>",
    person: "\"><img src=x onerror=alert(2)>",
    email: "'><svg onload=alert(3)>@x.example",
    organization: "</label><script>alert(4)</script>&lt;",
    portal: "</title><script>alert(5)</script>",
    place: "\u{202e}<b onclick=alert(6)>",
    url: "javascript:alert(7)",
    host: "</a><iframe src=javascript:alert(8)>",
    value: "\"' onmouseover=alert(9) {{ 7*7 }} <style>*{color:red}</style>",
};

pub(crate) const ALL_WORDS: [Words; 4] = [PLAIN, LONG, RIGHT_TO_LEFT, HOSTILE];

/// Every cause an error page can tell of.
pub(crate) fn every_problem(words: Words) -> Vec<ErrorText<'static>> {
    let Words { place, value, .. } = words;
    vec![
        ErrorText::UnknownClient,
        ErrorText::ClientDisabled,
        ErrorText::ClientNotInDataCenter { place },
        ErrorText::RedirectUriMissing,
        ErrorText::RedirectUriMismatch,
        ErrorText::OffDomain,
        ErrorText::ScopeMissing,
        ErrorText::ScopeUnknown { scope: value },
        ErrorText::ScopeNotAllowed { scope: value },
        ErrorText::ResponseTypeMissing,
        ErrorText::ParameterMissing { name: value },
        ErrorText::ResponseTypeUnsupported,
        ErrorText::ParameterTwice { name: value },
        ErrorText::ParameterMalformed { name: value },
        ErrorText::RequestTooLarge,
        ErrorText::PkceRequired,
        ErrorText::PkceMalformed,
        ErrorText::Throttled,
        ErrorText::PortalUnknown,
        ErrorText::PageExpired,
        ErrorText::CookiesMissing,
        ErrorText::NoOrganization,
        ErrorText::OrganizationNotAllowed,
        ErrorText::ScopeUnfit { scope: value },
        ErrorText::NotAdministrator,
        ErrorText::EnhancementEnded,
        ErrorText::EnhancementOfAnotherUser,
        ErrorText::PolicyClientBlocked,
        ErrorText::PolicyScopeBlocked { scope: value },
        ErrorText::PolicyLifeOver,
        ErrorText::PolicyReviewRequired,
        ErrorText::NotFound,
        ErrorText::LinkMalformed { name: value },
        ErrorText::MethodNotAllowed,
        ErrorText::BadRequest,
        ErrorText::Busy,
        ErrorText::Internal,
    ]
}

fn line(locale: Locale, service: &str, path: &str, operation: &str) -> ScopeLine {
    let entry = scopes::builtin_catalog().iter().find(|entry| entry.service == service && entry.path == path);
    let noun = entry.map_or("", |entry| entry.noun.as_str());
    let (kind, sentence) = scopes::scope_sentence(locale, service, path, noun, operation);
    let parts = [service, path, operation].into_iter().filter(|part| !part.is_empty());
    ScopeLine { kind, sentence, raw: parts.collect::<Vec<_>>().join(".") }
}

fn scope_groups(locale: Locale, words: Words) -> Vec<ScopeGroup> {
    let bigin = [
        ("modules.contacts", "READ"),
        ("modules.pipelines", "WRITE"),
        ("modules.tasks", "DELETE"),
        ("settings", "ALL"),
        ("send_mail.all", "CREATE"),
    ];
    let mut groups = vec![
        ScopeGroup {
            service: scopes::service_title(locale, "ZohoBigin"),
            lines: bigin.map(|(path, operation)| line(locale, "ZohoBigin", path, operation)).into(),
        },
        ScopeGroup {
            service: scopes::service_title(locale, "AaaServer"),
            lines: vec![line(locale, "AaaServer", "profile", "READ"), line(locale, "", "email", "")],
        },
    ];
    if words.flavor != "plain" {
        let own = ScopeLine { kind: scopes::Kind::Read, sentence: words.value.to_owned(), raw: words.value.to_owned() };
        groups.push(ScopeGroup { service: words.application.to_owned(), lines: vec![own] });
    }
    groups
}

fn choices(words: Words, count: usize) -> Vec<OrganizationChoice<'static>> {
    const IDS: [&str; 12] =
        ["10001", "10002", "10003", "10004", "10005", "10006", "10007", "10008", "10009", "10010", "10011", "10012"];
    const NAMES: [&str; 12] = [
        "Zylker",
        "Zylker Test",
        "Nordwind Logistik",
        "Café Zürich",
        "Harbor & Sons",
        "Apps Workshop",
        "Bluebird Travel",
        "Copperleaf",
        "Delta Foods",
        "Evergreen Labs",
        "Fjord Shipping",
        "Granite Works",
    ];
    let all = IDS.into_iter().zip(NAMES).enumerate().map(|(index, (id, name))| OrganizationChoice {
        id,
        name: if index == 0 { words.organization } else { name },
        environment: match index {
            1 => Environment::Sandbox,
            2 => Environment::Developer,
            _ => Environment::Production,
        },
        administrator: index == 0,
        last_used: index == 1,
    });
    all.take(count).collect()
}

/// Every page, by a name that can be a file's name.
pub(crate) fn pages(locale: Locale, words: Words) -> Vec<(String, String)> {
    let brand = if words.flavor == "plain" {
        Brand::grantor()
    } else {
        Brand { name: words.portal, logo_url: None, stylesheet_url: Some("/assets/brand.css") }
    };
    let frame = Frame { locale, brand, place: Some(words.place), request_id: "01J9Z3K7Q8W2E4R6T8Y0" };
    let form =
        Form { action: "/oauth/v2/auth?client_id=1000.A&scope=a\"b<c>&state=x", csrf: words.value, seal: words.value };
    let user = SignedIn { display: words.person, email: words.email, switch_url: "/signin/switch?a=1&b=\"2\"" };
    let application = Application {
        name: words.application,
        logo_url: None,
        description: "",
        homepage_url: words.url,
        homepage_host: words.host,
    };
    let with_logo =
        Application { logo_url: Some("/assets/sample-logo.svg"), description: words.organization, ..application };
    let mut out: Vec<(String, String)> = Vec::new();
    let mut add = |name: &str, html: String| out.push((format!("{name}.{}.{}", words.flavor, locale.tag()), html));

    let email = SignInEmail {
        frame,
        form,
        application: Some(words.application),
        email: "",
        error: None,
        sign_up_url: Some("/sign-up"),
    };
    add("sign-in-email", email.render());
    add("sign-in-email-missing", SignInEmail { error: Some(SignInError::EmailMissing), ..email }.render());
    add(
        "sign-in-email-invalid",
        SignInEmail { email: words.value, error: Some(SignInError::EmailInvalid), ..email }.render(),
    );
    add("sign-in-email-filled", SignInEmail { application: None, email: words.email, ..email }.render());

    let password = SignInPassword {
        frame,
        form,
        application: Some(words.application),
        email: words.email,
        error: None,
        switch_url: user.switch_url,
        passkey: None,
        recover_url: Some("/recover?login_hint=a%40b"),
    };
    add("sign-in-password", password.render());
    add("sign-in-password-passkey", SignInPassword { passkey: Some(words.value), ..password }.render());
    add("sign-in-password-wrong", SignInPassword { error: Some(SignInError::WrongPassword), ..password }.render());
    add(
        "sign-in-password-busy",
        SignInPassword { error: Some(SignInError::Busy), application: None, ..password }.render(),
    );
    for seconds in [0, 1, 2, 5, 30, 300] {
        add(
            &format!("sign-in-password-wait-{seconds}"),
            SignInPassword { error: Some(SignInError::Wait { seconds }), ..password }.render(),
        );
    }

    let factor = SignInFactor {
        frame,
        form,
        application: Some(words.application),
        email: words.email,
        error: None,
        switch_url: user.switch_url,
        authenticator: true,
        recovery: true,
        passkey: None,
    };
    add("sign-in-factor", factor.render());
    let both = SignInFactor { passkey: Some(words.value), ..factor };
    add("sign-in-factor-both", both.render());
    let passkey = SignInFactor { authenticator: false, application: None, ..both };
    add("sign-in-factor-passkey", passkey.render());
    let recovery = SignInFactor { authenticator: false, ..factor };
    add("sign-in-factor-recovery", recovery.render());
    add("sign-in-factor-nothing", SignInFactor { recovery: false, ..recovery }.render());
    for (name, error) in [
        ("missing", SignInError::CodeMissing),
        ("wrong", SignInError::WrongCode),
        ("recovery-wrong", SignInError::WrongRecoveryCode),
        ("refused", SignInError::PasskeyRefused),
        ("wait", SignInError::Wait { seconds: 30 }),
    ] {
        for (of, page) in [("", factor), ("-both", both), ("-passkey", passkey), ("-recovery", recovery)] {
            add(&format!("sign-in-factor{of}-{name}"), SignInFactor { error: Some(error), ..page }.render());
        }
    }

    let chooser = |count, error| ChooseOrganization {
        frame,
        form,
        application: words.application,
        user,
        choices: choices(words, count),
        error,
    };
    add("choose", chooser(3, None).render());
    add("choose-many", chooser(12, None).render());
    add("choose-nothing", chooser(3, Some(ChooseOrganizationError::NothingChosen)).render());

    add("choose-account", ChooseAccount { frame, form, application: words.application, user }.render());
    let fields = vec![("code".to_owned(), words.value.to_owned()), ("state".to_owned(), words.application.to_owned())];
    let uri = "https://desk.zylker.example/callback?a=1&b=\"2\"";
    add("form-post", FormPost { frame, uri, host: words.host, fields: &fields }.render());

    let consent = |application, organization, environment, offline| Consent {
        frame,
        form,
        application,
        organization,
        environment,
        user,
        groups: scope_groups(locale, words),
        offline,
        whole_organization: false,
        session_choice: false,
        next: ConsentNext::Host(words.host),
    };
    add("consent", consent(application, Some(words.organization), Environment::Production, true).render());
    add("consent-sandbox", consent(with_logo, Some(words.organization), Environment::Sandbox, false).render());
    let mut small = consent(application, None, Environment::Production, false);
    small.groups.truncate(2);
    small.groups.remove(0);
    add("consent-account", small.render());
    let page = consent(application, Some(words.organization), Environment::Production, false);
    add("consent-session", Consent { session_choice: true, ..page }.render());
    let page = consent(application, Some(words.organization), Environment::Production, true);
    add("consent-whole-organization", Consent { whole_organization: true, ..page }.render());
    let mut device = consent(application, Some(words.organization), Environment::Production, true);
    device.next = ConsentNext::Device { user_code: "WDJB-MJHT" };
    add("consent-device", device.render());

    let device = DevicePage { frame, form, code: "", error: None };
    add("device", device.render());
    add("device-filled", DevicePage { code: "WDJB-MJHT", ..device }.render());
    add("device-missing", DevicePage { error: Some(DeviceCodeError::Missing), ..device }.render());
    let typed = DevicePage { code: words.value, ..device };
    add("device-unknown", DevicePage { error: Some(DeviceCodeError::Unknown), ..typed }.render());
    for minutes in [1, 2, 5, 11] {
        let error = Some(DeviceCodeError::Wait { minutes });
        add(&format!("device-wait-{minutes}"), DevicePage { error, ..typed }.render());
    }
    let done = DeviceDone { frame, application: words.application, approved: true };
    add("device-approved", done.render());
    add("device-denied", DeviceDone { approved: false, ..done }.render());

    for (index, problem) in every_problem(words).into_iter().enumerate() {
        let heading = problem.heading(locale);
        let (title, word) = match problem {
            ErrorText::RedirectUriMismatch => ("Invalid Redirect Uri", "ERROR_invalid_redirect_uri"),
            ErrorText::UnknownClient => ("ERROR_invalid_client", "ERROR_invalid_client"),
            ErrorText::ScopeUnknown { .. } => ("Invalid OAuth Scope", "ERROR_invalid_scope"),
            _ => (heading.as_str(), ""),
        };
        let details = if word.is_empty() {
            Vec::new()
        } else {
            vec![
                ("redirect_uri, received".to_owned(), words.value.to_owned()),
                ("redirect_uri, registered".to_owned(), words.url.to_owned()),
            ]
        };
        add(&format!("error-{index:02}"), ErrorPage { frame, title, word, problem, details }.render());
    }

    add("no-organization", NoOrganization { frame, application: words.application, user }.render());
    let retry_url = "/oauth/v2/auth?client_id=x&login_hint=a%40b.example";
    let onward_url = "https://accounts.zylker.example/oauth/v2/auth?client_id=x&_grantor_hop=1";
    add("unreachable", Unreachable { frame, retry_url, onward_url }.render());
    add("sign-out", SignOut { frame, form, display: words.person, email: words.email, stay_url: "/" }.render());
    add("signed-out", SignedOut { frame, sign_in_url: "/signin" }.render());
    add(
        "home",
        Home {
            frame,
            user: Some(user),
            sign_in_url: "/signin",
            sign_out_url: "/signout",
            links: &[
                HomeLink { href: "/account", label: Ok("home-account") },
                HomeLink { href: "/console", label: Ok("home-console") },
                HomeLink { href: "/organization/10001", label: Err(words.organization) },
            ],
            form,
            connected: vec![
                ConnectedApplication {
                    grant: "00ff",
                    name: words.application,
                    organization: Some(words.organization),
                    since: "2026-11-22",
                    offline: true,
                },
                ConnectedApplication {
                    grant: "00fe",
                    name: words.application,
                    organization: None,
                    since: "2026-11-22",
                    offline: false,
                },
            ],
            removed: true,
        }
        .render(),
    );
    add(
        "home-nobody",
        Home {
            frame,
            user: None,
            sign_in_url: "/signin",
            sign_out_url: "/signout",
            links: &[],
            form,
            connected: vec![],
            removed: false,
        }
        .render(),
    );
    add(
        "home-nothing",
        Home {
            frame,
            user: Some(user),
            sign_in_url: "/signin",
            sign_out_url: "/signout",
            links: &[],
            form,
            connected: vec![],
            removed: false,
        }
        .render(),
    );
    out
}
