//! The client itself: connecting, and access tokens that are valid when they are handed out.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::http::{Answer, Http};
use crate::link::AuthorizationLink;
use crate::refusal::Presented;
use crate::tokens::TokenAnswer;
use crate::{
    BaseUrl, Callback, CheckedCallback, Clock, DataCenters, Error, Observer, PendingAuthorization, PortalId, Refusal,
    Refused, Secret, TokenStore, Tokens,
};

/// An access token is refreshed when it would end within this many seconds.
const REFRESH_BEFORE_END: u64 = 60;

/// Who the application is, and where it starts.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where links lead and `/oauth/serverinfo` is read.
    pub accounts_url: BaseUrl,
    /// The client id.
    pub client_id: String,
    /// The secret of every data center that has none of its own below; `None` for public clients.
    pub client_secret: Option<Secret>,
    /// Secrets by location code, for clients with one per data center (accounts-protocol.md section 3.3).
    pub secrets_by_location: BTreeMap<String, Secret>,
    /// The portal whose users connect, if it is not the accounts house.
    pub portal: Option<PortalId>,
}

impl Settings {
    /// Settings of a public client of the accounts house; the other fields can be set afterwards.
    pub fn new(accounts_url: BaseUrl, client_id: impl Into<String>) -> Self {
        Self {
            accounts_url,
            client_id: client_id.into(),
            client_secret: None,
            secrets_by_location: BTreeMap::new(),
            portal: None,
        }
    }

    /// With a secret that every data center shares.
    #[must_use]
    pub fn secret(mut self, secret: Option<Secret>) -> Self {
        self.client_secret = secret;
        self
    }

    /// For the users of a portal.
    #[must_use]
    pub fn portal(mut self, portal: Option<PortalId>) -> Self {
        self.portal = portal;
        self
    }

    fn secret_at(&self, location: &str) -> Option<&Secret> {
        self.secrets_by_location.get(location).or(self.client_secret.as_ref())
    }
}

/// A client of an accounts server, with a store for its tokens. Clones share connections.
#[derive(Clone, Debug)]
pub struct Client<S> {
    settings: Arc<Settings>,
    store: S,
    clock: Clock,
    pub(crate) http: Http,
}

impl<S: TokenStore> Client<S> {
    /// A client. Nothing is sent yet.
    pub fn new(settings: Settings, store: S, clock: Clock) -> Self {
        Self { settings: Arc::new(settings), store, clock, http: Http::new() }
    }

    /// The same client, telling `observer` about each of its HTTP steps, secrets masked.
    #[must_use]
    pub fn observed_by(&self, observer: Observer) -> Self
    where
        S: Clone,
    {
        Self {
            settings: Arc::clone(&self.settings),
            store: self.store.clone(),
            clock: self.clock.clone(),
            http: self.http.observed_by(observer),
        }
    }

    /// The settings.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The clock.
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// The authorization request link, to be finished with [`AuthorizationLink::build`]. PKCE is on when the client has no secret.
    pub fn link<T: Into<String>>(
        &self,
        redirect_uri: impl Into<String>,
        scopes: impl IntoIterator<Item = T>,
    ) -> AuthorizationLink {
        let settings = &self.settings;
        let public = settings.client_secret.is_none() && settings.secrets_by_location.is_empty();
        AuthorizationLink::new(settings.accounts_url.clone(), settings.client_id.clone(), redirect_uri, scopes)
            .portal(settings.portal.clone())
            .pkce(public)
    }

    /// The data centers the accounts server knows: `GET {accounts}/oauth/serverinfo` (accounts-protocol.md section 1.2).
    ///
    /// # Errors
    /// [`Error::Transport`] or [`Error::Refused`] when the table cannot be had; nothing may be exchanged without it.
    pub async fn data_centers(&self) -> Result<DataCenters, Error> {
        let answer = self.http.get(&self.settings.accounts_url.with("/oauth/serverinfo"), None).await?;
        if !answer.is_success() {
            return Err(refused(&answer, Refusal::of_resource(answer.status, answer.json().as_ref())));
        }
        Ok(DataCenters::read(answer.body()).map_err(|why| answer.unreadable(&why))?)
    }

    /// The whole of step two: checks the callback, exchanges its code where it came from, and keeps the tokens under `key`.
    ///
    /// # Errors
    /// [`Error::Callback`] when a check failed (nothing was exchanged), [`Error::Refused`] or [`Error::Transport`] from the
    /// exchange, [`Error::Store`] when the tokens could not be kept.
    pub async fn connect(
        &self,
        key: &str,
        pending: &PendingAuthorization,
        callback: Callback,
    ) -> Result<Tokens, Error> {
        // A callback that is refused anyhow costs no request.
        callback.screen(pending)?;
        let checked = callback.verify(pending, &self.data_centers().await?)?;
        let tokens = self.exchange(pending, checked).await?;
        self.keep(key, &tokens).await?;
        Ok(tokens)
    }

    /// Exchanges a code for tokens, without keeping them: `POST {accounts-server}/oauth/v2/token`, or the portal's
    /// (accounts-protocol.md sections 7.2 and 11.3). A code works once, so a failed exchange is not tried again.
    ///
    /// # Errors
    /// [`Error::Refused`] or [`Error::Transport`].
    pub async fn exchange(&self, pending: &PendingAuthorization, checked: CheckedCallback) -> Result<Tokens, Error> {
        let CheckedCallback { code, location, accounts_server } = checked;
        let mut form = vec![
            ("grant_type", "authorization_code"),
            ("client_id", self.settings.client_id.as_str()),
            ("redirect_uri", pending.redirect_uri.as_str()),
            ("code", code.expose()),
        ];
        if let Some(secret) = self.settings.secret_at(&location) {
            form.push(("client_secret", secret.expose()));
        }
        if let Some(verifier) = &pending.verifier {
            form.push(("code_verifier", verifier.expose()));
        }
        let asked_at = self.clock.now();
        let url = accounts_server.endpoint(pending.portal.as_ref(), "token");
        let answer = self.ask_for_tokens(&url, &form, Presented::Code).await?;
        Ok(Tokens {
            expires_at: asked_at.saturating_add(answer.lifetime()),
            access_token: answer.access_token,
            refresh_token: answer.refresh_token,
            accounts_server,
            location,
            api_domain: answer.api_domain,
            scope: answer.scope,
            client_id: self.settings.client_id.clone(),
            portal: pending.portal.clone(),
        })
    }

    /// Keeps tokens under `key`.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn keep(&self, key: &str, tokens: &Tokens) -> Result<(), Error> {
        let held = self.store.lock(key).await?;
        Ok(self.store.save(&held, key, tokens).await?)
    }

    /// The tokens kept under `key`, fresh or not.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn tokens(&self, key: &str) -> Result<Option<Tokens>, Error> {
        Ok(self.store.load(key).await?)
    }

    /// A valid access token, refreshed when it would end within 60 seconds. However many tasks and processes ask at once,
    /// one of them refreshes and the others take what it got (the vendor allows 10 refreshes in 10 minutes).
    ///
    /// # Errors
    /// [`Error::NotConnected`], [`Error::NoRefreshToken`], [`Error::OtherClient`], or what the refresh ran into.
    pub async fn access_token(&self, key: &str) -> Result<Secret, Error> {
        Ok(self.fresh(key).await?.access_token)
    }

    /// The tokens under `key`, refreshed when needed.
    pub(crate) async fn fresh(&self, key: &str) -> Result<Tokens, Error> {
        let fresh = |tokens: &Tokens| tokens.is_fresh(self.clock.now(), REFRESH_BEFORE_END);
        let kept = self.own(self.store.load(key).await?)?;
        if fresh(&kept) {
            return Ok(kept);
        }
        let held = self.store.lock(key).await?;
        // Somebody may have refreshed while this task waited for its turn.
        let kept = self.own(self.store.load(key).await?)?;
        if fresh(&kept) {
            return Ok(kept);
        }
        let still_good = kept.is_fresh(self.clock.now(), 0).then(|| kept.clone());
        match (self.refresh_held(&held, key, kept).await, still_good) {
            // Good for less than a minute is better than nothing.
            (Err(Error::NoRefreshToken | Error::Transport(_)), Some(kept)) => Ok(kept),
            (Err(Error::Refused(why)), Some(kept)) if matches!(why.refusal, Refusal::Throttled { .. }) => Ok(kept),
            (refreshed, _) => refreshed,
        }
    }

    /// Refreshes now, even if the access token is still good.
    ///
    /// # Errors
    /// As [`Client::access_token`].
    pub async fn refresh(&self, key: &str) -> Result<Tokens, Error> {
        let held = self.store.lock(key).await?;
        let kept = self.own(self.store.load(key).await?)?;
        self.refresh_held(&held, key, kept).await
    }

    /// `grant_type=refresh_token` at the accounts server the tokens came from (accounts-protocol.md section 7.3).
    async fn refresh_held(&self, held: &S::Lock, key: &str, kept: Tokens) -> Result<Tokens, Error> {
        let refresh_token = kept.refresh_token.clone().ok_or(Error::NoRefreshToken)?;
        let mut form = vec![
            ("grant_type", "refresh_token"),
            ("client_id", self.settings.client_id.as_str()),
            ("refresh_token", refresh_token.expose()),
        ];
        if let Some(secret) = self.settings.secret_at(&kept.location) {
            form.push(("client_secret", secret.expose()));
        }
        let asked_at = self.clock.now();
        let url = kept.accounts_server.endpoint(kept.portal.as_ref(), "token");
        let answer = self.ask_for_tokens(&url, &form, Presented::RefreshToken).await?;
        let tokens = Tokens {
            expires_at: asked_at.saturating_add(answer.lifetime()),
            access_token: answer.access_token,
            // This dialect never rotates, but a server that does must not lock its clients out.
            refresh_token: answer.refresh_token.or(Some(refresh_token)),
            api_domain: answer.api_domain.or(kept.api_domain),
            scope: answer.scope.or(kept.scope),
            ..kept
        };
        self.store.save(held, key, &tokens).await?;
        Ok(tokens)
    }

    /// Revokes the refresh token, which takes its access tokens along, or the access token when there is no other
    /// (accounts-protocol.md section 12), then forgets both.
    ///
    /// # Errors
    /// [`Error::NotConnected`], or why it was refused; then the tokens are still kept.
    pub async fn revoke(&self, key: &str) -> Result<(), Error> {
        let held = self.store.lock(key).await?;
        let kept = self.store.load(key).await?.ok_or(Error::NotConnected)?;
        let token = kept.refresh_token.as_ref().unwrap_or(&kept.access_token);
        let url = kept.accounts_server.endpoint(kept.portal.as_ref(), "token/revoke");
        let answer = self.http.post(&url, &[("token", token.expose())]).await?;
        if !answer.is_success() {
            return Err(refused(&answer, Refusal::of_resource(answer.status, answer.json().as_ref())));
        }
        Ok(self.store.remove(&held, key).await?)
    }

    /// Forgets the tokens here; at the accounts server they stay good until they end or are revoked.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn forget(&self, key: &str) -> Result<(), Error> {
        let held = self.store.lock(key).await?;
        Ok(self.store.remove(&held, key).await?)
    }

    async fn ask_for_tokens(
        &self,
        url: &str,
        form: &[(&str, &str)],
        presented: Presented,
    ) -> Result<TokenAnswer, Error> {
        let answer = self.http.post(url, form).await?;
        match Refusal::of_token_endpoint(answer.status, answer.json().as_ref(), presented) {
            Some(refusal) => Err(refused(&answer, refusal)),
            None => Ok(answer.read()?),
        }
    }

    fn own(&self, kept: Option<Tokens>) -> Result<Tokens, Error> {
        let kept = kept.ok_or(Error::NotConnected)?;
        if kept.client_id == self.settings.client_id {
            Ok(kept)
        } else {
            Err(Error::OtherClient { kept: kept.client_id.clone(), configured: self.settings.client_id.clone() })
        }
    }
}

/// The error for an answer that says no.
pub(crate) fn refused(answer: &Answer, refusal: Refusal) -> Error {
    let url = answer.url.split('?').next().unwrap_or_default().to_owned();
    Refused { refusal, url, request_id: answer.request_id.clone() }.into()
}
