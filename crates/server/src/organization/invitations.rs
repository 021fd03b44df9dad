//! `/organization/{id}/invitations`: asking people in, by a letter with a link.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    http::StatusCode,
    response::Response,
};
use grantor_protocol::{
    people::fold_email,
    secret::SecretKind,
    token::{Prefix, PresentedToken, TokenId},
};
use grantor_store::{NewInvitation, NotInvited};

use super::{
    nav::Page,
    office::{self, Office},
};
use crate::{
    account::mailing::OfficeLetter,
    house::DataCenter,
    mail::Letter,
    moment::day,
    pages::{
        organization::{InvitationLine, Invitations},
        sentence_about,
    },
    sitting::Sitting,
    walk::Walked,
};

/// What the page shows beside the list.
#[derive(Default)]
struct Shown {
    /// What was typed.
    email: String,
    administrator: bool,
    error: Option<&'static str>,
    told: Option<&'static str>,
    /// Shown once, where no letter can be sent.
    link: Option<String>,
}

/// The page.
pub async fn get(State(dc): State<Arc<DataCenter>>, request: Request) -> Response {
    office::walk(dc, request, async |sitting, office| {
        let told = match sitting.query().get("done") {
            Some("sent") => Some("org-invitation-sent"),
            Some("withdrawn") => Some("org-invitation-withdrawn"),
            _ => None,
        };
        page(sitting, office, StatusCode::OK, Shown { told, ..Shown::default() }).await
    })
    .await
}

async fn page(sitting: &Sitting<'_>, office: &Office, status: StatusCode, shown: Shown) -> Walked {
    let (id, now) = (office.id(), sitting.visit.now());
    let open = sitting.visit.dc.store.read(move |tx| tx.invitations(&id, now)).await?;
    let lines: Vec<InvitationLine> = open
        .into_iter()
        .map(|one| InvitationLine {
            id: one.id.to_hex(),
            email: one.email,
            administrator: one.administrator,
            until: day(one.expires_at),
        })
        .collect();
    let path = office.path("/invitations");
    let html = office.shell(sitting, Page::Invitations, |shell| {
        Invitations {
            shell,
            path: &path,
            lines: &lines,
            email: &shown.email,
            administrator: shown.administrator,
            error: shown.error,
            told: shown.told,
            link: shown.link.as_deref(),
        }
        .render()
    });
    sitting.page_with(status, html)
}

/// Invites, or takes an invitation back.
pub async fn post(State(dc): State<Arc<DataCenter>>, request: Request) -> Response {
    office::walk(dc, request, change).await
}

async fn change(sitting: &mut Sitting<'_>, office: &Office) -> Walked {
    let form = match sitting.form().await {
        Ok(form) => form,
        Err(response) => return Ok(response),
    };
    if form.get("do") == Some("withdraw") {
        let Some(invitation) = form.get("invitation").and_then(TokenId::from_hex) else { return sitting.nothing() };
        let (id, by, trail) = (office.id(), sitting.person.user.id, sitting.trail()?);
        let step = move |tx: &mut grantor_store::Tx<'_>| tx.withdraw_invitation(&id, by, invitation, &trail);
        let withdrawn = sitting.visit.dc.store.write(step).await?;
        return if withdrawn { office.done("/invitations", "withdrawn") } else { sitting.nothing() };
    }
    let typed = office::typed(form.get("email"), 254);
    let administrator = form.get("administrator").is_some();
    let refused = |error| Shown { email: typed.clone(), administrator, error: Some(error), ..Shown::default() };
    let Some(email) = fold_email(&typed).filter(|email| !email.contains(['<', '>', ',', ';', '"'])) else {
        let shown = refused("org-invite-no-address");
        return page(sitting, office, StatusCode::UNPROCESSABLE_ENTITY, shown).await;
    };
    let (dc, now, id) = (Arc::clone(&sitting.visit.dc), sitting.visit.now(), office.id());
    // Where there are no letters, a link in hand is no nuisance to anybody.
    let letter = if dc.house.mail.is_there() {
        let Some(letter) = OfficeLetter::begin(sitting.visit, &id, sitting.person.user.id) else {
            return page(sitting, office, StatusCode::TOO_MANY_REQUESTS, refused("org-invite-wait")).await;
        };
        if !letter.may_go_to(&email) {
            letter.unsent(None);
            return page(sitting, office, StatusCode::TOO_MANY_REQUESTS, refused("org-invite-address-wait")).await;
        }
        Some(letter)
    } else {
        None
    };
    let token = PresentedToken { id: dc.fresh_id(now)?, secret: dc.house.entropy.secret()? };
    let new = NewInvitation {
        id: token.id,
        secret_hash: token.secret.hash(SecretKind::Invitation),
        organization_id: office.id(),
        email: email.clone(),
        administrator,
        invited_by: sitting.person.user.id,
    };
    let trail = sitting.trail()?;
    let invited = dc.store.write(move |tx| tx.invite(&new, &trail, now)).await?;
    if let (Err(_), Some(letter)) = (invited, letter) {
        letter.unsent(Some(&email));
    }
    match invited {
        Ok(()) => {}
        Err(NotInvited::NotAdministrator) => return sitting.nothing(),
        Err(NotInvited::Member) => {
            return page(sitting, office, StatusCode::UNPROCESSABLE_ENTITY, refused("org-invite-member")).await;
        }
        Err(NotInvited::TooMany) => {
            return page(sitting, office, StatusCode::UNPROCESSABLE_ENTITY, refused("org-invite-too-many")).await;
        }
    }
    // Built from the config: whatever Host a request names, the link leads to us.
    let link = format!("{}/organization/invitation/{}", dc.place.accounts_url, token.reveal(Prefix::Usual));
    if letter.is_none() {
        return page(sitting, office, StatusCode::OK, Shown { link: Some(link), ..Shown::default() }).await;
    }
    let locale = sitting.visit.locale;
    let name = one_line(&office.organization.name);
    let subject = sentence_about(locale, "org-letter-subject", "organization", &name);
    let text = [
        sentence_about(locale, "org-letter-text", "organization", &name),
        link,
        sentence_about(locale, "org-letter-end", "organization", &name),
    ];
    dc.house.mail.send(Letter { to: email, subject, text: format!("{}\n", text.join("\n\n")) });
    office.done("/invitations", "sent")
}

/// A name for a letter: one line of it.
fn one_line(name: &str) -> String {
    name.chars().map(|c| if c.is_control() { ' ' } else { c }).take(100).collect()
}
