//! The requests of the load: how each is sent, and what its answer means for what the oracle knows.

use std::net::SocketAddr;

use anyhow::{Context as _, Result, bail};

use super::fate::Fate;
use super::journal::Journal;
use super::server::{CALLBACK, CLIENT, PASSWORD, PEOPLE, SECRET};
use super::world::{AccessId, Code, CodeId, FamilyId, SpanId, Try, World};
use crate::wire::http::{Connection, Response};
use crate::wire::walk::{self, Jar, Lost, Person};
use crate::wire::{encode, form};

const SCOPES: &str = "ZohoBigin.modules.ALL,AaaServer.profile.READ";

/// Whom to ask, and the browsers in which everybody is signed in.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    pub(crate) address: SocketAddr,
    pub(crate) jars: Vec<Jar>,
}

/// One request, or one walk through the pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    /// A code for a person; with a consent that is shown again, for offline access, or at once.
    Authorize {
        person: usize,
        is_offline: bool,
    },
    Exchange(CodeId),
    Refresh(FamilyId),
    RevokeAccess(AccessId),
    RevokeFamily(FamilyId),
}

/// What was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Answer {
    Code(String),
    Tokens {
        access: String,
        refresh: Option<String>,
    },
    Done,
    /// No, in the protocol's words.
    Refused(String),
    /// Neither yes nor no: as if it had not been answered.
    Broken(String),
}

/// A step whose request is on its way.
#[derive(Debug)]
pub(crate) struct Open {
    step: Step,
    span: SpanId,
    /// What had to be true when it was sent.
    before: Fate,
    /// The same, but for revocations of the object itself.
    before_unrevoked: Fate,
}

/// A caller with a connection and browsers of its own.
#[derive(Debug)]
pub(crate) struct Caller {
    connection: Connection,
    jars: Vec<Jar>,
}

impl Caller {
    pub(crate) fn new(target: &Target) -> Self {
        Self { connection: Connection::new(target.address), jars: target.jars.clone() }
    }

    /// Is this access token good at the user information?
    pub(crate) fn is_good(&mut self, token: &str) -> Result<bool> {
        let value = format!("Bearer {token}");
        let response =
            self.connection.get("/oauth/user/info", &[("Authorization", &value)]).context("user information")?;
        match response.status {
            200 => Ok(true),
            401 => Ok(false),
            other => bail!("user information answers {other}: {}", response.body),
        }
    }

    /// Sends a step; no answer at all is an error. Whatever the server answers is an answer.
    fn send(&mut self, world: &Told, step: Step) -> std::io::Result<Answer> {
        match step {
            Step::Authorize { person, is_offline } => self.authorize(person, is_offline),
            Step::Exchange(_) => {
                let body = form(&[
                    ("grant_type", "authorization_code"),
                    ("client_id", CLIENT),
                    ("client_secret", SECRET),
                    ("redirect_uri", CALLBACK),
                    ("code", &world.secret),
                ]);
                self.connection.post("/oauth/v2/token", &[], &body).map(|response| tokens(&response))
            }
            Step::Refresh(_) => {
                let body = form(&[
                    ("grant_type", "refresh_token"),
                    ("client_id", CLIENT),
                    ("client_secret", SECRET),
                    ("refresh_token", &world.secret),
                ]);
                self.connection.post("/oauth/v2/token", &[], &body).map(|response| tokens(&response))
            }
            Step::RevokeAccess(_) | Step::RevokeFamily(_) => {
                let body = form(&[("token", &world.secret)]);
                self.connection.post("/oauth/v2/token/revoke", &[], &body).map(|response| match response.status {
                    200 => Answer::Done,
                    400 => Answer::Refused(response.body),
                    other => Answer::Broken(format!("{other} {}", response.body)),
                })
            }
        }
    }

    fn authorize(&mut self, person: usize, is_offline: bool) -> std::io::Result<Answer> {
        let Some((email, jar)) = PEOPLE.get(person).zip(self.jars.get_mut(person)) else {
            return Ok(Answer::Broken("nobody".into()));
        };
        let who = Person { email, password: None };
        match walk::to_code(&mut self.connection, jar, who, &authorize_target(is_offline), CALLBACK) {
            // Who has consented before is asked nothing, unless that was demanded.
            Ok(arrived) if !is_offline && arrived.pages > 0 => {
                Ok(Answer::Refused("asked again what had been answered".into()))
            }
            Ok(arrived) => Ok(Answer::Code(arrived.code)),
            Err(Lost::Unanswered(cause)) => Err(cause),
            Err(Lost::Astray(what)) => Ok(Answer::Refused(what)),
        }
    }
}

/// What a step needs to know of the world while the world is not locked.
#[derive(Debug)]
pub(crate) struct Told {
    secret: String,
}

/// Notes that a step is about to be sent.
pub(crate) fn open(world: &mut World, step: Step) -> (Open, Told) {
    let before = fate(world, step);
    let before_unrevoked = fate_unrevoked(world, step);
    let span = world.begin();
    let secret = match step {
        Step::Authorize { .. } => String::new(),
        Step::Exchange(id) => {
            let person = world.code(id).filter(|code| code.is_offline).map(|code| code.person);
            if let Some(births) = person.and_then(|person| world.births.get_mut(person)) {
                births.push((span, None));
            }
            let code = world.codes.get_mut(id.0);
            code.map(|code| {
                code.tries.push((span, Try::Unanswered));
                code.text.clone()
            })
            .unwrap_or_default()
        }
        Step::Refresh(id) => {
            let family = world.families.get_mut(id.0);
            family
                .map(|family| {
                    family.issues.push((span, None));
                    family.token.clone()
                })
                .unwrap_or_default()
        }
        Step::RevokeAccess(id) => {
            let access = world.accesses.get_mut(id.0);
            access
                .map(|access| {
                    access.revokes.push(span);
                    access.token.clone()
                })
                .unwrap_or_default()
        }
        Step::RevokeFamily(id) => {
            let family = world.families.get_mut(id.0);
            family
                .map(|family| {
                    family.revokes.push(span);
                    family.token.clone()
                })
                .unwrap_or_default()
        }
    };
    (Open { step, span, before, before_unrevoked }, Told { secret })
}

fn fate(world: &World, step: Step) -> Fate {
    match step {
        Step::Authorize { .. } => Fate::Alive,
        Step::Exchange(id) => world.code_fate(id),
        Step::Refresh(id) | Step::RevokeFamily(id) => world.family_fate(id),
        Step::RevokeAccess(id) => world.access_fate(id),
    }
}

fn fate_unrevoked(world: &World, step: Step) -> Fate {
    match step {
        Step::RevokeAccess(id) => world.access(id).map_or(Fate::Dead, |access| world.access_fate_unrevoked(access)),
        other => fate(world, other),
    }
}

/// Takes a step to its end: intent, request, answer, what it means. An error is a request that was not answered.
pub(crate) fn take(
    caller: &mut Caller,
    journal: &Journal,
    step: Step,
    (open, told): (Open, Told),
    mut with_world: impl FnMut(&mut dyn FnMut(&mut World)),
) -> Result<std::io::Result<Option<String>>> {
    journal.intent(open.span.0, &format!("{step:?} {}", told.secret))?;
    let answer = match caller.send(&told, step) {
        Ok(answer) => answer,
        Err(cause) => return Ok(Err(cause)),
    };
    journal.answer(open.span.0, &format!("{answer:?}"))?;
    let mut problem = None;
    with_world(&mut |world| problem = settle(world, &open, &answer));
    Ok(Ok(problem))
}

/// What an answer means; a text when it breaks a promise.
pub(crate) fn settle(world: &mut World, open: &Open, answer: &Answer) -> Option<String> {
    if let Answer::Broken(what) = answer {
        return Some(format!("{:?}: neither yes nor no: {what}", open.step)).filter(|_| !what.starts_with("503"));
    }
    world.end(open.span);
    let told = match open.step {
        Step::Authorize { person, is_offline } => settle_code(world, person, is_offline, answer),
        Step::Exchange(id) => settle_exchange(world, id, open, answer),
        Step::Refresh(id) => settle_refresh(world, id, open, answer),
        Step::RevokeAccess(_) | Step::RevokeFamily(_) => settle_revoke(open, answer),
    };
    told.map(|what| format!("request {}, {:?}: {what}", open.span.0, open.step))
}

fn settle_code(world: &mut World, person: usize, is_offline: bool, answer: &Answer) -> Option<String> {
    let Answer::Code(text) = answer else { return Some(format!("no code: {answer:?}")) };
    if world.codes.iter().any(|code| code.text == *text) {
        return Some("the same code was given twice".into());
    }
    world.codes.push(Code { person, text: text.clone(), is_offline, tries: Vec::new() });
    None
}

fn settle_exchange(world: &mut World, id: CodeId, open: &Open, answer: &Answer) -> Option<String> {
    let code = world.codes.get_mut(id.0)?;
    let outcome = if matches!(answer, Answer::Tokens { .. }) { Try::Redeemed } else { Try::Refused };
    if let Some(entry) = code.tries.iter_mut().find(|(span, _)| *span == open.span) {
        entry.1 = outcome;
    }
    let (person, redeemed) = (code.person, code.tries.iter().filter(|(_, outcome)| *outcome == Try::Redeemed).count());
    let all_refused = code.tries.iter().all(|(_, outcome)| *outcome == Try::Refused);
    let Answer::Tokens { access, refresh } = answer else {
        if let Some(births) = world.births.get_mut(person) {
            births.retain(|(span, _)| *span != open.span);
        }
        return all_refused.then(|| format!("an acknowledged code was never good for tokens: {answer:?}"));
    };
    let family = refresh.as_ref().map(|token| world.add_family(person, token.clone(), open.span));
    let access = world.add_access(access.clone(), family, open.span);
    if let Some(family) = family.and_then(|id| world.families.get_mut(id.0)) {
        family.issues.push((open.span, Some(access)));
    }
    if let Some(births) = world.births.get_mut(person) {
        births.retain(|(span, _)| *span != open.span);
        births.extend(family.map(|family| (open.span, Some(family))));
    }
    if redeemed > 1 { Some("one code was redeemed twice".into()) } else { None }
}

fn settle_refresh(world: &mut World, id: FamilyId, open: &Open, answer: &Answer) -> Option<String> {
    let Answer::Tokens { access, refresh } = answer else {
        let family = world.families.get_mut(id.0)?;
        family.issues.retain(|(span, _)| *span != open.span);
        if world.family_fate(id) == Fate::Alive {
            return Some(format!("an acknowledged refresh token is refused: {answer:?}"));
        }
        world.families.get_mut(id.0)?.is_seen_dead = true;
        return None;
    };
    let access = world.add_access(access.clone(), Some(id), open.span);
    let family = world.families.get_mut(id.0)?;
    if let Some(issue) = family.issues.iter_mut().find(|(span, _)| *span == open.span) {
        issue.1 = Some(access);
    }
    if open.before == Fate::Dead {
        return Some("a dead refresh token was good for an access token".into());
    }
    refresh
        .as_ref()
        .filter(|token| **token != family.token)
        .map(|_| "the refresh token was exchanged for another".into())
}

fn settle_revoke(open: &Open, answer: &Answer) -> Option<String> {
    // An evicted token is unknown; one that lives, or was revoked before by its owner, is not.
    let refused = matches!(answer, Answer::Refused(_)) && open.before_unrevoked == Fate::Alive;
    refused.then(|| format!("a revocation is refused: {answer:?}"))
}

fn tokens(response: &Response) -> Answer {
    let body: serde_json::Value = serde_json::from_str(&response.body).unwrap_or_default();
    let text = |key: &str| body.get(key).and_then(serde_json::Value::as_str).map(str::to_owned);
    match (text("access_token"), text("error")) {
        (Some(access), None) if response.status == 200 => Answer::Tokens { access, refresh: text("refresh_token") },
        (None, Some(error)) if response.status == 200 => Answer::Refused(error),
        _ => Answer::Broken(format!("{} {}", response.status, response.body)),
    }
}

fn authorize_target(is_offline: bool) -> String {
    let extra = if is_offline { "&access_type=offline&prompt=consent" } else { "" };
    format!(
        "/oauth/v2/auth?response_type=code&client_id={}&redirect_uri={}&scope={}{extra}",
        encode(CLIENT),
        encode(CALLBACK),
        encode(SCOPES)
    )
}

/// Everybody signs in and consents once; afterwards the cookies are all that is needed.
pub(crate) fn sign_everybody_in(address: SocketAddr) -> Result<Target> {
    let mut jars = Vec::new();
    for email in PEOPLE {
        let mut jar = Jar::default();
        let person = Person { email, password: Some(PASSWORD) };
        let arrived =
            walk::to_code(&mut Connection::new(address), &mut jar, person, &authorize_target(false), CALLBACK);
        if let Err(lost) = arrived {
            bail!("{email} cannot sign in: {lost}");
        }
        jars.push(jar);
    }
    Ok(Target { address, jars })
}
