//! `/sign-up`, where strangers may: the address first, and by its letter the rest. Whoever has an account already is told
//! so in the letter, and nowhere else.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    http::StatusCode,
    response::Response,
};
use grantor_protocol::{
    params::Params,
    people::{Environment, Organization, Realm, UserId},
    time::Timestamp,
    token::{Prefix, PresentedToken},
};
use grantor_store::{AuditTrail, MailPurpose, NewAccount, NewUser, StoreError, Tx};
use tracing::{info, warn};

use super::{
    link_in,
    mailing::{self, Allowed, Desk},
    new_password,
    overview::name,
    recover::{address, dead, sent},
};
use crate::{
    failure::Failure,
    house::DataCenter,
    http::{cookies::Cookie, reply},
    mail::Letter,
    metrics::Endpoint,
    pages::{AskForLetter, LetterError, LetterFor, LetterText, SignUp},
    provision::made,
    sitting::continue_to,
    walk::{
        Door, Visit, Walked, error_pages,
        fresh_session::{self, Fresh},
        sign_in,
    },
};

const PATH: &str = "/sign-up";
/// Where a newcomer goes on who came from nowhere.
const ONWARD: &str = "/console";

async fn walk(
    dc: Arc<DataCenter>,
    request: Request,
    room: impl AsyncFnOnce(&mut Visit, Option<PresentedToken>) -> Walked,
) -> Response {
    let link = link_in(request.uri());
    Visit::walk(dc, Door::home(Realm::Accounts), Endpoint::Page, request, async move |visit: &mut Visit| {
        if is_open(&visit.dc) { room(visit, link).await } else { Ok(error_pages::nothing_here(visit)) }
    })
    .await
}

/// Whether strangers may make themselves an account here.
pub fn is_open(dc: &DataCenter) -> bool {
    dc.house.sign_up && dc.house.mail.is_there()
}

/// A page of the way, with where the person goes on afterwards.
fn going_on(visit: &Visit, page: &str) -> String {
    match continue_to(&visit.query) {
        Some(wanted) => {
            let query = form_urlencoded::Serializer::new(String::new()).append_pair("continue", &wanted).finish();
            format!("{page}?{query}")
        }
        None => page.to_owned(),
    }
}

/// The page that asks for the address.
pub async fn ask(State(dc): State<Arc<DataCenter>>, request: Request) -> Response {
    walk(dc, request, async |visit: &mut Visit, _| Ok(ask_page(visit, "", None, StatusCode::OK))).await
}

fn ask_page(visit: &Visit, email: &str, error: Option<LetterError>, status: StatusCode) -> Response {
    let (action, csrf, sign_in_url) = (going_on(visit, PATH), visit.form_token(), going_on(visit, &visit.door.path()));
    let html = visit.framed(|frame| {
        let (action, csrf, sign_in_url) = (&action, &csrf, &sign_in_url);
        AskForLetter { frame, what: LetterFor::SignUp, action, csrf, email, error, sign_in_url }.render()
    });
    visit.page_with(status, html)
}

/// Sends a letter, whoever has the address.
pub async fn send(State(dc): State<Arc<DataCenter>>, request: Request) -> Response {
    walk(dc, request, async |visit: &mut Visit, _| {
        let form = match sign_in::read_form(visit).await {
            Ok(form) => form,
            Err(response) => return Ok(response),
        };
        let email = match address(form.get("email").unwrap_or_default()) {
            Ok(email) => email,
            Err((error, typed)) => return Ok(ask_page(visit, &typed, Some(error), StatusCode::UNPROCESSABLE_ENTITY)),
        };
        match mailing::allowed(visit, &email) {
            Allowed::Wait { minutes } => {
                let error = Some(LetterError::Wait { minutes });
                return Ok(ask_page(visit, &email, error, StatusCode::TOO_MANY_REQUESTS));
            }
            Allowed::Quietly => {}
            Allowed::Yes => {
                let (desk, to, onward) = (Desk::of(visit), email.clone(), going_on(visit, ""));
                visit.dc.house.mail.write(async move { letter(&desk, &to, &onward).await.map(Some) });
            }
        }
        Ok(sent(visit, LetterFor::SignUp, &email, &going_on(visit, PATH)))
    })
    .await
}

/// The other data centers where the same address would be the same person.
fn together(dc: &DataCenter) -> Vec<String> {
    let entries = dc.house.entries().filter(|place| dc.place.entry && place.location != dc.place.location);
    entries.map(|place| place.location.clone()).collect()
}

/// Nobody waits for this: it comes after the answer.
async fn letter(desk: &Desk, email: &str, onward: &str) -> Result<Letter, Failure> {
    let dc = &desk.dc;
    let here = has_account(dc, email.to_owned()).await?;
    let wanted = email.to_owned();
    let homes = dc.house.directory.read(move |tx| tx.homes(&wanted)).await?;
    let home = if here {
        Some(&dc.place)
    } else {
        together(dc).iter().find(|other| homes.contains(other)).and_then(|other| dc.house.place(other))
    };
    if let Some(home) = home {
        let link = format!("{}/sign-in", home.accounts_url);
        return Ok(desk.letter(LetterText::AccountThere { link: &link }, email));
    }
    let link = desk.link(MailPurpose::SignUp, UserId::NOBODY, email, PATH).await?;
    Ok(desk.letter(LetterText::SignUp { link: &format!("{link}{onward}") }, email))
}

/// What was typed into the second page.
#[derive(Default)]
struct Typed {
    first_name: String,
    last_name: String,
    organization: String,
}

/// The page behind the letter's link.
pub async fn open(State(dc): State<Arc<DataCenter>>, request: Request) -> Response {
    walk(dc, request, async |visit: &mut Visit, link| match works(visit, link).await? {
        Some((link, email)) => Ok(form_page(visit, &link, &email, &Typed::default(), None)),
        None => Ok(dead(visit, &going_on(visit, PATH))),
    })
    .await
}

async fn works(visit: &Visit, link: Option<PresentedToken>) -> Result<Option<(PresentedToken, String)>, Failure> {
    let Some(link) = link else { return Ok(None) };
    let (now, presented) = (visit.now(), link.clone());
    let found = visit.dc.store.read(move |tx| tx.mail_link(&presented, MailPurpose::SignUp, now)).await?;
    Ok(found.map(|found| (link, found.email)))
}

fn form_page(
    visit: &Visit,
    link: &PresentedToken,
    email: &str,
    typed: &Typed,
    error: Option<(&'static str, &'static str)>,
) -> Response {
    let action = going_on(visit, &format!("{PATH}/{}", link.reveal(Prefix::Usual)));
    let csrf = visit.form_token();
    let html = visit.framed(|frame| {
        SignUp {
            frame,
            action: &action,
            csrf: &csrf,
            email,
            first_name: &typed.first_name,
            last_name: &typed.last_name,
            organization: &typed.organization,
            error,
        }
        .render()
    });
    let status = if error.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    visit.page_with(status, html)
}

/// Makes the account.
pub async fn finish(State(dc): State<Arc<DataCenter>>, request: Request) -> Response {
    walk(dc, request, finish_walk).await
}

async fn finish_walk(visit: &mut Visit, link: Option<PresentedToken>) -> Walked {
    let form = match sign_in::read_form(visit).await {
        Ok(form) => form,
        Err(response) => return Ok(response),
    };
    let again = going_on(visit, PATH);
    let Some((link, email)) = works(visit, link).await? else { return Ok(dead(visit, &again)) };
    let (names, password) = match read(&form, &email) {
        Ok(read) => read,
        Err(error) => {
            let shown = |name| form.get(name).unwrap_or_default().chars().take(super::overview::MOST_NAME).collect();
            let typed = Typed {
                first_name: shown("first_name"),
                last_name: shown("last_name"),
                organization: shown("organization_name"),
            };
            return Ok(form_page(visit, &link, &email, &typed, Some(error)));
        }
    };
    let dc = Arc::clone(&visit.dc);
    let Ok(hashed) = dc.house.passwords.hash(password, &dc.house.entropy).await else {
        let mut page = form_page(visit, &link, &email, &names, Some(("password", "sign-in-error-busy")));
        *page.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
        return Ok(page);
    };
    let (user, organization_id) = free_numbers(&dc).await?;
    let Fresh { session, cookie, .. } = fresh_session::fresh(visit, user)?;
    let new = NewAccount {
        link,
        user: NewUser {
            id: user,
            realm: Realm::Accounts,
            email: email.clone(),
            email_shown: email.clone(),
            password_hash: hashed?,
            first_name: names.first_name,
            last_name: names.last_name,
            disabled: false,
        },
        organization: Organization {
            id: organization_id,
            name: names.organization,
            environment: Environment::Production,
        },
        session,
    };
    if !make(visit, new).await? {
        return Ok(dead(visit, &again));
    }
    info!(request_id = visit.asking.request_id.as_str(), data_center = dc.place.location, user = user.0, "signed up");
    let onward = continue_to(&visit.query).unwrap_or_else(|| ONWARD.to_owned());
    Ok(reply::with_cookies(reply::see_other(&onward), [cookie, visit.jar().remove(Cookie::Home)]))
}

/// Names and password, or the field that is wrong and why.
fn read(form: &Params, email: &str) -> Result<(Typed, String), (&'static str, &'static str)> {
    let field = |name| form.get(name).unwrap_or_default();
    let part = |at: &'static str, wanted| name(field(wanted)).map_err(|key| (at, key));
    let typed = Typed {
        first_name: part("names", "first_name")?,
        last_name: part("names", "last_name")?,
        organization: part("organization", "organization_name")?,
    };
    if typed.first_name.is_empty() {
        return Err(("names", "sign-up-name-missing"));
    }
    if typed.organization.is_empty() {
        return Err(("organization", "sign-up-organization-missing"));
    }
    let password = field("new_password");
    match new_password::problem(password, email) {
        Some(key) => Err(("password", key)),
        None => Ok((typed, password.to_owned())),
    }
}

/// Numbers that nobody has here.
async fn free_numbers(dc: &DataCenter) -> Result<(UserId, String), Failure> {
    loop {
        let user = UserId(made::number(9, &dc.house.entropy)?.parse().unwrap_or_default());
        let organization = made::number(11, &dc.house.entropy)?;
        let wanted = organization.clone();
        let taken =
            dc.store.read(move |tx| Ok(tx.user(user)?.is_some() || tx.organization(&wanted)?.is_some())).await?;
        if !taken && user != UserId::NOBODY {
            return Ok((user, organization));
        }
    }
}

/// The home in the directory first, so that no other data center takes the address; then everything here in one step.
async fn make(visit: &Visit, new: NewAccount) -> Result<bool, Failure> {
    let (dc, now, held) = (Arc::clone(&visit.dc), visit.now(), visit.session());
    let trail = visit.asking.trail(&dc)?;
    // A task of its own: who closes the page meanwhile does not leave a home behind without an account.
    let making = tokio::spawn(async move {
        let email = new.user.email.clone();
        // An old link of somebody who has an account by now: the clients that they own stay theirs.
        if has_account(&dc, email.clone()).await? {
            return Ok(false);
        }
        let (wanted, here, others) = (email.clone(), dc.place.location.clone(), together(&dc));
        let places = dc.house.locations();
        if !dc.house.directory.write(move |tx| tx.claim_home(&wanted, &here, &others, &places)).await? {
            return Ok(false);
        }
        let made = account(&dc, new, held, trail, now).await;
        if !matches!(made, Ok(true))
            && let Err(failure) = unclaim(&dc, email).await
        {
            warn!(failure = failure.chain(), "an address without an account keeps its home here");
        }
        made
    });
    making.await.map_err(|_| StoreError::Panicked)?
}

async fn account(
    dc: &DataCenter,
    new: NewAccount,
    held: Option<PresentedToken>,
    trail: AuditTrail,
    now: Timestamp,
) -> Result<bool, Failure> {
    let life = dc.house.session_life();
    let step = move |tx: &mut Tx<'_>| {
        // Whoever was signed in here before is so no more.
        let held = match &held {
            Some(old) => tx.session(old, &Realm::Accounts, life, now)?.map(|s| s.session),
            None => None,
        };
        let made = tx.sign_up(&new, &trail, now)?;
        if let Some(old) = held.filter(|_| made) {
            tx.end_session(old, now)?;
        }
        Ok(made)
    };
    match dc.store.write(step).await {
        // Two links of one address, at the same time.
        Err(error) if error.is_constraint() => Ok(false),
        made => Ok(made?),
    }
}

/// Whether somebody here has the address.
async fn has_account(dc: &DataCenter, email: String) -> Result<bool, Failure> {
    Ok(dc.store.read(move |tx| tx.is_user(&Realm::Accounts, &email)).await?)
}

/// Takes the claim back, unless somebody here has the address.
async fn unclaim(dc: &DataCenter, email: String) -> Result<(), Failure> {
    if !has_account(dc, email.clone()).await? {
        let here = dc.place.location.clone();
        dc.house.directory.write(move |tx| tx.remove_home(&email, &here)).await?;
    }
    Ok(())
}
