//! What can be wrong in a provision file without looking into any store.

use std::collections::HashSet;

use grantor_protocol::{
    client::ClientType,
    people::{Environment, fold_email},
    registration,
};
use serde_json::Value;

use super::{ClientEntry, ProvisionError, ProvisionFile, UserEntry, catalog_with};
use crate::{config::Config, pages::assets::brand_stylesheet, passwords, scopes::Scopes};

/// The largest logo, in bytes.
pub(super) const MOST_LOGO: usize = 256 * 1024;

type Checked = Result<(), ProvisionError>;

fn wrong(text: String) -> Checked {
    Err(ProvisionError::new(text))
}

/// Checks everything.
pub(super) fn check(file: &ProvisionFile, config: &Config) -> Checked {
    let (mut ids, mut named_only) = (HashSet::new(), HashSet::new());
    for o in &file.organizations {
        let who = format!("organization {:?}", o.name);
        served(&who, o.data_center.as_deref(), config)?;
        named(&who, &o.name)?;
        if let Some(id) = &o.id {
            plain_id(&who, id)?;
            if !ids.insert(id.clone()) {
                return wrong(format!("{who}: the id {id} is given twice"));
            }
        } else if !named_only.insert((&o.name, &o.data_center)) {
            return wrong(format!("{who}: the name is given twice without an id, so nobody could tell them apart"));
        }
        if let Some(environment) = &o.environment
            && Environment::parse(environment).is_none()
        {
            return wrong(format!("{who}: environment {environment:?} is none of production, sandbox, developer"));
        }
    }
    let mut addresses = HashSet::new();
    let mut numbers = HashSet::new();
    for u in &file.users {
        user(u, config, &mut addresses)?;
        number(u, &mut numbers)?;
    }
    let scopes = catalog_with(file);
    let (mut clients, mut named_clients) = (HashSet::new(), HashSet::new());
    for c in &file.clients {
        client(c, config, &scopes)?;
        match &c.id {
            Some(id) if !clients.insert(id.clone()) => {
                return wrong(format!("client {:?}: its id is given twice", c.name));
            }
            None if !named_clients.insert((&c.name, &c.owner)) => {
                return wrong(format!(
                    "client {:?}: this name and owner are given twice without an id, so nobody could tell them apart",
                    c.name
                ));
            }
            _ => {}
        }
    }
    for p in &file.portals {
        let who = format!("portal {:?}", p.name);
        named(&who, &p.name)?;
        if let Some(id) = &p.id
            && (id.is_empty() || id.len() > 20 || !id.bytes().all(|b| b.is_ascii_digit()))
        {
            return wrong(format!("{who}: the id {id:?} is not a decimal number"));
        }
        if !p.accent.is_empty() && brand_stylesheet(&p.accent).is_none() {
            return wrong(format!("{who}: accent {:?} is not a color like #0a7d5a", p.accent));
        }
        if !p.remote_jwks.is_empty() {
            public_keys(&p.remote_jwks).map_err(|why| ProvisionError::new(format!("{who}: remote_jwks {why}")))?;
        }
        let mut own = HashSet::new();
        for entry in &p.users {
            let entry = entry.into();
            user(&entry, config, &mut own)?;
            number(&entry, &mut numbers)?;
        }
        if let Some(logo) = &p.logo {
            read_logo(logo)?;
        }
    }
    let built_in = Scopes::new(&[]);
    for s in &file.scopes {
        let parts = s.name.split('.').count();
        let plain = s.name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-'));
        if parts < 3 || !plain || s.name.split('.').any(str::is_empty) {
            return wrong(format!("scope {:?}: a name like Service.scope.READ is wanted", s.name));
        }
        if built_in.catalog.find(&s.name).is_some() {
            return wrong(format!("scope {}: it is in the built-in catalog", s.name));
        }
        if s.description.trim().is_empty() {
            return wrong(format!("scope {}: it needs a description for the consent page", s.name));
        }
    }
    Ok(())
}

fn number(u: &UserEntry, seen: &mut HashSet<i64>) -> Checked {
    match u.zuid {
        Some(zuid) if !seen.insert(zuid) => {
            wrong(format!("user {:?}: the zuid {zuid} is given twice; it is one person's, who has one home", u.email))
        }
        _ => Ok(()),
    }
}

fn user(u: &UserEntry, config: &Config, seen: &mut HashSet<(Option<String>, String)>) -> Checked {
    let who = format!("user {:?}", u.email);
    let Some(folded) = fold_email(&u.email) else { return wrong(format!("{who}: this is no e-mail address")) };
    served(&who, u.data_center.as_deref(), config)?;
    if !seen.insert((u.data_center.clone(), folded)) {
        return wrong(format!("{who}: the address is given twice in one data center"));
    }
    match (&u.password, &u.password_hash) {
        (Some(_), Some(_)) => return wrong(format!("{who}: give password or password_hash, not both")),
        (Some(password), None) if password.is_empty() || password.len() > passwords::LONGEST => {
            return wrong(format!("{who}: a password has 1 to {} bytes", passwords::LONGEST));
        }
        (None, Some(hash)) if !passwords::is_hash(hash) => {
            return wrong(format!("{who}: password_hash is not an argon2id PHC string ($argon2id$…)"));
        }
        _ => {}
    }
    if u.zuid.is_some_and(|z| z <= 0 || z > 999_999_999_999_999) {
        return wrong(format!("{who}: zuid is a positive number of at most 15 digits"));
    }
    if let Some(place) = u.administers.iter().find(|a| !u.organizations.contains(a)) {
        return wrong(format!("{who}: administers {place:?} without being in that organization"));
    }
    Ok(())
}

fn client(c: &ClientEntry, config: &Config, scopes: &Scopes) -> Checked {
    let who = format!("client {:?}", c.name);
    let Some(client_type) = ClientType::parse(&c.client_type) else {
        return wrong(format!("{who}: type {:?} is none of server, browser, mobile, device, self", c.client_type));
    };
    if let Some(id) = &c.id
        && (id.is_empty() || id.len() > 100 || !id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'.'))
    {
        return wrong(format!("{who}: the id {id:?} is not made of letters, digits and dots"));
    }
    let client = c.client(String::new(), client_type);
    registration::check(&client, config.policy.policy().http_redirects)
        .map_err(|unfit| ProvisionError::new(format!("{who}: {unfit}")))?;
    if !c.jwks.is_empty() {
        public_keys(&c.jwks).map_err(|why| ProvisionError::new(format!("{who}: jwks {why}")))?;
    }
    for location in c.data_centers.iter().chain(c.secrets.keys()) {
        if !config.data_centers.iter().any(|dc| dc.location == *location) {
            return wrong(format!("{who}: there is no data center {location:?}"));
        }
    }
    if c.same_secret == Some(true) && !c.secrets.is_empty() {
        return wrong(format!("{who}: same_secret = true and secrets contradict each other"));
    }
    if c.secret.iter().chain(c.secrets.values()).any(|s| s.len() < 8 || s.len() > 200) {
        return wrong(format!("{who}: a secret has 8 to 200 bytes"));
    }
    if let Some(scope) = c.scopes.iter().find(|s| scopes.catalog.find(s).is_none()) {
        return wrong(format!("{who}: the catalog has no scope {scope:?}"));
    }
    if !c.owner.is_empty() && fold_email(&c.owner).is_none() {
        return wrong(format!("{who}: owner {:?} is no e-mail address", c.owner));
    }
    Ok(())
}

/// Whether a client has only the fields of its type.
pub(super) fn fields(c: &ClientEntry, config: &Config) -> Checked {
    let Some(client_type) = ClientType::parse(&c.client_type) else { return Ok(()) };
    registration::check_fields(&c.client(String::new(), client_type), config.policy.policy().http_redirects)
        .map_err(|unfit| ProvisionError::new(format!("client {:?}: {unfit}", c.name)))
}

/// A JWK set of public keys (RFC 7517 section 5): the private half of a key has no business here.
fn public_keys(jwks: &str) -> Result<(), &'static str> {
    let set: Value = serde_json::from_str(jwks).map_err(|_| "is not JSON")?;
    let keys = set.get("keys").and_then(Value::as_array).ok_or("is not a set like { \"keys\": [ … ] }")?;
    if keys.is_empty() {
        return Err("has no keys");
    }
    for key in keys {
        match key.get("kty").and_then(Value::as_str) {
            Some("RSA" | "EC") => {}
            _ => return Err("has a key whose kty is neither RSA nor EC"),
        }
        if key.get("d").is_some() {
            return Err("has a private key: leave only the public half");
        }
    }
    Ok(())
}

/// A logo's media type and bytes, judged by its first bytes and not by its name.
pub(super) fn read_logo(path: &std::path::Path) -> Result<(&'static str, Vec<u8>), ProvisionError> {
    let bytes = std::fs::read(path).map_err(|e| ProvisionError::new(format!("{}: {e}", path.display())))?;
    if bytes.len() > MOST_LOGO {
        return Err(ProvisionError::new(format!("{}: a logo has at most 256 KiB", path.display())));
    }
    let kind = match bytes.as_slice() {
        [0x89, b'P', b'N', b'G', ..] => "image/png",
        [0xff, 0xd8, 0xff, ..] => "image/jpeg",
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => "image/webp",
        _ => return Err(ProvisionError::new(format!("{}: a logo is a PNG, JPEG or WebP image", path.display()))),
    };
    Ok((kind, bytes))
}

fn served(who: &str, location: Option<&str>, config: &Config) -> Checked {
    match location {
        Some(location) if !config.data_centers.iter().any(|dc| dc.location == location && dc.served_here()) => {
            wrong(format!("{who}: no data center {location:?} is served here"))
        }
        _ => Ok(()),
    }
}

fn named(who: &str, name: &str) -> Checked {
    if name.trim().is_empty() || name.chars().count() > 200 || name.chars().any(char::is_control) {
        return wrong(format!("{who}: a name has 1 to 200 characters"));
    }
    Ok(())
}

fn plain_id(who: &str, id: &str) -> Checked {
    if id.is_empty() || id.len() > 60 || !id.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_')) {
        return wrong(format!("{who}: the id {id:?} is not made of letters, digits, - and _"));
    }
    Ok(())
}
