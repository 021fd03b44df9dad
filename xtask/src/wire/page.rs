//! The forms of a page, as far as a person without a browser needs them: fields, their values, and the buttons' words.

/// A form.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Form {
    pub(crate) action: String,
    pub(crate) posts: bool,
    pub(crate) fields: Vec<Field>,
}

/// An input or button of a form.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Field {
    pub(crate) kind: String,
    pub(crate) name: String,
    pub(crate) value: String,
    pub(crate) is_checked: bool,
    /// What a button says.
    pub(crate) words: String,
}

impl Form {
    /// The first field of a kind (`password`, `email`, `radio`, …).
    pub(crate) fn field(&self, kind: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.kind == kind)
    }

    /// The button that says exactly this.
    pub(crate) fn button(&self, words: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.kind == "submit" && field.words.eq_ignore_ascii_case(words))
    }

    /// What is sent when this button is pressed and nothing was typed but `typed` (name and value).
    pub(crate) fn filled(&self, typed: &[(&str, &str)], button: &Field) -> Vec<(String, String)> {
        let mut pairs = Vec::new();
        let mut chosen: Vec<&str> = self
            .fields
            .iter()
            .filter(|field| field.kind == "radio" && field.is_checked)
            .map(|field| field.name.as_str())
            .collect();
        for field in self.fields.iter().filter(|field| !field.name.is_empty()) {
            let given = typed.iter().find(|(name, _)| *name == field.name).map(|(_, value)| (*value).to_owned());
            let sent = match field.kind.as_str() {
                "submit" => (field == button).then(|| field.value.clone()),
                "checkbox" => field.is_checked.then(|| field.value.clone()),
                "radio" if field.is_checked => Some(field.value.clone()),
                "radio" if !chosen.contains(&field.name.as_str()) => {
                    // Nothing is chosen yet: a person takes the first.
                    chosen.push(&field.name);
                    Some(field.value.clone())
                }
                "radio" => None,
                _ => Some(given.unwrap_or_else(|| field.value.clone())),
            };
            pairs.extend(sent.map(|value| (field.name.clone(), value)));
        }
        pairs
    }
}

/// The forms of a page.
pub(crate) fn forms(html: &str) -> Vec<Form> {
    let mut forms = Vec::new();
    let mut open: Option<Form> = None;
    let mut rest = html;
    while let Some(start) = rest.find('<') {
        let Some(tag) = rest.get(start + 1..) else { break };
        let Some(end) = tag_end(tag) else { break };
        let inside = tag.get(..end).unwrap_or_default();
        rest = tag.get(end + 1..).unwrap_or_default();
        let name: String =
            inside.chars().take_while(|letter| !letter.is_whitespace()).collect::<String>().to_ascii_lowercase();
        match name.as_str() {
            "form" => {
                open = Some(Form {
                    action: attribute(inside, "action").unwrap_or_default(),
                    posts: is_post(inside),
                    fields: Vec::new(),
                });
            }
            "/form" => forms.extend(open.take()),
            "input" => {
                if let Some(form) = &mut open {
                    form.fields.push(field(inside, "text", String::new()));
                }
            }
            "button" => {
                let words = rest.split("</button").next().unwrap_or_default();
                if let Some(form) = &mut open {
                    form.fields.push(field(inside, "submit", words_of(words)));
                }
            }
            _ => {}
        }
    }
    forms
}

/// The value of the first button after the place where the page says exactly `words`.
pub(crate) fn button_beside(html: &str, words: &str) -> Option<String> {
    let (_, after) = html.split_once(&format!(">{words}</"))?;
    let (_, tag) = after.split_once("<button")?;
    attribute(tag.get(..tag_end(tag)?)?, "value")
}

fn is_post(tag: &str) -> bool {
    attribute(tag, "method").is_some_and(|method| method.eq_ignore_ascii_case("post"))
}

fn field(tag: &str, kind: &str, words: String) -> Field {
    let kind = attribute(tag, "type").map_or_else(|| kind.to_owned(), |kind| kind.to_ascii_lowercase());
    let value = attribute(tag, "value");
    let words = if kind == "submit" && words.is_empty() { value.clone().unwrap_or_default() } else { words };
    let unset = if kind == "checkbox" || kind == "radio" { "on" } else { "" };
    Field {
        name: attribute(tag, "name").unwrap_or_default(),
        value: value.unwrap_or_else(|| unset.to_owned()),
        is_checked: has(tag, "checked"),
        kind,
        words,
    }
}

/// Where a tag ends: the first `>` outside quotes.
fn tag_end(text: &str) -> Option<usize> {
    let mut quote = None;
    for (at, letter) in text.char_indices() {
        match (quote, letter) {
            (None, '>') => return Some(at),
            (None, '"' | '\'') => quote = Some(letter),
            (Some(open), close) if open == close => quote = None,
            _ => {}
        }
    }
    None
}

/// The attributes of a tag with their values, unescaped.
fn attributes(tag: &str) -> Vec<(String, Option<String>)> {
    let mut found = Vec::new();
    let mut rest = tag.split_once(char::is_whitespace).map(|(_, rest)| rest).unwrap_or_default().trim_start();
    while !rest.is_empty() {
        let end = rest.find(|letter: char| letter == '=' || letter.is_whitespace()).unwrap_or(rest.len());
        let (name, after) = rest.split_at(end);
        let after = after.trim_start();
        if let Some(value) = after.strip_prefix('=') {
            let value = value.trim_start();
            let quote = value.chars().next().filter(|letter| *letter == '"' || *letter == '\'');
            let (value, left) = match quote {
                Some(quote) => value.get(1..).unwrap_or_default().split_once(quote).unwrap_or_default(),
                None => value.split_once(char::is_whitespace).unwrap_or((value, "")),
            };
            found.push((name.to_ascii_lowercase(), Some(unescape(value))));
            rest = left.trim_start();
        } else {
            found.push((name.to_ascii_lowercase(), None));
            rest = after;
        }
    }
    found
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    attributes(tag).into_iter().find(|(key, _)| key == name).and_then(|(_, value)| value)
}

fn has(tag: &str, name: &str) -> bool {
    attributes(tag).iter().any(|(key, _)| key == name)
}

/// The words inside an element, without tags.
fn words_of(html: &str) -> String {
    let mut text = String::new();
    let mut inside = false;
    for letter in html.chars() {
        match letter {
            '<' => inside = true,
            '>' => inside = false,
            other if !inside => text.push(other),
            _ => {}
        }
    }
    unescape(&text).split_whitespace().collect::<Vec<_>>().join(" ")
}

fn unescape(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        out += before;
        let Some((name, left)) = after.split_once(';').filter(|(name, _)| name.len() < 10) else {
            out.push('&');
            rest = after;
            continue;
        };
        let number = name.strip_prefix("#x").and_then(|hex| u32::from_str_radix(hex, 16).ok());
        let number = number.or_else(|| name.strip_prefix('#').and_then(|digits| digits.parse().ok()));
        let known = match name {
            "amp" => Some('&'),
            "lt" => Some('<'),
            "gt" => Some('>'),
            "quot" => Some('"'),
            "apos" => Some('\''),
            _ => number.and_then(char::from_u32),
        };
        match known {
            Some(letter) => out.push(letter),
            None => out.extend(["&", name, ";"]),
        }
        rest = left;
    }
    out + rest
}

#[cfg(test)]
mod tests;
