//! The table: each path, how it is asked, its parameters with good values, and which answers were decided on.

use super::{super::device::Device, super::harness::*};

/// What answers there, and how it says no.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// JSON of the accounts dialect: parameters from query, form or multipart.
    Accounts,
    /// JSON of RFC 6749 section 5.2: a form in the body and nothing else.
    Rfc,
    /// A resource: the token in the header, other parameters are nobody's business.
    Resource,
    /// A resource of RFC 6750: the token in the header or in a form.
    Claims,
    /// An application's question by GET: whatever is wrong with it ends on a page.
    Question,
    /// The same in the standard dialect: a person signs in before an application is told.
    StandardQuestion,
    /// A form of an application's page that becomes a question.
    Relay,
    /// A page that asks for nothing.
    Front,
    /// A form of ours, at this door.
    Form(&'static str),
    /// A document that is the same for everybody.
    Document,
}

/// A parameter with a good value.
#[derive(Debug, Clone)]
pub struct Param {
    pub name: &'static str,
    pub good: String,
    /// Whether nothing can be done without it, or with a wrong one.
    pub required: bool,
}

/// A row.
#[derive(Debug, Clone)]
pub struct Route {
    pub method: &'static str,
    pub path: &'static str,
    pub kind: Kind,
    pub params: Vec<Param>,
    /// Sent with every request.
    pub authorization: Option<Request>,
    /// What the good request gets.
    pub good: &'static [u16],
}

impl Route {
    fn new(method: &'static str, path: &'static str, kind: Kind) -> Self {
        Self { method, path, kind, params: vec![], authorization: None, good: &[200] }
    }

    fn needs(self, params: &[(&'static str, &str)]) -> Self {
        self.with(params, true)
    }

    fn takes(self, params: &[(&'static str, &str)]) -> Self {
        self.with(params, false)
    }

    fn with(mut self, params: &[(&'static str, &str)], required: bool) -> Self {
        self.params.extend(params.iter().map(|(name, good)| Param { name, good: (*good).to_owned(), required }));
        self
    }

    fn basic(mut self, app: &App) -> Self {
        self.authorization = Some(Request::get("").basic(app.id, app.secret));
        self
    }

    fn bearer(mut self, token: &str) -> Self {
        self.authorization = Some(Request::get("").bearer(token));
        self
    }

    fn good(mut self, statuses: &'static [u16]) -> Self {
        self.good = statuses;
        self
    }

    /// The good values, in order.
    pub fn fields(&self) -> Vec<(&str, &str)> {
        self.params.iter().map(|p| (p.name, p.good.as_str())).collect()
    }
}

/// The question of an application, which a person is asked each time.
fn question(app: &App, scope: &'static str) -> Vec<(&'static str, String)> {
    Ask::of(app)
        .with("scope", scope)
        .parameters
        .into_iter()
        .map(|(name, value)| {
            let names = ["response_type", "client_id", "scope", "redirect_uri", "access_type", "prompt"];
            (*names.iter().find(|n| **n == name).unwrap(), value)
        })
        .collect()
}

pub const CONTACTS: &str = "ZohoBigin.modules.contacts.READ";
/// RFC 7636 appendix B.
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// The routes where nobody has to be signed in, with live tokens.
pub async fn of_applications(house: &House) -> Vec<Route> {
    use Kind::{Accounts, Claims, Document, Resource, Rfc};
    let portal = Ask::of(&DESK).portal(PARTNERS);
    let alice = async || house.tokens(&Ask::of(&DESK), &DESK, &ALICE).await;
    let pat = async || house.tokens(&portal, &DESK, &PAT).await;
    let open_id = async |scope: &str| house.tokens(&Ask::of(&DESK).with("scope", scope), &DESK, &ALICE).await;
    let credentials = [("client_id", DESK.id), ("client_secret", DESK.secret)];
    let screen = [("client_id", SCREEN.id), ("client_secret", SCREEN.secret)];
    let family = super::super::standard::family_of(house).await;
    let device = Device::begin(house, "us").await;
    let (first, visitor) = (alice().await, pat().await);
    let profile = open_id("openid,AaaServer.profile.READ").await;
    vec![
        Route::new("POST", "/oauth/v2/token", Accounts)
            .needs(&[("grant_type", "refresh_token")])
            .needs(&credentials)
            .needs(&[("refresh_token", &first.refresh)])
            .takes(&[("scope", "AaaServer.profile.READ")]),
        Route::new("POST", "/clientoauth/v2/60001/token", Accounts)
            .needs(&[("grant_type", "refresh_token")])
            .needs(&credentials)
            .needs(&[("refresh_token", &visitor.refresh)])
            .takes(&[("soid", "")]),
        Route::new("POST", "/clientoauth/v2/60001/remote/auth", Accounts).needs(&[
            ("response_type", "remote_token"),
            ("jwt_token", "a.b.c"),
            ("client_id", DESK.id),
            ("scope", CONTACTS),
        ]),
        Route::new("POST", "/oauth/v2/token/scopeenhance", Accounts)
            .needs(&[("grant_type", "update_scopes_token")])
            .needs(&credentials)
            .needs(&[("refresh_token", &first.refresh)]),
        Route::new("POST", "/oauth/v2/introspect", Accounts).needs(&credentials).takes(&[("token", &first.access)]),
        Route::new("POST", "/oauth/v3/device/code", Accounts)
            .needs(&[("grant_type", "device_request"), ("client_id", SCREEN.id), ("scope", CONTACTS)])
            .takes(&[("access_type", "offline"), ("prompt", "consent")]),
        Route::new("POST", "/oauth/v3/device/token", Accounts)
            .needs(&[("grant_type", "device_token")])
            .needs(&screen)
            .needs(&[("code", &device.code)]),
        Route::new("POST", "/oauth/v2/token/revoke", Accounts)
            .needs(&[("token", &alice().await.refresh)])
            .takes(&credentials),
        Route::new("POST", "/oauth/v2/revoke/token", Accounts)
            .basic(&DESK)
            .needs(&[("token", &alice().await.refresh)])
            .takes(&[("token_type", "refresh_token")]),
        Route::new("POST", "/clientoauth/v2/60001/token/revoke", Accounts)
            .needs(&[("token", &pat().await.refresh)])
            .takes(&credentials),
        Route::new("POST", "/clientoauth/v2/60001/auth/token/revoke", Accounts)
            .needs(&[("token", &pat().await.refresh)])
            .takes(&credentials),
        Route::new("GET", "/oauth/user/info", Resource).bearer(&profile.access),
        Route::new("GET", "/oauth/v2/userinfo", Resource).bearer(&profile.access),
        Route::new("POST", "/oauth/v2/userinfo", Resource).bearer(&profile.access),
        Route::new("POST", "/oauth2/token", Rfc)
            .needs(&[("grant_type", "refresh_token")])
            .needs(&credentials)
            .needs(&[("refresh_token", &family.refresh)])
            .takes(&[("scope", "openid")]),
        Route::new("POST", "/oauth2/device_authorization", Rfc)
            .needs(&screen)
            .needs(&[("scope", CONTACTS)])
            .takes(&[("access_type", "offline")]),
        Route::new("POST", "/oauth2/introspect", Rfc).needs(&credentials).takes(&[("token", &first.access)]),
        Route::new("POST", "/oauth2/revoke", Rfc)
            .needs(&credentials)
            .takes(&[("token", &alice().await.refresh), ("token_type_hint", "refresh_token")]),
        Route::new("POST", "/oauth2/userinfo", Claims).needs(&[("access_token", &profile.access)]),
        Route::new("GET", "/oauth2/userinfo", Resource).bearer(&profile.access),
        Route::new("GET", "/oauth/v2/keys", Document),
        Route::new("GET", "/.well-known/openid-configuration", Document),
        Route::new("GET", "/oauth/serverinfo", Document),
        Route::new("GET", "/oauth2/.well-known/openid-configuration", Document),
        Route::new("GET", "/.well-known/oauth-authorization-server/oauth2", Document),
        Route::new("GET", "/oauth2/jwks", Document),
        Route::new("GET", "/clientoauth/v2/60001/logo", Document).good(&[404]),
        Route::new("GET", "/clientoauth/v2/60001/style.css", Document),
    ]
}

/// The forms of a door, which are asked for by GET, too.
const FORMS: [(&str, &str, &str, &str); 24] = [
    ("/sign-in", "/sign-in", "email", "bob@zylker.example"),
    ("/clientoauth/v2/60001/sign-in", "/clientoauth/v2/60001/sign-in", "email", "pat@partner.example"),
    ("/connected", "/", "grant", "00112233445566778899aabbccddeeff"),
    ("/clientoauth/v2/60001/connected", "/clientoauth/v2/60001", "grant", "00112233445566778899aabbccddeeff"),
    ("/sign-out", "/sign-out", "", ""),
    ("/clientoauth/v2/60001/sign-out", "/clientoauth/v2/60001/sign-out", "", ""),
    ("/oauth/v3/device", "/oauth/v3/device", "code", "BCDF-GHJK"),
    ("/oauth/v3/device/sign-in", "/oauth/v3/device", "email", "bob@zylker.example"),
    ("/oauth/v3/device/organization", "/oauth/v3/device", "organization", "10001"),
    ("/oauth/v3/device/consent", "/oauth/v3/device", "decision", "accept"),
    ("/oauth/v2/auth/sign-in", "/oauth/v2/auth", "password", "wrong"),
    ("/oauth/v2/auth/organization", "/oauth/v2/auth", "organization", "10001"),
    ("/oauth/v2/auth/consent", "/oauth/v2/auth", "decision", "accept"),
    ("/oauth/v2/org/auth/sign-in", "/oauth/v2/org/auth", "password", "wrong"),
    ("/oauth/v2/org/auth/organization", "/oauth/v2/org/auth", "organization", "10001"),
    ("/oauth/v2/org/auth/consent", "/oauth/v2/org/auth", "decision", "accept"),
    ("/oauth/v2/token/addextrascope/sign-in", "/oauth/v2/token/addextrascope", "password", "wrong"),
    ("/oauth/v2/token/addextrascope/organization", "/oauth/v2/token/addextrascope", "organization", "10001"),
    ("/oauth/v2/token/addextrascope/consent", "/oauth/v2/token/addextrascope", "decision", "reject"),
    ("/oauth2/authorize/sign-in", "/oauth2/authorize", "password", "wrong"),
    ("/oauth2/authorize/account", "/oauth2/authorize", "", ""),
    ("/oauth2/authorize/organization", "/oauth2/authorize", "organization", "10001"),
    ("/oauth2/authorize/consent", "/oauth2/authorize", "decision", "accept"),
    ("/oauth2/logout/confirm", "/oauth2/logout", "", ""),
];

/// The same of a portal's door.
const PORTAL_FORMS: [(&str, &str, &str); 3] = [
    ("/clientoauth/v2/60001/auth/sign-in", "password", "wrong"),
    ("/clientoauth/v2/60001/auth/organization", "organization", "10001"),
    ("/clientoauth/v2/60001/auth/consent", "decision", "accept"),
];

/// The questions that lead to pages.
fn questions(enhancement: &str) -> Vec<Route> {
    use Kind::{Question, StandardQuestion};
    let owned = |mut route: Route, fields: Vec<(&'static str, String)>, optional: &[&str]| {
        for (name, good) in fields {
            route.params.push(Param { name, good, required: !optional.contains(&name) });
        }
        route
    };
    let standard = || -> Vec<(&'static str, String)> {
        let mut fields = question(&DESK, "openid");
        fields.retain(|(name, _)| *name != "access_type");
        let more = [("state", "s"), ("nonce", "n"), ("code_challenge", CHALLENGE), ("code_challenge_method", "S256")];
        fields.extend(more.map(|(name, value)| (name, value.to_owned())));
        fields
    };
    let tokens = vec![
        ("client_id", PANEL.id.to_owned()),
        ("response_type", "token".to_owned()),
        ("redirect_uri", PANEL.redirect_uri.to_owned()),
        ("scope", CONTACTS.to_owned()),
    ];
    let more = vec![
        ("client_id", DESK.id.to_owned()),
        ("response_type", "update_scopes".to_owned()),
        ("redirect_uri", DESK.redirect_uri.to_owned()),
        ("scope", "AaaServer.profile.READ".to_owned()),
        ("enhance_token", enhancement.to_owned()),
        ("logout", "false".to_owned()),
    ];
    let usual = ["access_type", "prompt", "logout"];
    let told = ["response_type", "scope", "prompt", "state", "nonce", "code_challenge", "code_challenge_method"];
    vec![
        owned(Route::new("GET", "/oauth/v2/auth", Question), question(&DESK, CONTACTS), &usual),
        owned(Route::new("GET", "/clientoauth/v2/60001/auth", Question), question(&DESK, CONTACTS), &usual),
        owned(Route::new("GET", "/oauth/v2/org/auth", Question), question(&DESK, CONTACTS), &usual),
        owned(Route::new("GET", "/oauth/v2/token/addextrascope", Question), more, &usual),
        owned(Route::new("GET", "/oauth/v2/auth/refresh", Question), tokens.clone(), &["scope"]).good(&[302]),
        owned(Route::new("GET", "/oauth/v2/refresh", Question), tokens, &["scope"]).good(&[302]),
        owned(Route::new("GET", "/oauth2/authorize", StandardQuestion), standard(), &told),
        owned(Route::new("POST", "/oauth2/authorize", Kind::Relay), standard(), &told).good(&[303]),
        Route::new("POST", "/oauth2/logout", Kind::Relay)
            .takes(&[
                ("client_id", DESK.id),
                ("post_logout_redirect_uri", "https://desk.zylker.example/"),
                ("state", "s"),
            ])
            .good(&[303]),
        Route::new("GET", "/oauth2/logout", Kind::Front)
            .takes(&[
                ("client_id", DESK.id),
                ("post_logout_redirect_uri", "https://desk.zylker.example/"),
                ("state", "s"),
            ])
            .takes(&[("id_token_hint", "a.b.c")]),
    ]
}

/// The routes that people's browsers open.
pub fn of_browsers(enhancement: &str) -> Vec<Route> {
    let mut routes = questions(enhancement);
    for path in ["/", "/sign-in", "/sign-out", "/oauth/v3/device"] {
        routes.push(
            Route::new("GET", path, Kind::Front).takes(&[("user_code", "BCDF-GHJK"), ("login_hint", ALICE.email)]),
        );
    }
    for path in ["/clientoauth/v2/60001", "/clientoauth/v2/60001/sign-in", "/clientoauth/v2/60001/sign-out"] {
        routes.push(Route::new("GET", path, Kind::Front).takes(&[("login_hint", PAT.email)]));
    }
    let portal = PORTAL_FORMS.map(|(path, name, good)| (path, "/clientoauth/v2/60001/auth", name, good));
    for (path, door, name, good) in FORMS.into_iter().chain(portal) {
        let mut form = Route::new("POST", path, Kind::Form(door)).needs(&[("csrf", "")]).takes(&[("seal", "")]);
        if !name.is_empty() {
            form = form.takes(&[(name, good)]);
        }
        routes.push(form);
        if path.trim_start_matches(door).len() > 1 && !path.ends_with("/logout/confirm") {
            routes.push(Route::new("GET", path, Kind::Front).good(&[303]));
        }
    }
    routes
}
