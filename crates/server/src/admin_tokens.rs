//! Tokens for the admin API, made, listed and ended beside the server: whoever can open the directory may.

use std::time::Duration;

use grantor_protocol::{
    secret::SecretKind,
    token::{DataCenterByte, Prefix, PresentedToken},
};
pub use grantor_store::AdminRole;
use grantor_store::AdminToken;

use crate::{
    moment::span,
    provision::{ProvisionError, Workshop, record},
};

/// Makes a token and returns it: it is shown this once. `life`: `None` for one that does not end by itself.
///
/// # Errors
/// When there is one of that name, or the directory cannot be written.
pub fn add(shop: &Workshop, name: &str, role: AdminRole, life: Option<Duration>) -> Result<String, ProvisionError> {
    if name.trim().is_empty() || name.chars().count() > 100 || name.chars().any(char::is_control) {
        return Err(ProvisionError::new("a token's name has 1 to 100 characters"));
    }
    let now = shop.clock.now();
    let token = PresentedToken {
        // No data center made it.
        id: shop.entropy.id(now, DataCenterByte(0))?,
        secret: shop.entropy.secret()?,
    };
    let new = AdminToken {
        id: token.id,
        name: name.to_owned(),
        role,
        created_at: now,
        used_at: None,
        expires_at: life.map(|life| now.plus(life)),
    };
    let hash = token.secret.hash(SecretKind::AdminToken);
    if shop.stores.directory.write_blocking(move |tx| tx.add_admin_token(&new, &hash))? {
        let until = life.map_or_else(String::new, |life| format!(" for {}", span(life)));
        let detail = format!("admin token {name:?} made, {}{until} (command line)", role.as_str());
        record(shop, None, None, detail);
        Ok(token.reveal(Prefix::Usual))
    } else {
        Err(ProvisionError::new(format!(
            "there is an admin token {name:?} already: end it first, or choose another name"
        )))
    }
}

/// Every token: its name, its role, and when it was last used.
///
/// # Errors
/// When the directory cannot be read.
pub fn list(shop: &Workshop) -> Result<Vec<AdminToken>, ProvisionError> {
    Ok(shop.stores.directory.read_blocking(|tx| tx.admin_tokens())?)
}

/// Ends a token: it is refused from then on.
///
/// # Errors
/// When there is none of that name.
pub fn end(shop: &Workshop, name: &str) -> Result<(), ProvisionError> {
    let wanted = name.to_owned();
    let ended = shop.stores.directory.write_blocking(move |tx| tx.end_admin_token(&wanted))?;
    if !ended {
        return Err(ProvisionError::new(format!("there is no admin token {name:?}")));
    }
    record(shop, None, None, format!("admin token {name:?} ended (command line)"));
    Ok(())
}
