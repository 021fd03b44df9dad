//! What people see: one struct per page, each with `render`. Pages hold no logic of the protocol: the walks fill
//! the structs, the templates in `templates/` lay them out, and every sentence comes from `locales/`.

pub mod account;
pub mod assets;
mod by_mail;
mod choose_account;
mod choose_organization;
mod color;
mod consent;
mod console;
mod console_tools;
mod device;
mod error_page;
mod error_text;
mod factors;
mod form_post;
mod home;
mod icon;
mod letters;
mod locale;
mod mailbox;
mod no_organization;
pub mod organization;
mod policy_refused;
mod qr;
pub mod scopes;
mod shell;
mod sign_in;
mod sign_in_email;
mod sign_in_factor;
mod sign_in_password;
mod sign_out;
mod signed_out;
mod text;
mod unreachable;

#[cfg(test)]
mod tests;

use std::borrow::Cow;

pub use by_mail::{AskForLetter, Ended, LetterError, LetterFor, LetterSent, NewPassword, Outcome, SignUp, VerifyEmail};
pub use choose_account::ChooseAccount;
pub use choose_organization::{ChooseOrganization, ChooseOrganizationError, OrganizationChoice};
pub use consent::{Application, Consent, ConsentNext, ScopeGroup, ScopeLine};
pub use console::{
    ChooseType, ClientPage, ClientRow, Clients, Credentials, Fault, NewClient, PlaceTick, RegisteredClient,
    RegistrationFields, SecretLine, SecretPlace, Secrets, ShownSecret, StandardFields, TypeChoice,
};
pub use console_tools::{
    BuiltLink, Choice, ClientName, DeliveryRow, FamilyRow, LinkPage, MadeCode, Meter, NoticePage, NoticeRow,
    NoticesPage, PickGroup, PickLine, Picker, Qr, QuotaPage, QuotaRow, QuotasPage, SandboxPage, SelfCodePage,
    ShownClone, ShownUser, Snippet, TestUserRow, WantedNotices, WebhookPage,
};
pub use device::{DeviceCodeError, DeviceDone, DevicePage};
pub use error_page::ErrorPage;
pub use error_text::ErrorText;
pub use factors::{
    FactorError, FactorField, Factors, FactorsAuthenticator, FactorsCodes, FactorsPasskey, FactorsPasskeyRemoval,
    PasskeyLine,
};
pub use form_post::FormPost;
pub use home::{ConnectedApplication, Home, HomeLink};
pub(crate) use letters::{FactorChange, LetterText};
pub use locale::Locale;
pub use mailbox::{Mailbox, MailboxLetter, Part, parts as mailbox_parts};
pub use no_organization::NoOrganization;
pub use policy_refused::{AskReview, PolicyRefused};
pub use scopes::Kind;
pub use shell::{Area, NavLink, Shell, ShellPerson};
pub use sign_in::SignInError;
pub use sign_in_email::SignInEmail;
pub use sign_in_factor::SignInFactor;
pub use sign_in_password::SignInPassword;
pub use sign_out::SignOut;
pub use signed_out::SignedOut;
pub use unreachable::Unreachable;

use icon::Icon;
use text::{Html, Value};

/// What surrounds every page: language, whose house it is, which data center, and the id to quote when asking for help.
#[derive(Debug, Clone, Copy)]
pub struct Frame<'a> {
    pub locale: Locale,
    pub brand: Brand<'a>,
    /// The data center's name, for example "United States".
    pub place: Option<&'a str>,
    pub request_id: &'a str,
}

/// Name and colors of the operator or of a portal.
#[derive(Debug, Clone, Copy)]
pub struct Brand<'a> {
    pub name: &'a str,
    /// Same origin or `data:`, as the content security policy asks. Without one a tile with the first letter is shown.
    pub logo_url: Option<&'a str>,
    /// A stylesheet of [`assets::brand_stylesheet`]; an own file, since the policy forbids inline code.
    pub stylesheet_url: Option<&'a str>,
}

impl Brand<'static> {
    /// The product's own name and mark, for an operator who set neither.
    pub fn grantor() -> Self {
        Self { name: "Grantor", logo_url: Some(assets::mark_url()), stylesheet_url: None }
    }
}

/// Where a page's form goes, and the two hidden values that come back with it.
#[derive(Debug, Clone, Copy)]
pub struct Form<'a> {
    /// Path with the original query, unescaped.
    pub action: &'a str,
    pub csrf: &'a str,
    pub seal: &'a str,
}

/// The person in this browser's session.
#[derive(Debug, Clone, Copy)]
pub struct SignedIn<'a> {
    /// The user's full name.
    pub display: &'a str,
    pub email: &'a str,
    /// Where "Use another account" leads.
    pub switch_url: &'a str,
}

impl SignedIn<'_> {
    fn initial(&self) -> String {
        initial(self.first_line())
    }

    fn first_line(&self) -> &str {
        if self.display.trim().is_empty() { self.email } else { self.display }
    }

    /// The line under the name; none when the first one is the address already.
    fn second_line(&self) -> Option<&str> {
        (self.first_line() != self.email).then_some(self.email)
    }
}

/// What an organization is used for. A badge is shown for the two that are not production.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Environment {
    Production,
    Sandbox,
    Developer,
}

impl Environment {
    fn badge(self, frame: &Frame<'_>) -> Option<Cow<'static, str>> {
        match self {
            Self::Production => None,
            Self::Sandbox => Some(frame.t("environment-sandbox")),
            Self::Developer => Some(frame.t("environment-developer")),
        }
    }
}

impl Frame<'_> {
    fn t(&self, key: &str) -> Cow<'static, str> {
        text::text(self.locale, key)
    }

    /// A sentence with the brand's name in it.
    fn branded(&self, key: &str) -> Html {
        text::html(self.locale, key, &[("brand", Value::Name(self.brand.name))])
    }

    /// A sentence with the brand's name and another one in it.
    fn branded_with(&self, key: &str, argument: &str, name: &str) -> Html {
        text::html(self.locale, key, &[("brand", Value::Name(self.brand.name)), (argument, Value::Name(name))])
    }

    /// A sentence with one name in it.
    fn named(&self, key: &str, argument: &str, name: &str) -> Html {
        text::html(self.locale, key, &[(argument, Value::Name(name))])
    }
}

/// A short text by its key, for whoever names a page.
pub fn label(locale: Locale, key: &str) -> Cow<'static, str> {
    text::text(locale, key)
}

/// A sentence about something with a name, for a letter: plain text, not for a page.
pub fn sentence_about(locale: Locale, key: &str, argument: &str, name: &str) -> String {
    let mut arguments = fluent_bundle::FluentArgs::new();
    arguments.set(argument.to_owned(), name.to_owned());
    let found = text::find(locale, key, None, Some(&arguments));
    found.map_or_else(|| key.to_owned(), Cow::into_owned)
}

/// Whether a text is a color as portals take it: `#rrggbb`.
pub fn is_color(text: &str) -> bool {
    color::Color::parse(text).is_some()
}

/// The first letter or digit of a name, for the tile that stands in for a logo.
fn initial(name: &str) -> String {
    name.chars().find(|c| c.is_alphanumeric()).map_or_else(|| "•".to_owned(), |c| c.to_uppercase().collect())
}

/// Renders a page. The templates cannot fail short of a broken formatter; then a plain page is better than none.
fn finish<T: askama::Template>(page: &T, frame: &Frame<'_>) -> String {
    page.render().unwrap_or_else(|error| {
        tracing::error!(%error, "a page could not be rendered");
        let title = text::text_at(frame.locale, "error-internal", Some("heading"));
        format!(
            "<!doctype html><html lang=\"{}\" dir=\"{}\"><meta charset=\"utf-8\"><title>{title}</title><h1>{title}</h1><p>{}</p></html>",
            frame.locale.tag(),
            frame.locale.direction(),
            text::text(frame.locale, "error-internal"),
        )
    })
}
