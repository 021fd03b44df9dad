//! Letters with links: throttled before, looked up and written after the answer. A link is built from the configured
//! address, never from what a request says its host is.

use std::sync::Arc;

use grantor_protocol::{
    people::{Realm, User, UserId},
    time::Timestamp,
    token::{Prefix, PresentedToken},
};
use grantor_store::{MailPurpose, NewMailLink};

use crate::{
    failure::Failure,
    guesses::{Guess, Guessed, Guesses},
    house::DataCenter,
    mail::Letter,
    pages::{FactorChange, LetterText, Locale},
    walk::Visit,
};

/// Where a sandbox shows its letters.
pub const SANDBOX_MAILBOX: &str = "/_sandbox/mail";

/// What letters of a visit have in common; it outlives the visit.
#[derive(Clone)]
pub struct Desk {
    pub dc: Arc<DataCenter>,
    pub realm: Realm,
    locale: Locale,
    brand: String,
    pub now: Timestamp,
}

impl Desk {
    /// Of this visit.
    pub fn of(visit: &Visit) -> Self {
        Self {
            dc: Arc::clone(&visit.dc),
            realm: visit.door.realm().clone(),
            locale: visit.locale,
            brand: visit.framed(|frame| frame.brand.name.to_owned()),
            now: visit.now(),
        }
    }

    /// Draws a link, keeps it, and answers its URL: `page` of this realm with a token at the end.
    pub async fn link(&self, purpose: MailPurpose, user: UserId, email: &str, page: &str) -> Result<String, Failure> {
        let token = PresentedToken { id: self.dc.fresh_id(self.now)?, secret: self.dc.house.entropy.secret()? };
        let new = NewMailLink {
            id: token.id,
            secret_hash: token.secret.hash(purpose.secret_kind()),
            purpose,
            user,
            email: email.to_owned(),
        };
        let now = self.now;
        self.dc.store.write(move |tx| tx.add_mail_link(&new, now)).await?;
        Ok(format!("{}{page}/{}", self.dc.base_url(&self.realm), token.reveal(Prefix::Usual)))
    }

    /// The letter.
    pub fn letter(&self, text: LetterText<'_>, to: &str) -> Letter {
        text.write(self.locale, &self.brand, to)
    }

    /// Tells a person that their password was changed: whoever did not do it should know.
    pub fn tell_of_new_password(&self, user: &User, recover_path: &str) {
        self.tell(user, recover_path, |link| LetterText::PasswordChanged { link });
    }

    /// Tells a person of a change of their second factors, for the same reason.
    pub fn tell_of_factor(&self, user: &User, change: FactorChange, recover_path: &str) {
        self.tell(user, recover_path, |link| LetterText::FactorChanged { change, link });
    }

    /// Tells a person, once a day, that somebody guesses at their account and is slowed down (case K03). `user`: who has
    /// the address; for nobody all is done but the letter, and it takes as long.
    pub fn tell_of_guessing(&self, at: Guessed, email: &str, user: Option<User>, recover_path: String) {
        let told = Guess::Warning(self.realm.as_str(), email, at);
        if self.dc.guesses.begin(told, self.now).is_zero() {
            let desk = self.clone();
            self.dc.house.mail.write(async move {
                let Some(user) = user.filter(|user| !user.disabled) else { return Ok(None) };
                Ok(Some(desk.to(&user, &recover_path, |link| LetterText::Guessing { at, link })))
            });
        }
    }

    fn tell(&self, user: &User, recover_path: &str, text: impl FnOnce(&str) -> LetterText<'_>) {
        self.dc.house.mail.send(self.to(user, recover_path, text));
    }

    /// A letter with a link to where a lost account is recovered.
    fn to(&self, user: &User, recover_path: &str, text: impl FnOnce(&str) -> LetterText<'_>) -> Letter {
        let link = format!("{}{recover_path}", self.dc.base_url(&self.realm));
        self.letter(text(&link), &user.email)
    }
}

/// Whether a letter goes out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Allowed {
    /// It does.
    Yes,
    /// This address of e-mail has had enough letters; the answer is the same.
    Quietly,
    /// This address of the network asked for too many; how long to wait.
    Wait { minutes: u64 },
}

/// Counts a letter that is asked for. It does not matter whether anybody has the address.
pub fn allowed(visit: &Visit, email: &str) -> Allowed {
    let (guesses, now) = (&visit.dc.guesses, visit.now());
    let wait = guesses.begin(Guess::Letters(visit.asking.address), now);
    if !wait.is_zero() {
        visit.asking.refuse(&visit.dc, None, "letters_slowed", "too many letters asked for from this address");
        return Allowed::Wait { minutes: wait.as_secs().div_ceil(60).max(1) };
    }
    if guesses.begin(Guess::Letter(visit.door.realm().as_str(), email), now).is_zero() {
        Allowed::Yes
    } else {
        visit.asking.refuse(&visit.dc, None, "letter_slowed", "too many letters to one address");
        Allowed::Quietly
    }
}

/// A letter that a member has their organization send, counted by sender and organization; and for each address it
/// goes to.
#[derive(Debug, Clone, Copy)]
pub struct OfficeLetter<'a> {
    guesses: &'a Guesses,
    organization_id: &'a str,
    by: UserId,
    now: Timestamp,
}

impl<'a> OfficeLetter<'a> {
    /// Counts it. `None`: the organization or this member had too many sent, and nothing is to be done.
    pub fn begin(visit: &'a Visit, organization_id: &'a str, by: UserId) -> Option<Self> {
        let letter = Self { guesses: &visit.dc.guesses, organization_id, by, now: visit.now() };
        if letter.guesses.begin(Guess::OfficeLettersBy(by), letter.now).is_zero() {
            if letter.guesses.begin(Guess::OfficeLetters(organization_id), letter.now).is_zero() {
                return Some(letter);
            }
            letter.guesses.untried(Guess::OfficeLettersBy(by));
        }
        visit.asking.refuse(&visit.dc, None, "letters_slowed", "too many letters of one organization or member");
        None
    }

    /// Whether this address of e-mail may have one more; it counts as sent.
    pub fn may_go_to(&self, email: &str) -> bool {
        self.guesses.begin(Guess::OfficeLetter(email), self.now).is_zero()
    }

    /// Takes back what was counted: no letter goes out, not even to the address that was asked about.
    pub fn unsent(self, email: Option<&str>) {
        self.guesses.untried(Guess::OfficeLettersBy(self.by));
        self.guesses.untried(Guess::OfficeLetters(self.organization_id));
        if let Some(email) = email {
            self.guesses.untried(Guess::OfficeLetter(email));
        }
    }
}

/// Where letters can be read, in a sandbox.
pub fn mailbox_url(visit: &Visit) -> Option<&'static str> {
    visit.dc.house.sandbox.is_some().then_some(SANDBOX_MAILBOX)
}
