//! The console's tools for one client, filled with words.

use super::super::pages::{
    Area, Brand, BuiltLink, Choice, ClientName, DeliveryRow, FamilyRow, Frame, LinkPage, Locale, MadeCode, Meter,
    NavLink, NoticePage, NoticeRow, NoticesPage, PickGroup, PickLine, Picker, Qr, QuotaPage, QuotaRow, QuotasPage,
    SandboxPage, SelfCodePage, Shell, ShellPerson, ShownClone, ShownUser, Snippet, TestUserRow, WantedNotices,
    WebhookPage,
};
use super::Words;

const CLIENT: &str = "1000.ZYLKERDESK0000000000000000000A";
const WHEN: &str = "2026-11-22 10:00:05 UTC";

fn options(words: Words) -> Vec<Choice> {
    vec![Choice::of("", "All", "us"), Choice::of("us", words.place, "us"), Choice::of(words.value, words.value, "us")]
}

fn picker(words: Words, error: bool) -> Picker {
    let line = |at: usize, name: &str, sentence: &str, chosen| PickLine {
        id: format!("scope-{at}"),
        name: name.to_owned(),
        sentence: sentence.to_owned(),
        chosen,
    };
    Picker {
        text: words.value.to_owned(),
        services: options(words),
        whole: !error,
        groups: vec![
            PickGroup {
                service: "ZohoBigin".to_owned(),
                title: "Bigin".to_owned(),
                open: true,
                chosen: 1,
                lines: vec![
                    line(1, "ZohoBigin.modules.contacts.READ", "Read contacts", true),
                    line(2, words.value, words.application, false),
                ],
            },
            PickGroup {
                service: words.value.to_owned(),
                title: words.organization.to_owned(),
                open: false,
                chosen: 0,
                lines: vec![line(3, "AaaServer.profile.READ", "Read your profile", false)],
            },
        ],
        posts: error,
        error: error.then(|| words.value.to_owned()),
    }
}

fn meters(words: Words) -> Vec<Meter> {
    vec![
        Meter { label: "Refresh tokens", used: 20, limit: 20, note: words.value.to_owned() },
        Meter { label: "Codes in the window", used: 3, limit: 10, note: String::new() },
    ]
}

fn grant(words: Words) -> QuotaRow {
    QuotaRow {
        href: format!("/console/{CLIENT}/quotas/us/00112233445566778899aabbccddeeff"),
        who: "User 700001".to_owned(),
        organization: words.organization.to_owned(),
        since: WHEN.to_owned(),
        meters: meters(words),
    }
}

pub(super) fn pages(locale: Locale, words: Words) -> Vec<(String, String)> {
    if locale != Locale::English {
        // These pages are in English only.
        return Vec::new();
    }
    let links = [
        NavLink { href: "/console".to_owned(), label: "← Applications".into(), current: false },
        NavLink { href: format!("/console/{CLIENT}/notices"), label: "Why did it fail".into(), current: true },
        NavLink { href: format!("/console/{CLIENT}/quotas"), label: "Quotas".into(), current: false },
    ];
    let shell = Shell {
        frame: Frame { locale, brand: Brand::grantor(), place: Some(words.place), request_id: "0123456789abcdef" },
        area: Area::Console,
        links: &links,
        person: ShellPerson { display: words.person, email: words.email },
        administers: &[("10001", words.organization)],
        csrf: "form-token",
    };
    let client = ClientName { id: CLIENT, name: words.application };
    let mut pages = Vec::new();
    let mut add = |name: &str, html: String| pages.push((format!("console-{name}.{}.en", words.flavor), html));
    add("notices", notices(shell, client, words));
    add("notices-none", {
        let wanted = WantedNotices::default();
        let (kinds, causes, places) = (options(words), options(words), options(words));
        NoticesPage { shell, client, wanted, kinds, causes, places, rows: vec![], older: None, newest: None }.render()
    });
    add("notice", notice(shell, client, words));
    add("link", link(shell, client, words));
    for (name, made) in [("code", false), ("code-made", true)] {
        add(name, code(shell, client, words, made));
    }
    let places = options(words);
    add("quotas", {
        let older = Some(format!("/console/{CLIENT}/quotas?after=1"));
        let rows = vec![grant(words), grant(words)];
        QuotasPage {
            shell,
            client,
            places: places.clone(),
            of: words.value,
            throttles: false,
            rows,
            older,
            newest: None,
        }
        .render()
    });
    add("quotas-none", {
        QuotasPage { shell, client, places, of: "", throttles: true, rows: vec![], older: None, newest: None }.render()
    });
    add("quota", {
        let family = FamilyRow {
            mark: "0badcafe".to_owned(),
            made: WHEN.to_owned(),
            used: WHEN.to_owned(),
            turns: true,
            next_to_go: true,
            meters: meters(words),
        };
        let families = vec![family.clone(), FamilyRow { next_to_go: false, turns: false, ..family }];
        QuotaPage {
            shell,
            client,
            place: words.place,
            grant: grant(words),
            scopes: words.value,
            only_own: false,
            families,
        }
        .render()
    });
    for (name, on) in [("webhook", false), ("webhook-on", true)] {
        add(name, webhook(shell, client, words, on));
    }
    for (name, made) in [("sandbox", false), ("sandbox-made", true)] {
        add(name, sandbox(shell, client, words, made));
    }
    pages
}

fn notices(shell: Shell<'_>, client: ClientName<'_>, words: Words) -> String {
    let row = |title: &str, bad| NoticeRow {
        href: format!("/console/{CLIENT}/notices/00112233445566778899aabbccddeeff"),
        when: WHEN.to_owned(),
        kind: if bad { "Refused" } else { "Warning" },
        bad,
        title: title.to_owned(),
        detail: words.value.to_owned(),
        place: "us".to_owned(),
        request_id: "0123456789abcdef".to_owned(),
    };
    NoticesPage {
        shell,
        client,
        wanted: WantedNotices { text: words.value, any: true },
        kinds: options(words),
        causes: options(words),
        places: options(words),
        rows: vec![row("The code came too late", true), row(words.application, false)],
        older: Some(format!("/console/{CLIENT}/notices?before=00112233445566778899aabbccddeeff")),
        newest: Some(format!("/console/{CLIENT}/notices")),
    }
    .render()
}

fn notice(shell: Shell<'_>, client: ClientName<'_>, words: Words) -> String {
    NoticePage {
        shell,
        client,
        title: "The code came too late",
        why: "A code lives a minute or a few, from the moment it is made.",
        remedy: "Redeem it at once, on your server, when the redirect arrives.",
        detail: words.value,
        kind: "Refused",
        bad: true,
        when: WHEN,
        place: words.place,
        endpoint: "token",
        cause: "code_expired",
        request_id: "0123456789abcdef",
    }
    .render()
}

fn link(shell: Shell<'_>, client: ClientName<'_>, words: Words) -> String {
    let snippet = |id, title| Snippet { id, title, text: format!("curl {}\n", words.value) };
    let built = BuiltLink {
        url: format!("https://accounts.zylker.example/oauth/v2/auth?client_id={CLIENT}&state={}", words.value),
        qr: Some(Qr { size: 29, path: "M4 4h7v1h-7zM12 4h2v1h-2z".to_owned() }),
        snippets: vec![snippet("snippet-curl", "curl"), snippet("snippet-python", "Python")],
        notes: vec!["Without state your application cannot tell its own redirect from a stranger's."],
    };
    LinkPage {
        shell,
        client,
        picker: picker(words, false),
        dialects: options(words),
        places: options(words),
        redirect_uris: options(words),
        access_types: options(words),
        prompts: options(words),
        state: words.value,
        challenge: words.value,
        public: true,
        built: Some(built),
    }
    .render()
}

fn code(shell: Shell<'_>, client: ClientName<'_>, words: Words, made: bool) -> String {
    let code = MadeCode {
        code: "1000.00112233445566778899aabbccddeeff.00112233445566778899aabbccddeeff".to_owned(),
        life: "3 minutes".to_owned(),
        organization: words.organization.to_owned(),
        scopes: words.value.to_owned(),
        description: words.application.to_owned(),
        curl: format!("curl {}\n", words.value),
    };
    SelfCodePage {
        shell,
        client,
        picker: picker(words, true),
        minutes: options(words),
        organizations: options(words),
        description: words.value,
        organization_error: (!made).then_some(words.value),
        error: (!made).then_some(words.value),
        made: made.then_some(code),
    }
    .render()
}

fn webhook(shell: Shell<'_>, client: ClientName<'_>, words: Words, on: bool) -> String {
    let row = |state, good, bad| DeliveryRow {
        id: "00112233445566778899aabbccddeeff".to_owned(),
        when: WHEN.to_owned(),
        event: "warning".to_owned(),
        body: words.value.to_owned(),
        state,
        good,
        bad,
        story: words.value.to_owned(),
        again: !good,
    };
    WebhookPage {
        shell,
        client,
        url: words.value,
        on,
        url_error: (!on).then_some(words.value),
        done: on.then_some("The webhook is on."),
        secret: on.then_some("whsec_00112233"),
        rows: if on { vec![row("Delivered", true, false), row("Given up", false, true)] } else { vec![] },
        older: on.then(|| format!("/console/{CLIENT}/webhook?before=00112233445566778899aabbccddeeff")),
        newest: None,
    }
    .render()
}

fn sandbox(shell: Shell<'_>, client: ClientName<'_>, words: Words, made: bool) -> String {
    let user = |here| TestUserRow {
        email: words.email.to_owned(),
        organization: "40001".to_owned(),
        place: words.place.to_owned(),
        since: WHEN.to_owned(),
        here,
    };
    SandboxPage {
        shell,
        client,
        place: words.place,
        users: if made { vec![user(true), user(false)] } else { vec![] },
        most_users: 20,
        made_user: made.then_some(ShownUser { email: words.email, password: words.value }),
        clones: if made { vec![(CLIENT.to_owned(), words.application.to_owned())] } else { vec![] },
        is_clone: false,
        made_clone: made.then_some(ShownClone { id: CLIENT, secret: words.value }),
        redirects: true,
        redirect_uris: words.value,
        error: (!made).then_some(words.value),
        done: made.then_some("The test user is gone."),
    }
    .render()
}
