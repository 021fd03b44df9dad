//! The form of a registration: what was typed, the registration it makes, and everything that is wrong with it, each at
//! its field with the documented message.

use grantor_protocol::{
    client::{ClientType, GrantType},
    params::Params,
    registration::{self, Field, Unfit},
};
use grantor_store::Registration;

use crate::{
    house::{DataCenter, Place},
    pages::{Fault, PlaceTick, RegistrationFields, StandardFields},
};

/// The longest description.
const MOST_DESCRIPTION: usize = 200;
/// The longest JWK set.
const MOST_JWKS: usize = 20_000;

/// What stands in the form.
#[derive(Debug, Clone, Default)]
pub struct Typed {
    name: String,
    description: String,
    homepage_url: String,
    redirect_uris: String,
    javascript_domains: String,
    data_centers: Vec<String>,
    implicit: bool,
    /// What only the page of a client that is there asks for.
    standard: Option<Standard>,
}

/// Settings of the standard dialect.
#[derive(Debug, Clone, Default)]
struct Standard {
    token_endpoint_auth_method: String,
    id_token_signing_alg: String,
    jwks_uri: String,
    jwks: String,
    post_logout_redirect_uris: String,
    cors_origins: String,
}

impl Typed {
    /// What was sent.
    pub fn read(params: &Params) -> Self {
        let text = |name: &str| params.get(name).unwrap_or_default().trim().to_owned();
        let standard = params.get("standard").is_some().then(|| Standard {
            token_endpoint_auth_method: text("token_endpoint_auth_method"),
            id_token_signing_alg: text("id_token_signing_alg"),
            jwks_uri: text("jwks_uri"),
            jwks: text("jwks"),
            post_logout_redirect_uris: text("post_logout_redirect_uris"),
            cors_origins: text("cors_origins"),
        });
        Self {
            name: text("name"),
            description: text("description"),
            homepage_url: text("homepage_url"),
            redirect_uris: text("redirect_uris"),
            javascript_domains: text("javascript_domains"),
            data_centers: params.all("data_center").map(str::to_owned).collect(),
            implicit: params.get("implicit").is_some(),
            standard,
        }
    }

    /// The empty form of a new client: for users of the owner's own data center.
    pub fn fresh(here: &Place) -> Self {
        Self { data_centers: vec![here.location.clone()], ..Self::default() }
    }

    /// A client's form.
    pub fn of(there: &Registration) -> Self {
        let (client, settings) = (&there.client, &there.client.settings);
        Self {
            name: client.name.clone(),
            description: there.description.clone(),
            homepage_url: client.homepage_url.clone(),
            redirect_uris: client.redirect_uris.join("\n"),
            javascript_domains: settings.javascript_domains.join("\n"),
            data_centers: client.data_centers.clone(),
            implicit: client.grant_types.iter().any(|grant| grant == GrantType::Implicit.as_str()),
            standard: Some(Standard {
                token_endpoint_auth_method: settings.token_endpoint_auth_method.clone(),
                id_token_signing_alg: settings.id_token_signing_alg.clone(),
                jwks_uri: settings.jwks_uri.clone(),
                jwks: settings.jwks.clone(),
                post_logout_redirect_uris: settings.post_logout_redirect_uris.join("\n"),
                cors_origins: settings.cors_origins.join("\n"),
            }),
        }
    }

    /// Writes what was typed over a registration. What the form does not ask for stays.
    pub fn write_to(&self, there: &mut Registration, places: &[Place]) {
        let client_type = there.client.client_type;
        let has = |field: Field, given: bool| field.belongs_to(client_type) || given;
        there.client.name.clone_from(&self.name);
        there.description.clone_from(&self.description);
        if has(Field::HomepageUrl, !there.client.homepage_url.is_empty()) {
            there.client.homepage_url.clone_from(&self.homepage_url);
        }
        if has(Field::RedirectUris, !there.client.redirect_uris.is_empty()) {
            there.client.redirect_uris = entries(&self.redirect_uris, &['\n']);
        }
        if has(Field::JavascriptDomains, !there.client.settings.javascript_domains.is_empty()) {
            there.client.settings.javascript_domains = entries(&self.javascript_domains, &['\n', ',']);
        }
        if client_type != ClientType::SelfClient {
            // Those that this config does not know stay as they are.
            let known = |location: &String| places.iter().any(|place| place.location == *location);
            let unknown: Vec<String> = there.client.data_centers.iter().filter(|l| !known(l)).cloned().collect();
            let ticked = |place: &&Place| self.data_centers.contains(&place.location);
            there.client.data_centers =
                places.iter().filter(ticked).map(|place| place.location.clone()).chain(unknown).collect();
        }
        if client_type == ClientType::Browser {
            let grants = &mut there.client.grant_types;
            set_implicit(grants, self.implicit);
        }
        if let Some(standard) = &self.standard {
            let settings = &mut there.client.settings;
            settings.token_endpoint_auth_method.clone_from(&standard.token_endpoint_auth_method);
            settings.id_token_signing_alg.clone_from(&standard.id_token_signing_alg);
            settings.jwks_uri.clone_from(&standard.jwks_uri);
            settings.jwks.clone_from(&standard.jwks);
            settings.post_logout_redirect_uris = entries(&standard.post_logout_redirect_uris, &['\n']);
            settings.cors_origins = entries(&standard.cors_origins, &['\n', ',']);
        }
    }

    /// The form's fields as a page shows them: those of the type, and what somebody gave this client beyond it.
    pub fn fields<'a>(
        &'a self,
        there: &Registration,
        dc: &'a DataCenter,
        faults: &'a [Fault],
    ) -> RegistrationFields<'a> {
        let client_type = there.client.client_type;
        let shown = |field: Field, given: bool, text: &'a str| (field.belongs_to(client_type) || given).then_some(text);
        let settings = &there.client.settings;
        let places = dc.house.places.iter().map(|place| PlaceTick {
            location: &place.location,
            name: &place.name,
            ticked: self.data_centers.contains(&place.location),
        });
        RegistrationFields {
            name: &self.name,
            description: &self.description,
            homepage_url: shown(Field::HomepageUrl, !there.client.homepage_url.is_empty(), &self.homepage_url),
            redirect_uris: shown(Field::RedirectUris, !there.client.redirect_uris.is_empty(), &self.redirect_uris),
            private_schemes: client_type == ClientType::Mobile,
            javascript_domains: shown(
                Field::JavascriptDomains,
                !settings.javascript_domains.is_empty(),
                &self.javascript_domains,
            ),
            implicit: (client_type == ClientType::Browser).then_some(self.implicit),
            places: if client_type == ClientType::SelfClient { Vec::new() } else { places.collect() },
            standard: self.standard.as_ref().map(|standard| StandardFields {
                token_endpoint_auth_method: &standard.token_endpoint_auth_method,
                id_token_signing_alg: &standard.id_token_signing_alg,
                jwks_uri: &standard.jwks_uri,
                jwks: &standard.jwks,
                post_logout_redirect_uris: &standard.post_logout_redirect_uris,
                cors_origins: &standard.cors_origins,
            }),
            faults,
        }
    }
}

fn entries(text: &str, separators: &[char]) -> Vec<String> {
    text.split(separators).map(str::trim).filter(|entry| !entry.is_empty()).map(str::to_owned).collect()
}

/// The implicit flow is never among what a type allows: it is given by name, beside what a browser client has without.
fn set_implicit(grants: &mut Vec<String>, wanted: bool) {
    let usual = [GrantType::AuthorizationCode, GrantType::RefreshToken].map(GrantType::as_str);
    let implicit = GrantType::Implicit.as_str();
    let there = grants.iter().any(|grant| grant == implicit);
    if wanted && !there {
        if grants.is_empty() {
            grants.extend(usual.map(str::to_owned));
        }
        grants.push(implicit.to_owned());
    } else if !wanted && there {
        grants.retain(|grant| grant != implicit);
        if grants.iter().map(String::as_str).eq(usual) {
            grants.clear();
        }
    }
}

/// Everything that is wrong with a registration, in the order of the form.
pub fn faults(new: &Registration, plain_http: bool) -> Vec<Fault> {
    let mut found = Vec::new();
    if let Err(first) = registration::check_form(&new.client, plain_http) {
        // The first of all would do, but a person wants to know them all at once: each field with the others right.
        for field in Field::ALL {
            let alone = registration::check_form(&with_others_right(new, field), plain_http).err();
            found.extend(alone.filter(|unfit| unfit.field() == Some(field)).map(|unfit| fault(&unfit)));
        }
        if found.is_empty() {
            found.push(fault(&first));
        }
    }
    let settings = &new.client.settings;
    if new.description.chars().count() > MOST_DESCRIPTION || new.description.chars().any(char::is_control) {
        let reason = format!("it has at most {MOST_DESCRIPTION} characters, in one line");
        found.push(Fault { field: "description", message: "Enter a shorter description", reason });
    }
    if new.client.data_centers.is_empty() {
        let reason = "without one nobody may use the application".to_owned();
        found.push(Fault { field: "data_center", message: "Choose at least one data center", reason });
    }
    let is_set = |jwks: &str| {
        serde_json::from_str::<serde_json::Value>(jwks).is_ok_and(|set| set.get("keys").is_some_and(|k| k.is_array()))
    };
    if !settings.jwks.is_empty() && (settings.jwks.len() > MOST_JWKS || !is_set(&settings.jwks)) {
        let reason = "a JWK set is JSON like {\"keys\": […]} of at most 20,000 bytes".to_owned();
        found.push(Fault { field: "jwks", message: "Enter a valid JWK set", reason });
    }
    found
}

fn with_others_right(new: &Registration, field: Field) -> grantor_protocol::client::Client {
    let mut client = new.client.clone();
    for other in Field::ALL.into_iter().filter(|other| *other != field && other.belongs_to(client.client_type)) {
        match other {
            Field::Name => "A".clone_into(&mut client.name),
            Field::HomepageUrl => "https://a.example/".clone_into(&mut client.homepage_url),
            Field::RedirectUris => client.redirect_uris = vec!["https://a.example/".to_owned()],
            // Left alone where redirect URIs have to lie in them.
            Field::JavascriptDomains if field == Field::RedirectUris => {}
            Field::JavascriptDomains => client.settings.javascript_domains = vec!["https://a.example".to_owned()],
        }
    }
    client
}

fn fault(unfit: &Unfit) -> Fault {
    let (field, message) = match unfit {
        Unfit::SigningAlgorithm(_) => ("id_token_signing_alg", "Choose how ID tokens are signed"),
        Unfit::AuthMethod(_) | Unfit::AuthMethodNone => {
            ("token_endpoint_auth_method", "Choose how the application authenticates")
        }
        Unfit::KeysMissing | Unfit::KeysTwice | Unfit::KeysUri(_) => ("jwks_uri", "Enter a valid JWK set URI"),
        Unfit::PostLogoutRedirectUri(..) | Unfit::TooMany("post_logout_redirect_uris") => {
            ("post_logout_redirect_uris", "Enter a valid URI")
        }
        Unfit::CorsOrigin(..) | Unfit::TooMany("cors_origins") => ("cors_origins", "Enter a valid origin"),
        Unfit::TooMany("redirect_uris") => ("redirect_uris", Field::RedirectUris.message()),
        Unfit::TooMany("javascript_domains") => ("javascript_domains", Field::JavascriptDomains.message()),
        _ => unfit.field().map_or(("form", "This cannot be registered"), |field| (field.as_str(), field.message())),
    };
    Fault { field, message, reason: unfit.to_string() }
}
