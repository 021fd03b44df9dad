//! Using the tokens: who connected, and calls to the APIs of the token's data center.

use serde::Deserialize;
use serde_json::Value;

use crate::client::refused;
use crate::{BaseUrl, Client, Error, Refusal, TokenStore};

/// Who connected: `GET {accounts-server}/oauth/user/info` (accounts-protocol.md section 9.3). Texts may be empty.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct UserInfo {
    /// Given name.
    #[serde(rename = "First_Name", default)]
    pub first_name: String,
    /// Family name.
    #[serde(rename = "Last_Name", default)]
    pub last_name: String,
    /// The name to show.
    #[serde(rename = "Display_Name", default)]
    pub display_name: String,
    /// E-mail address.
    #[serde(rename = "Email", default)]
    pub email: String,
    /// The user's number, the same for every client.
    #[serde(rename = "ZUID")]
    pub zuid: u64,
}

/// An API's answer with a 2xx status.
#[derive(Clone, Debug, PartialEq)]
pub struct ApiAnswer {
    /// The HTTP status; 204 means that there is nothing to show.
    pub status: u16,
    /// The body; `Null` when it is empty.
    pub body: Value,
}

impl<S: TokenStore> Client<S> {
    /// Who connected; the grant needs the scope `AaaServer.profile.READ`.
    ///
    /// # Errors
    /// As [`Client::access_token`], and [`Refusal::InvalidToken`] or [`Refusal::ScopeMismatch`].
    pub async fn user_info(&self, key: &str) -> Result<UserInfo, Error> {
        let tokens = self.fresh(key).await?;
        let answer =
            self.http.get(&tokens.accounts_server.with("/oauth/user/info"), Some(&tokens.access_token)).await?;
        if !answer.is_success() {
            return Err(refused(&answer, Refusal::of_resource(answer.status, answer.json().as_ref())));
        }
        Ok(answer.read()?)
    }

    /// `GET {api_domain}{path}` with `Authorization: Zoho-oauthtoken …` (accounts-protocol.md section 18). `path` begins with `/`.
    ///
    /// # Errors
    /// As [`Client::access_token`], [`Error::NoApiDomain`], [`Error::Url`] when the API domain is plain http elsewhere, and the
    /// API's refusal.
    pub async fn api_get(&self, key: &str, path: &str) -> Result<ApiAnswer, Error> {
        let tokens = self.fresh(key).await?;
        let api = BaseUrl::parse(tokens.api_domain.as_deref().ok_or(Error::NoApiDomain)?)?;
        let path = path.strip_prefix('/').unwrap_or(path);
        let answer = self.http.get(&api.with(&format!("/{path}")), Some(&tokens.access_token)).await?;
        if !answer.is_success() {
            return Err(refused(&answer, Refusal::of_resource(answer.status, answer.json().as_ref())));
        }
        let body = if answer.body().is_empty() { Value::Null } else { answer.read()? };
        Ok(ApiAnswer { status: answer.status, body })
    }
}
