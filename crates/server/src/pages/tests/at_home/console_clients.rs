//! The console's pages of registrations, filled with words.

use super::super::pages::{
    Area, Brand, ChooseType, ClientPage, ClientRow, Clients, Credentials, Fault, Frame, Locale, NavLink, NewClient,
    PlaceTick, RegisteredClient, RegistrationFields, SecretLine, SecretPlace, Secrets, Shell, ShellPerson, ShownSecret,
    StandardFields, TypeChoice,
};
use super::Words;

const ID: &str = "1000.ZYLKERDESK0000000000000000000A";
const SECRET: &str = "0123456789abcdef0123456789abcdef0123456789";

fn every_fault(words: Words) -> Vec<Fault> {
    [
        "form",
        "name",
        "description",
        "homepage_url",
        "redirect_uris",
        "javascript_domains",
        "data_center",
        "token_endpoint_auth_method",
        "jwks_uri",
        "jwks",
        "id_token_signing_alg",
        "post_logout_redirect_uris",
        "cors_origins",
        "logo",
        "confirm",
    ]
    .map(|field| Fault {
        field,
        message: "Enter a valid redirect URI",
        reason: format!("redirect URI {:?} cannot be registered: this scheme is not allowed", words.value),
    })
    .to_vec()
}

fn fields<'a>(words: Words, uris: &'a str, whole: bool, faults: &'a [Fault]) -> RegistrationFields<'a> {
    let tick = |location, name, ticked| PlaceTick { location, name, ticked };
    RegistrationFields {
        name: words.application,
        description: words.organization,
        homepage_url: Some(words.url),
        redirect_uris: Some(uris),
        private_schemes: whole,
        javascript_domains: whole.then_some(words.value),
        implicit: whole.then_some(true),
        places: vec![tick("us", words.place, true), tick("eu", "Europe", false)],
        standard: whole.then_some(StandardFields {
            token_endpoint_auth_method: "private_key_jwt",
            id_token_signing_alg: "ES256",
            jwks_uri: words.value,
            jwks: words.value,
            post_logout_redirect_uris: words.value,
            cors_origins: words.value,
        }),
        faults,
    }
}

fn credentials(words: Words, several: bool) -> Credentials<'static> {
    let one = |location, place| ShownSecret { location, place, secret: SECRET };
    let secrets = if several { vec![one("us", words.place), one("eu", "Europe")] } else { vec![one("", "")] };
    Credentials { client_id: ID, secrets, file: format!("{{\n  \"client_name\": {:?}\n}}", words.application) }
}

pub(super) fn pages(locale: Locale, words: Words) -> Vec<(String, String)> {
    let frame = Frame { locale, brand: Brand::grantor(), place: Some(words.place), request_id: "01J9Z3K7Q8W2E4R6T8Y0" };
    let link =
        |href: &str, label: &'static str, current| NavLink { href: href.to_owned(), label: label.into(), current };
    let links = [link("/console", "Applications", true), link("/console/new", "Register an application", false)];
    let shell = Shell {
        frame,
        area: Area::Console,
        links: &links,
        person: ShellPerson { display: words.person, email: words.email },
        administers: &[("10001", words.organization)],
        csrf: "0123456789abcdef",
    };
    let mut out: Vec<(String, String)> = Vec::new();
    let mut add =
        |name: &str, html: String| out.push((format!("console-{name}.{}.{}", words.flavor, locale.tag()), html));

    let row =
        ClientRow { id: ID, name: words.application, kind: "server", logo_hash: "", disabled: false, clone: false };
    let rows = vec![row, ClientRow { logo_hash: "00ff", disabled: true, clone: true, kind: "self client", ..row }];
    let list = |rows, text, none_at_all, next| {
        Clients { shell, rows, text, none_at_all, removed: true, previous: next, next }.render()
    };
    add("clients", list(rows, "", false, Some("/console?after=1000.A")));
    add("clients-none", list(vec![], "", true, None));
    add("clients-not-found", list(vec![], words.value, false, None));

    let choice = |kind, there| TypeChoice { kind, label: "Self client", about: "Works with your own data.", there };
    for refused in [false, true] {
        let choices = vec![choice("server", None), choice("self", Some(ID))];
        add(&format!("choose-type-{refused}"), ChooseType { shell, choices, refused }.render());
    }
    let uris = format!("{}\n{}", words.value, words.url);
    let faults = every_fault(words);
    let usual: Vec<Fault> =
        faults.iter().filter(|fault| fault.field != "logo" && fault.field != "confirm").cloned().collect();
    for (name, faults) in [("new-client", &[][..]), ("new-client-faults", &usual)] {
        let fields = fields(words, &uris, !faults.is_empty(), faults);
        let page =
            NewClient { shell, kind: "server", label: "Server", about: "Runs.", same_secret: Some(true), fields };
        // The settings of the standard dialect are no part of this page.
        add(name, NewClient { fields: RegistrationFields { standard: None, ..page.fields }, ..page }.render());
    }
    for several in [false, true] {
        let secrets = credentials(words, several);
        let page = RegisteredClient {
            shell,
            id: ID,
            name: words.application,
            secrets,
            by_redirect: several,
            self_client: !several,
        };
        add(&format!("registered-{several}"), page.render());
    }
    let bare = Credentials { secrets: vec![], ..credentials(words, false) };
    let page = RegisteredClient {
        shell,
        id: ID,
        name: words.application,
        secrets: bare,
        by_redirect: true,
        self_client: false,
    };
    add("registered-bare", page.render());

    let grants = vec!["authorization_code".to_owned(), words.value.to_owned()];
    for (name, faults) in [("client", &[][..]), ("client-faults", &faults)] {
        let odd = !faults.is_empty();
        let page = ClientPage {
            shell,
            id: ID,
            name: words.application,
            kind: "Server-based application",
            badge: "server",
            disabled: odd,
            clone_of: if odd { ID } else { "" },
            logo_hash: if odd { "00ff" } else { "" },
            done: (!odd).then_some("Saved."),
            grant_types: if odd { &grants } else { &[] },
            scopes: if odd { &grants } else { &[] },
            fields: fields(words, &uris, true, faults),
        };
        add(name, page.render());
    }

    let line = |mark: &str, used: Option<&str>| SecretLine {
        mark: mark.to_owned(),
        made: "2026-11-22 10:00 UTC".to_owned(),
        used: used.map(str::to_owned),
    };
    let group = |location, name, more, lines| SecretPlace { location, name, more, lines };
    let secrets = |has_none, same_secret, groups, fresh, fault: Option<Fault>| {
        Secrets {
            shell,
            id: ID,
            name: words.application,
            has_none,
            may_switch: true,
            same_secret,
            groups,
            fresh,
            ended: true,
            fault,
        }
        .render()
    };
    let one = line("00ff00ff", None);
    add("secrets", secrets(false, true, vec![group("", "All data centers", true, vec![one.clone()])], None, None));
    let two = vec![line("11ff11ff", Some("2026-11-22 10:00 UTC")), one];
    let groups = vec![group("us", words.place, false, two), group("eu", "Europe", true, vec![])];
    add("secrets-each", secrets(false, false, groups.clone(), Some(credentials(words, true)), None));
    for field in ["secrets", "confirm"] {
        let fault = Fault { field, message: "No secret was made", reason: words.value.to_owned() };
        add(&format!("secrets-fault-{field}"), secrets(false, true, groups.clone(), None, Some(fault)));
    }
    add("secrets-none", secrets(true, true, vec![], None, None));
    out
}
