//! The pages of the ways over the mailbox, and the mailbox of a sandbox, filled with words.

use super::super::pages::{
    AskForLetter, Brand, Ended, Frame, LetterError, LetterFor, LetterSent, Locale, Mailbox, MailboxLetter, NewPassword,
    Outcome, SignInError, SignUp, VerifyEmail, mailbox_parts,
};
use super::Words;

pub(super) fn pages(locale: Locale, words: Words) -> Vec<(String, String)> {
    let brand = if words.flavor == "plain" {
        Brand::grantor()
    } else {
        Brand { name: words.portal, logo_url: None, stylesheet_url: None }
    };
    let frame = Frame { locale, brand, place: Some(words.place), request_id: "01J9Z3K7Q8W2E4R6T8Y0" };
    let (csrf, email) = (words.value, words.email);
    let mut out: Vec<(String, String)> = Vec::new();
    let mut add = |name: &str, html: String| out.push((format!("{name}.{}.{}", words.flavor, locale.tag()), html));

    for (name, what, action) in
        [("recover", LetterFor::Recovery, "/recover"), ("sign-up", LetterFor::SignUp, "/sign-up?continue=%2Fconsole")]
    {
        let ask = AskForLetter { frame, what, action, csrf, email: "", error: None, sign_in_url: "/sign-in" };
        add(name, ask.render());
        let invalid = Some(LetterError::Email(SignInError::EmailInvalid));
        add(&format!("{name}-invalid"), AskForLetter { email: words.value, error: invalid, ..ask }.render());
        for minutes in [1, 2, 5, 11] {
            let error = Some(LetterError::Wait { minutes });
            add(&format!("{name}-wait-{minutes}"), AskForLetter { email, error, ..ask }.render());
        }
        let sent = LetterSent { frame, what, email, again_url: action, mailbox_url: Some("/_sandbox/mail") };
        add(&format!("{name}-sent"), sent.render());
        add(&format!("{name}-sent-for-real"), LetterSent { mailbox_url: None, ..sent }.render());
    }
    let set =
        NewPassword { frame, action: "/recover/1000.aa.bb", csrf, email, end_tokens: false, new: None, differs: false };
    add("new-password", set.render());
    add("new-password-wrong", NewPassword { new: Some("new-password-short"), end_tokens: true, ..set }.render());
    add("new-password-differs", NewPassword { differs: true, ..set }.render());
    add("verify-email", VerifyEmail { frame, action: "/verify/1000.aa.bb", csrf, email }.render());
    let finish = SignUp {
        frame,
        action: "/sign-up/1000.aa.bb",
        csrf,
        email,
        first_name: words.person,
        last_name: words.person,
        organization: words.organization,
        error: None,
    };
    add("sign-up-finish", finish.render());
    for (field, key) in [
        ("names", "sign-up-name-missing"),
        ("organization", "sign-up-organization-missing"),
        ("password", "new-password-email"),
    ] {
        add(&format!("sign-up-finish-{field}"), SignUp { error: Some((field, key)), ..finish }.render());
    }
    for outcome in [Outcome::LinkDead, Outcome::PasswordSet, Outcome::EmailVerified, Outcome::AccountDeleted] {
        add(&format!("ended-{outcome:?}"), Ended { frame, outcome, onward_url: "/account" }.render());
    }
    let text = format!("Open\n\nhttp://127.0.0.1:9000/recover/1000.aa.bb\n\n{} {}\n", words.value, words.url);
    let letters = [MailboxLetter {
        to: email.to_owned(),
        subject: words.application.to_owned(),
        parts: mailbox_parts(&text, &["http://127.0.0.1:9000"]),
    }];
    add("mailbox", Mailbox { frame, letters: &letters }.render());
    add("mailbox-empty", Mailbox { frame, letters: &[] }.render());
    out
}
