//! A signed-in person at their own pages: the account, the console, an organization. Whoever is not signed in goes to
//! the sign-in and comes back; every form is checked to be ours; what is not theirs is not there.

use std::sync::Arc;

use axum::{
    extract::Request,
    http::{StatusCode, Uri},
    response::Response,
};
use grantor_protocol::{
    params::{Found, Params},
    people::{Membership, Realm},
};
use grantor_store::SignedIn;

use crate::{
    failure::Failure,
    house::DataCenter,
    http::{params, reply},
    metrics::Endpoint,
    pages::{Area, NavLink, Shell, ShellPerson},
    walk::{Door, Visit, Walked, error_pages, resume},
};

/// The pages a person may be sent back to after signing in.
const OURS: [&str; 3] = ["/account", "/console", "/organization"];

/// A request of a signed-in person.
#[derive(Debug)]
pub struct Sitting<'v> {
    /// The request.
    pub visit: &'v mut Visit,
    /// Who, and since when.
    pub person: SignedIn,
    /// Where they belong, by name.
    pub memberships: Vec<Membership>,
    query: Params,
    display: String,
}

impl Sitting<'_> {
    /// Opens the visit, finds out who it is, and goes to the room. Somebody who is not signed in is sent to do that, and
    /// comes back to this page (a form is not sent again).
    pub async fn walk(
        dc: Arc<DataCenter>,
        request: Request,
        room: impl AsyncFnOnce(&mut Sitting<'_>) -> Walked,
    ) -> Response {
        let back = request.uri().path_and_query().map_or("/account", |p| p.as_str()).to_owned();
        Visit::walk(dc, Door::home(Realm::Accounts), Endpoint::Page, request, async move |visit: &mut Visit| {
            let Ok(query) = Params::read(visit.query.as_bytes()) else { return Ok(error_pages::unreadable(visit)) };
            // Before it is looked up who asks: a body may take its time, and whoever was removed or signed out meanwhile
            // is nobody here when it has come. Of whoever has no session nothing is read.
            if visit.session().is_some() && visit.await_body().await.is_err() {
                return Ok(error_pages::unreadable(visit));
            }
            let known = resume::load(visit, None).await?;
            let Some(person) = known.signed_in else {
                let back = form_urlencoded::Serializer::new(String::new()).append_pair("continue", &back).finish();
                return Ok(reply::see_other(&format!("{}?{back}", visit.door.path())));
            };
            let display = person.user.display_name();
            let mut sitting = Sitting { visit, person, memberships: known.facts.memberships, query, display };
            room(&mut sitting).await
        })
        .await
    }

    /// The form that was sent.
    ///
    /// # Errors
    /// The page that says the form is not (or no longer) ours: 403, and nothing was done.
    pub async fn form(&mut self) -> Result<Params, Response> {
        // The body only: what stands in the query names the page.
        let sent = params::read(&Uri::default(), &self.visit.headers, self.visit.take_body()).await;
        let Ok(sent) = sent else { return Err(error_pages::unreadable(self.visit)) };
        if self.visit.form_is_ours(sent.params.get("csrf")) {
            Ok(sent.params)
        } else {
            Err(error_pages::not_our_form(self.visit))
        }
    }

    /// The parameters of the page's own query.
    pub fn query(&self) -> &Params {
        &self.query
    }

    /// A part of the page's own query, as `read` takes it; `None` when it is left out or empty.
    ///
    /// # Errors
    /// The page that says it cannot be read (400): a link or form of ours never has that.
    pub fn asked<T>(&self, name: &str, read: impl FnOnce(&str) -> Option<T>) -> Result<Option<T>, Box<Response>> {
        let found = match self.query.find(name) {
            Found::Absent | Found::Once("") => return Ok(None),
            Found::Once(text) => read(text),
            Found::Conflicting => None,
        };
        found.map(Some).ok_or_else(|| Box::new(error_pages::link_malformed(self.visit, name)))
    }

    /// The token that the forms of this page carry.
    pub fn csrf(&self) -> String {
        self.visit.form_token()
    }

    /// A page in the frame of an area. `links` are the rooms beside it.
    pub fn shell<T>(&self, area: Area, links: &[NavLink], render: impl FnOnce(Shell<'_>) -> T) -> T {
        let csrf = self.csrf();
        let administers: Vec<(&str, &str)> = self
            .memberships
            .iter()
            .filter(|m| m.administrator)
            .map(|m| (m.organization.id.as_str(), m.organization.name.as_str()))
            .collect();
        self.visit.framed(|frame| {
            let person = ShellPerson { display: &self.display, email: &self.person.user.email };
            render(Shell { frame, area, links, person, administers: &administers, csrf: &csrf })
        })
    }

    /// A rendered page.
    #[expect(clippy::unnecessary_wraps, reason = "it ends a room, and a room may break")]
    pub fn page(&self, html: String) -> Walked {
        Ok(self.visit.page(html))
    }

    /// A rendered page with a status: 422 for a form that has to be filled in again.
    #[expect(clippy::unnecessary_wraps, reason = "it ends a room, and a room may break")]
    pub fn page_with(&self, status: StatusCode, html: String) -> Walked {
        Ok(self.visit.page_with(status, html))
    }

    /// What is not there, or not this person's: the same 404 for both.
    #[expect(clippy::unnecessary_wraps, reason = "it ends a room, and a room may break")]
    pub fn nothing(&self) -> Walked {
        Ok(error_pages::nothing_here(self.visit))
    }

    /// What a step needs to write its audit row.
    ///
    /// # Errors
    /// When there is no entropy.
    pub fn trail(&self) -> Result<grantor_store::AuditTrail, Failure> {
        Ok(self.visit.asking.trail(&self.visit.dc)?)
    }
}

/// Where a person wants to go on after signing in, when that is a page of theirs here.
pub fn continue_to(query: &str) -> Option<String> {
    let params = Params::read(query.as_bytes()).ok()?;
    let wanted = params.get("continue")?;
    let ours = OURS
        .iter()
        .any(|page| wanted.strip_prefix(page).is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?'])));
    let plain = wanted.bytes().all(|b| b.is_ascii_graphic() && b != b'\\') && !wanted.contains("//");
    (ours && plain && wanted.len() <= 2_000).then(|| wanted.to_owned())
}

#[cfg(test)]
mod tests {
    use super::continue_to;

    #[test]
    fn a_person_goes_on_at_a_page_of_theirs_or_nowhere() {
        for ours in ["/account", "/account/sessions?ended=1", "/console/1000.A/secrets", "/organization/1/audit"] {
            let query = form_urlencoded::Serializer::new(String::new()).append_pair("continue", ours).finish();
            assert_eq!(continue_to(&query).as_deref(), Some(ours));
        }
        for foreign in
            ["", "/", "//evil.example", "/\\evil", "https://evil.example", "/accounts", "/account//evil", "/console/\n"]
        {
            let query = form_urlencoded::Serializer::new(String::new()).append_pair("continue", foreign).finish();
            assert_eq!(continue_to(&query), None, "{foreign:?}");
        }
        assert_eq!(continue_to("other=/account"), None);
    }
}
