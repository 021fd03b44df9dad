//! Where a person came in: at an authorization endpoint, or at the sign-in of a realm without any
//! application; and the paths that follow from it.

use grantor_protocol::{dialect::Dialect, people::Realm};

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
    /// A device's request, by the code a person types.
    Device,
    /// An application's authorization request in the standard dialect.
    Standard,
    /// A request for more scopes for a refresh token.
    MoreScopes,
    /// A request for a whole organization, which its administrators answer.
    Organization,
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

    /// The page where the code of a device is typed.
    pub fn device() -> Self {
        Self { realm: Realm::Accounts, kind: DoorKind::Device }
    }

    /// The authorization endpoint of the standard dialect, which knows no portals.
    pub fn standard() -> Self {
        Self { realm: Realm::Accounts, kind: DoorKind::Standard }
    }

    /// Where more scopes are asked for; portals have no such door.
    pub fn more_scopes() -> Self {
        Self { realm: Realm::Accounts, kind: DoorKind::MoreScopes }
    }

    /// Where administrators answer for their organization; portals have no such door.
    pub fn organization() -> Self {
        Self { realm: Realm::Accounts, kind: DoorKind::Organization }
    }

    /// Whether more scopes are asked for.
    pub fn asks_for_more(&self) -> bool {
        self.kind == DoorKind::MoreScopes
    }

    /// Whether a whole organization is asked, and not a person.
    pub fn is_for_organization(&self) -> bool {
        self.kind == DoorKind::Organization
    }

    /// How one speaks here.
    pub fn dialect(&self) -> Dialect {
        if self.kind == DoorKind::Standard { Dialect::Standard } else { Dialect::Accounts }
    }

    /// Who may sign in here.
    pub fn realm(&self) -> &Realm {
        &self.realm
    }

    /// Whether no application is involved.
    pub fn is_home(&self) -> bool {
        self.kind == DoorKind::Home
    }

    /// Whether access tokens leave by this door, and not only codes (accounts-protocol.md sections 6 and 11.2).
    pub fn gives_tokens(&self) -> bool {
        self.realm == Realm::Accounts && self.kind == DoorKind::Authorize
    }

    /// Whether a device asks.
    pub fn is_device(&self) -> bool {
        self.kind == DoorKind::Device
    }

    /// The path of the door itself.
    pub fn path(&self) -> String {
        match (&self.realm, self.kind) {
            // Devices know no portals.
            (_, DoorKind::Device) => "/oauth/v3/device".to_owned(),
            (_, DoorKind::Standard) => "/oauth2/authorize".to_owned(),
            (_, DoorKind::MoreScopes) => "/oauth/v2/token/addextrascope".to_owned(),
            (_, DoorKind::Organization) => "/oauth/v2/org/auth".to_owned(),
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

    /// Where the choice of the account goes.
    pub fn account_path(&self) -> String {
        format!("{}/account", self.path())
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

    /// Where one asks for a letter when the password is forgotten.
    pub fn recover_path(&self) -> String {
        match &self.realm {
            Realm::Accounts => "/recover".to_owned(),
            Realm::Portal(id) => format!("/clientoauth/v2/{id}/recover"),
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
