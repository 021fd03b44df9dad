//! Sentences: the locale files, parsed once, and the two ways to fill them. `Html` is the only type that reaches a
//! template unescaped; its patterns are ours and its arguments are escaped here.

use std::borrow::Cow;
use std::fmt;
use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource};

use super::Locale;

type Bundle = FluentBundle<FluentResource>;

static ENGLISH: LazyLock<Bundle> = LazyLock::new(|| bundle(Locale::English));
static GERMAN: LazyLock<Bundle> = LazyLock::new(|| bundle(Locale::German));
static ARABIC: LazyLock<Bundle> = LazyLock::new(|| bundle(Locale::Arabic));

/// The files of a language: one for the walk, one for each of a person's own houses.
macro_rules! files {
    ($tag:literal) => {
        [
            include_str!(concat!("../../locales/", $tag, ".ftl")),
            include_str!(concat!("../../locales/", $tag, "/shell.ftl")),
            include_str!(concat!("../../locales/", $tag, "/account.ftl")),
            include_str!(concat!("../../locales/", $tag, "/security.ftl")),
            include_str!(concat!("../../locales/", $tag, "/sign_up.ftl")),
            include_str!(concat!("../../locales/", $tag, "/organization.ftl")),
        ]
    };
}

pub(super) fn sources(locale: Locale) -> [&'static str; 6] {
    match locale {
        Locale::English => files!("en"),
        Locale::German => files!("de"),
        Locale::Arabic => files!("ar"),
    }
}

fn bundle(locale: Locale) -> Bundle {
    let mut bundle = Bundle::new_concurrent(locale.tag().parse().into_iter().collect());
    // Names are set apart with <bdi>; the marks that Fluent would add end up in the text that people copy.
    bundle.set_use_isolating(false);
    for source in sources(locale) {
        // A broken line would lose one text only; a test keeps every file whole.
        let resource = FluentResource::try_new(source.to_owned()).unwrap_or_else(|(resource, _)| resource);
        bundle.add_resource_overriding(resource);
    }
    bundle
}

fn of(locale: Locale) -> &'static Bundle {
    match locale {
        Locale::English => &ENGLISH,
        Locale::German => &GERMAN,
        Locale::Arabic => &ARABIC,
    }
}

/// A value in a sentence: a name that may run in either direction, or a word of a machine.
#[derive(Debug, Clone, Copy)]
pub(super) enum Value<'a> {
    Name(&'a str),
    Code(&'a str),
    Count(u64),
}

/// Text that is safe to stand in a page as it is.
#[derive(Debug, Clone)]
pub(super) struct Html(Cow<'static, str>);

impl Html {
    pub(super) const fn from_source(markup: &'static str) -> Self {
        Self(Cow::Borrowed(markup))
    }

    /// Markup made here, with nothing of anybody else's in it.
    pub(super) const fn drawn(markup: String) -> Self {
        Self(Cow::Owned(markup))
    }
}

impl fmt::Display for Html {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl askama::filters::HtmlSafe for Html {}

pub(super) fn escape(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len() + 16);
    for c in raw.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#x27;"),
            _ => out.push(c),
        }
    }
    out
}

/// A text without arguments. Missing in one language it is English, missing there it is its key.
pub(super) fn text(locale: Locale, key: &str) -> Cow<'static, str> {
    text_at(locale, key, None)
}

/// A text without arguments, or one of its attributes.
pub(super) fn text_at(locale: Locale, key: &str, attribute: Option<&str>) -> Cow<'static, str> {
    find(locale, key, attribute, None)
        .or_else(|| find(Locale::English, key, attribute, None))
        .unwrap_or_else(|| Cow::Owned(key.to_owned()))
}

/// A text, when there is one.
pub(super) fn find(
    locale: Locale,
    key: &str,
    attribute: Option<&str>,
    arguments: Option<&FluentArgs<'_>>,
) -> Option<Cow<'static, str>> {
    let bundle = of(locale);
    let message = bundle.get_message(key)?;
    let pattern = match attribute {
        None => message.value()?,
        Some(name) => message.get_attribute(name)?.value(),
    };
    let mut errors = Vec::new();
    Some(match arguments {
        None => bundle.format_pattern(pattern, None, &mut errors),
        // The text may borrow from the arguments.
        Some(_) => Cow::Owned(bundle.format_pattern(pattern, arguments, &mut errors).into_owned()),
    })
}

/// A sentence with its values escaped and set apart.
pub(super) fn html(locale: Locale, key: &str, values: &[(&str, Value<'_>)]) -> Html {
    html_at(locale, key, None, values)
}

/// The same for an attribute of a sentence.
pub(super) fn html_at(locale: Locale, key: &str, attribute: Option<&str>, values: &[(&str, Value<'_>)]) -> Html {
    let mut arguments = FluentArgs::with_capacity(values.len());
    for (name, value) in values {
        match value {
            Value::Name(raw) => arguments.set(*name, format!("<bdi>{}</bdi>", escape(raw))),
            Value::Code(raw) => arguments.set(*name, format!("<code dir=\"ltr\">{}</code>", escape(raw))),
            Value::Count(count) => arguments.set(*name, *count),
        }
    }
    let found = find(locale, key, attribute, Some(&arguments))
        .or_else(|| find(Locale::English, key, attribute, Some(&arguments)));
    Html(found.unwrap_or_else(|| Cow::Owned(escape(key))))
}
