//! Where a person came in: at an authorization endpoint, or at the sign-in of a realm without any
//! application; and the paths that follow from it.

use grantor_protocol::people::Realm;

/// A door. The URL chooses it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Door {
    realm: Realm,
    kind: DoorKind,
}

/// What is asked for at a door.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DoorKind {
    /// An application's authorization request.
    Authorize,
    /// Signing in without an application.
    Home,
}

impl Door {
    /// An authorization endpoint.
    pub fn authorize(realm: Realm) -> Self {
        Self { realm, kind: DoorKind::Authorize }
    }

    /// Signing in without an application.
    pub fn home(realm: Realm) -> Self {
        Self { realm, kind: DoorKind::Home }
    }

    /// Who may sign in here.
    pub fn realm(&self) -> &Realm {
        &self.realm
    }

    /// Whether no application is involved.
    pub fn is_home(&self) -> bool {
        self.kind == DoorKind::Home
    }

    /// The path of the door itself.
    pub fn path(&self) -> String {
        match (&self.realm, self.kind) {
            (Realm::Accounts, DoorKind::Authorize) => "/oauth/v2/auth".to_owned(),
            (Realm::Accounts, DoorKind::Home) => "/sign-in".to_owned(),
            (Realm::Portal(id), DoorKind::Authorize) => format!("/clientoauth/v2/{id}/auth"),
            (Realm::Portal(id), DoorKind::Home) => format!("/clientoauth/v2/{id}/sign-in"),
        }
    }

    /// Where the sign-in form goes.
    pub fn sign_in_path(&self) -> String {
        if self.is_home() { self.path() } else { format!("{}/sign-in", self.path()) }
    }

    /// Where the organization form goes.
    pub fn organization_path(&self) -> String {
        format!("{}/organization", self.path())
    }

    /// Where the consent form goes.
    pub fn consent_path(&self) -> String {
        format!("{}/consent", self.path())
    }

    /// The realm's front page.
    pub fn front_path(&self) -> String {
        match &self.realm {
            Realm::Accounts => "/".to_owned(),
            Realm::Portal(id) => format!("/clientoauth/v2/{id}"),
        }
    }

    /// Where the list of connected applications sends what is to be removed.
    pub fn connected_path(&self) -> String {
        match &self.realm {
            Realm::Accounts => "/connected".to_owned(),
            Realm::Portal(id) => format!("/clientoauth/v2/{id}/connected"),
        }
    }

    /// Where one signs out of the realm.
    pub fn sign_out_path(&self) -> String {
        match &self.realm {
            Realm::Accounts => "/sign-out".to_owned(),
            Realm::Portal(id) => format!("/clientoauth/v2/{id}/sign-out"),
        }
    }
}
