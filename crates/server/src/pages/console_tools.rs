//! The console's tools for one client, in English only: why did it fail, the link builder, a self client's code, quotas,
//! the webhook and the sandbox. One file for each page.

mod code;
mod link;
mod notices;
mod picker;
mod quotas;
mod sandbox;
mod webhook;

pub use code::{MadeCode, SelfCodePage};
pub use link::{BuiltLink, Choice, LinkPage, Qr, Snippet};
pub use notices::{NoticePage, NoticeRow, NoticesPage, WantedNotices};
pub use picker::{PickGroup, PickLine, Picker};
pub use quotas::{FamilyRow, Meter, QuotaPage, QuotaRow, QuotasPage};
pub use sandbox::{SandboxPage, ShownClone, ShownUser, TestUserRow};
pub use webhook::{DeliveryRow, WebhookPage};

/// The client a page is about.
#[derive(Debug, Clone, Copy)]
pub struct ClientName<'a> {
    pub id: &'a str,
    pub name: &'a str,
}
