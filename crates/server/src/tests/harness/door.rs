//! The two doors, for cases that hold at both: how one asks at each, and what a refusal looks like there.

use super::{App, Ask, House, Person, Reply, Request, TOKEN, Tokens, redemption, refreshing};

/// RFC 7636 appendix B.
pub const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
pub const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// Where one asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Door {
    /// `/oauth/v2`.
    Accounts,
    /// `/oauth2`.
    Standard,
}

pub const DOORS: [Door; 2] = [Door::Accounts, Door::Standard];

impl Door {
    /// Its token endpoint.
    pub const fn token(self) -> &'static str {
        match self {
            Self::Accounts => TOKEN,
            Self::Standard => "/oauth2/token",
        }
    }

    /// Offline access to the profile, asked every time, at us.
    pub fn ask(self, app: &App) -> Ask {
        match self {
            Self::Accounts => Ask::of(app),
            Self::Standard => Ask { standard: true, ..Ask::of(app) }
                .with("state", "s-1")
                .with("code_challenge", CHALLENGE)
                .with("code_challenge_method", "S256"),
        }
    }

    /// What redeems a code of [`Self::ask`].
    pub fn redemption<'a>(self, app: &'a App, code: &'a str) -> Vec<(&'a str, &'a str)> {
        let mut fields = redemption(app, code);
        fields.extend((self == Self::Standard).then_some(("code_verifier", VERIFIER)));
        fields
    }

    pub async fn exchange(self, house: &House, location: &str, app: &App, code: &str) -> Reply {
        house.post(location, self.token(), &self.redemption(app, code)).await
    }

    pub async fn refresh(self, house: &House, location: &str, app: &App, token: &str) -> Reply {
        house.post(location, self.token(), &refreshing(app, token)).await
    }

    /// The whole way, in a browser of its own.
    pub async fn tokens(self, house: &House, ask: &Ask, app: &App, person: &Person) -> Tokens {
        let code = house.code(ask, person).await;
        let tokens = Tokens::of(&self.exchange(house, person.location, app, &code).await);
        assert!(!tokens.refresh.is_empty());
        tokens
    }

    /// The next access token, and the refresh token that is good from now on: a new one where it turns.
    pub async fn renewed(self, house: &House, location: &str, app: &App, refresh: &str) -> Tokens {
        let mut tokens = Tokens::of(&self.refresh(house, location, app, refresh).await);
        assert_eq!(tokens.refresh.is_empty(), self == Self::Accounts, "only one of the two turns it");
        if tokens.refresh.is_empty() {
            refresh.clone_into(&mut tokens.refresh);
        }
        tokens
    }

    /// Revokes with the app's secret, as its owner may.
    pub async fn revoke(self, house: &House, location: &str, app: &App, token: &str) {
        let path = match self {
            Self::Accounts => "/oauth/v2/token/revoke",
            Self::Standard => "/oauth2/revoke",
        };
        let reply = house.send(location, &Request::form(path, &[("token", token)]).basic(app.id, app.secret)).await;
        assert_eq!(reply.status, 200, "{reply:?}");
    }

    /// Introspects with the app's secret.
    pub async fn introspect(self, house: &House, location: &str, app: &App, token: &str) -> Reply {
        let path = match self {
            Self::Accounts => "/oauth/v2/introspect",
            Self::Standard => "/oauth2/introspect",
        };
        let reply = house.send(location, &Request::form(path, &[("token", token)]).basic(app.id, app.secret)).await;
        assert_eq!(reply.status, 200, "{reply:?}");
        reply
    }

    /// Whether the code or token that was presented is no good.
    pub fn is_refusal(self, reply: &Reply) -> bool {
        match self {
            Self::Accounts => reply.brief() == (200, r#"{"error":"invalid_code"}"#),
            Self::Standard => (reply.status, reply.text("error").as_str()) == (400, "invalid_grant"),
        }
    }

    /// Whether the client is not known or not welcome.
    pub fn is_client_refusal(self, reply: &Reply) -> bool {
        match self {
            Self::Accounts => reply.brief() == (200, r#"{"error":"invalid_client"}"#),
            Self::Standard => (reply.status, reply.text("error").as_str()) == (401, "invalid_client"),
        }
    }

    #[track_caller]
    pub fn refused(self, reply: &Reply, why: &str) {
        assert!(self.is_refusal(reply), "{self:?}, {why}: {reply:?}");
        assert_eq!(reply.header("cache-control"), Some("no-store"), "{self:?}, {why}");
    }

    #[track_caller]
    pub fn client_refused(self, reply: &Reply, why: &str) {
        assert!(self.is_client_refusal(reply), "{self:?}, {why}: {reply:?}");
        assert_eq!(reply.header("cache-control"), Some("no-store"), "{self:?}, {why}");
    }
}
