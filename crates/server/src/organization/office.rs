//! An administrator at a page of their organization. For everybody else, members too, there is nothing here: the same
//! 404 for every id and every page.

use std::sync::Arc;

use axum::{extract::Request, response::Response};
use grantor_protocol::people::{Organization, UserId};

use super::nav::{self, Page};
use crate::{
    failure::Failure,
    house::DataCenter,
    http::reply,
    pages::{Area, Shell},
    sitting::Sitting,
    walk::Walked,
};

/// How many lines a page lists.
pub const LINES: usize = 50;

/// The organization, and what the path names in it.
#[derive(Debug)]
pub struct Office {
    /// Which.
    pub organization: Organization,
    /// The parts of the path behind its id, as they stand there.
    rest: Vec<String>,
}

impl Office {
    /// Its id.
    pub fn id(&self) -> String {
        self.organization.id.clone()
    }

    /// A part of the path behind the id, from 0; empty when there is none.
    pub fn named(&self, at: usize) -> &str {
        self.rest.get(at).map_or("", String::as_str)
    }

    /// The user whom a part of the path names.
    pub fn user(&self, at: usize) -> Option<UserId> {
        user(self.named(at))
    }

    /// A path of this organization.
    pub fn path(&self, tail: &str) -> String {
        format!("/organization/{}{tail}", self.organization.id)
    }

    /// After a form: the page again, with what was done.
    #[expect(clippy::unnecessary_wraps, reason = "the end of a form's walk, like `Sitting::page`")]
    pub fn done(&self, tail: &str, what: &str) -> Walked {
        Ok(reply::see_other(&format!("{}?done={what}", self.path(tail))))
    }

    /// A page in its frame.
    pub fn shell<T>(&self, sitting: &Sitting<'_>, page: Page, render: impl FnOnce(Shell<'_>) -> T) -> T {
        let links = nav::links(sitting.visit.locale, &self.organization.id, page);
        sitting.shell(Area::Organization, &links, render)
    }
}

/// A user's number as pages carry it.
pub fn user(text: &str) -> Option<UserId> {
    let plain = !text.is_empty() && text.len() <= 19 && text.bytes().all(|b| b.is_ascii_digit());
    text.parse().ok().filter(|id| plain && *id > 0).map(UserId)
}

/// A text that a person typed: trimmed, and no longer than `most` characters.
pub fn typed(text: Option<&str>, most: usize) -> String {
    text.unwrap_or_default().trim().chars().take(most).collect()
}

/// Lets an administrator of the organization in.
pub async fn walk(
    dc: Arc<DataCenter>,
    request: Request,
    room: impl AsyncFnOnce(&mut Sitting<'_>, &Office) -> Walked,
) -> Response {
    let parts: Vec<String> = request.uri().path().split('/').skip(2).map(str::to_owned).collect();
    Sitting::walk(dc, request, async move |sitting: &mut Sitting<'_>| {
        let mut parts = parts.into_iter();
        let id = parts.next().unwrap_or_default();
        let own = sitting.memberships.iter().find(|m| m.administrator && m.organization.id == id);
        let Some(organization) = own.map(|m| m.organization.clone()) else { return sitting.nothing() };
        let office = Office { organization, rest: parts.collect() };
        room(sitting, &office).await
    })
    .await
}

/// What an application is called; its id when it is gone.
pub async fn application(dc: &DataCenter, client_id: &str) -> Result<String, Failure> {
    let record = dc.client(client_id).await?;
    Ok(record.map_or_else(|| client_id.to_owned(), |record| record.client.name.clone()))
}
