//! `/account`: who one is; names can be changed, the address can be proven. Nothing else of a form is looked at.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    http::StatusCode,
    response::Response,
};
use grantor_protocol::people::{fold_email, is_plain};
use grantor_store::MailPurpose;
use tracing::info;

use super::{
    mailing::{self, Allowed, Desk},
    nav,
};
use crate::{
    house::DataCenter,
    http::reply,
    moment::day,
    pages::{
        Area, LetterText,
        account::{Overview, Place},
    },
    sitting::Sitting,
    walk::{Walked, environment, error_pages},
};

/// The longest name, in characters.
pub const MOST_NAME: usize = 100;

/// The page.
pub async fn get(State(dc): State<Arc<DataCenter>>, request: Request) -> Response {
    Sitting::walk(dc, request, async |sitting: &mut Sitting<'_>| {
        let (first, last) = (sitting.person.user.first_name.clone(), sitting.person.user.last_name.clone());
        let told = match sitting.query().get("done") {
            Some("saved") => Some("profile-saved"),
            Some("sent") => Some("profile-letter-sent"),
            _ => None,
        };
        page(sitting, (&first, &last), told, None).await
    })
    .await
}

async fn page(
    sitting: &Sitting<'_>,
    names: (&str, &str),
    told: Option<&'static str>,
    error: Option<&'static str>,
) -> Walked {
    let user = sitting.person.user.id;
    let Some(profile) = sitting.visit.dc.store.read(move |tx| tx.profile(user)).await? else {
        return sitting.nothing();
    };
    let since = day(profile.created_at);
    let places: Vec<Place<'_>> = sitting
        .memberships
        .iter()
        .map(|m| Place {
            id: &m.organization.id,
            name: &m.organization.name,
            environment: environment(m.organization.environment),
            administrator: m.administrator,
        })
        .collect();
    let links = nav::links(sitting.visit.locale, nav::Page::Overview);
    let html = sitting.shell(Area::Account, &links, |shell| {
        Overview {
            shell,
            first_name: names.0,
            last_name: names.1,
            email: &profile.user.email,
            verified: profile.user.email_verified,
            can_verify: sitting.visit.dc.house.mail.is_there(),
            since: &since,
            number: user.0,
            places: &places,
            told,
            error,
        }
        .render()
    });
    let status = if error.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    sitting.page_with(status, html)
}

/// The key of what is wrong with a person's or an organization's name; the name as it is kept.
pub fn name(text: &str) -> Result<String, &'static str> {
    let text = text.trim();
    if text.chars().count() > MOST_NAME {
        return Err("name-long");
    }
    if is_plain(text) { Ok(text.to_owned()) } else { Err("name-odd") }
}

/// New names.
pub async fn post(State(dc): State<Arc<DataCenter>>, request: Request) -> Response {
    Sitting::walk(dc, request, async |sitting: &mut Sitting<'_>| {
        let form = match sitting.form().await {
            Ok(form) => form,
            Err(response) => return Ok(response),
        };
        let (first, last) = (form.get("first_name").unwrap_or_default(), form.get("last_name").unwrap_or_default());
        let (new_first, new_last) = match (name(first), name(last)) {
            (Ok(first), Ok(last)) => (first, last),
            (Err(key), _) | (_, Err(key)) => {
                let shown = |text: &str| text.chars().take(MOST_NAME).collect::<String>();
                return page(sitting, (&shown(first), &shown(last)), None, Some(key)).await;
            }
        };
        let (user, trail) = (sitting.person.user.id, sitting.trail()?);
        sitting.visit.dc.store.write(move |tx| tx.set_names(user, (&new_first, &new_last), &trail)).await?;
        Ok(reply::see_other("/account?done=saved"))
    })
    .await
}

/// The letter that proves the address, once more.
pub async fn verify(State(dc): State<Arc<DataCenter>>, request: Request) -> Response {
    Sitting::walk(dc, request, async |sitting: &mut Sitting<'_>| {
        if let Err(response) = sitting.form().await {
            return Ok(response);
        }
        let (visit, user) = (&sitting.visit, &sitting.person.user);
        let Some(email) = fold_email(&user.email).filter(|_| visit.dc.house.mail.is_there()) else {
            return sitting.nothing();
        };
        if user.email_verified {
            return Ok(reply::see_other("/account"));
        }
        if mailing::allowed(visit, &email) != Allowed::Yes {
            return Ok(error_pages::too_many(visit));
        }
        let desk = Desk::of(visit);
        let (id, shown) = (user.id, user.email.clone());
        visit.dc.house.mail.write(async move {
            let link = desk.link(MailPurpose::Verify, id, &email, "/verify").await?;
            Ok(Some(desk.letter(LetterText::Verification { link: &link }, &shown)))
        });
        info!(request_id = visit.asking.request_id.as_str(), user = user.id.0, "a verification letter was asked for");
        Ok(reply::see_other("/account?done=sent"))
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_short_and_plain() {
        assert_eq!(name("  Zoë  "), Ok("Zoë".to_owned()));
        assert_eq!(name(""), Ok(String::new()));
        assert_eq!(name(&"é".repeat(100)).map(|n| n.chars().count()), Ok(100));
        assert_eq!(name(&"é".repeat(101)), Err("name-long"));
        for odd in ["a\u{202e}b", "a\nb", "a\u{0}b", "\u{2067}"] {
            assert_eq!(name(odd), Err("name-odd"), "{odd:?}");
        }
    }
}
