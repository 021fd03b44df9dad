//! A sandbox's mailbox: the letters that were sent, the newest first, with our links to click. For developers, so in
//! English only.

use super::{Frame, finish};

/// The letters.
#[derive(Debug, askama::Template)]
#[template(path = "mailbox.html")]
pub struct Mailbox<'a> {
    pub frame: Frame<'a>,
    pub letters: &'a [MailboxLetter],
}

/// One of them.
#[derive(Debug, Clone)]
pub struct MailboxLetter {
    pub to: String,
    pub subject: String,
    pub parts: Vec<Part>,
}

/// Text, or a link of ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    Text(String),
    Link(String),
}

impl Mailbox<'_> {
    pub fn render(&self) -> String {
        finish(self, &self.frame)
    }
}

/// Takes a letter apart: words that begin with one of these bases are links.
pub fn parts(text: &str, bases: &[&str]) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut plain = String::new();
    for word in text.split_inclusive(char::is_whitespace) {
        let bare = word.trim_end();
        if bases.iter().any(|base| bare.strip_prefix(base).is_some_and(|rest| rest.starts_with('/'))) {
            if !plain.is_empty() {
                parts.push(Part::Text(std::mem::take(&mut plain)));
            }
            parts.push(Part::Link(bare.to_owned()));
            plain.push_str(word.strip_prefix(bare).unwrap_or_default());
        } else {
            plain.push_str(word);
        }
    }
    if !plain.is_empty() {
        parts.push(Part::Text(plain));
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_links_can_be_clicked() {
        let text =
            "Open\nhttp://127.0.0.1:9000/recover/x\nnot https://evil.example/ nor http://127.0.0.1:9000.evil.example/";
        let found = parts(text, &["http://127.0.0.1:9000"]);
        assert_eq!(
            found,
            [
                Part::Text("Open\n".into()),
                Part::Link("http://127.0.0.1:9000/recover/x".into()),
                Part::Text("\nnot https://evil.example/ nor http://127.0.0.1:9000.evil.example/".into()),
            ]
        );
    }
}
