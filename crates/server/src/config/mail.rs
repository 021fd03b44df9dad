//! `[mail]`: how letters to people are sent.

use std::path::PathBuf;

use serde::Deserialize;

use super::ConfigError;

/// `[mail]`: who letters come from, and one way to send them.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MailConfig {
    /// The sender, as in `Acme Accounts <accounts@acme.example>`.
    pub from: String,
    /// For development: a folder that every letter is written to, relative to `data_dir`.
    pub folder: Option<PathBuf>,
    /// A server that takes them.
    pub smtp: Option<SmtpConfig>,
}

/// `[mail.smtp]`.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SmtpConfig {
    /// Its name.
    pub host: String,
    /// Its port; default: what the kind of TLS is usually offered on.
    pub port: Option<u16>,
    /// How the connection is secured.
    #[serde(default)]
    pub tls: SmtpTls,
    /// To authenticate with.
    pub user: Option<String>,
    /// The same.
    pub password: Option<String>,
}

impl std::fmt::Debug for SmtpConfig {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SmtpConfig").field("host", &self.host).field("port", &self.port).finish_non_exhaustive()
    }
}

/// How the connection to the mail server is secured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SmtpTls {
    /// From the first byte, usually on port 465.
    #[default]
    Implicit,
    /// After a plain greeting, usually on port 587; never without.
    Starttls,
    /// Not at all: for a server on the same machine.
    None,
}

impl MailConfig {
    /// Checks what the types cannot say.
    ///
    /// # Errors
    /// What is wrong, with its key.
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        let wrong = |text: &str| Err(ConfigError(text.to_owned()));
        if self.from.parse::<lettre::message::Mailbox>().is_err() {
            return Err(ConfigError(format!(
                "mail: from {:?} is no sender; write \"Name <address@host>\" or an address",
                self.from
            )));
        }
        match (&self.folder, &self.smtp) {
            (None, None) => wrong("mail: give a folder or [mail.smtp]"),
            (Some(_), Some(_)) => wrong("mail: give a folder or [mail.smtp], not both"),
            (None, Some(smtp)) if smtp.user.is_some() != smtp.password.is_some() => {
                wrong("mail.smtp: give user and password, or neither")
            }
            _ => Ok(()),
        }
    }
}
