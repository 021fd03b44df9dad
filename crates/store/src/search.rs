//! Looking for a text in names and addresses, the same on both engines.

use crate::Param;

/// A text for LIKE, with its wildcards escaped by `!`.
fn like(text: &str) -> String {
    text.replace('!', "!!").replace('%', "!%").replace('_', "!_")
}

/// What is looked for, as patterns for LIKE; all empty when nothing is. SQLite's LOWER lowers ASCII letters alone, and so
/// does PostgreSQL's in some collations: a text with other letters is looked for as names are spelled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sought {
    /// In small letters.
    pub small: String,
    /// As typed.
    pub typed: String,
    /// Each word with a capital.
    pub words: String,
    /// In capitals.
    pub capitals: String,
}

impl Sought {
    pub fn of(text: &str) -> Self {
        let pattern = |text: &str| {
            if text.is_empty() { String::new() } else { format!("%{}%", like(&text.to_ascii_lowercase())) }
        };
        let small = text.to_lowercase();
        Self {
            typed: pattern(text),
            words: pattern(&words(&small)),
            capitals: pattern(&small.to_uppercase()),
            small: pattern(&small),
        }
    }

    /// The patterns in the order of [`holds!`]. The first is empty when nothing is sought.
    pub fn params(&self) -> [Param<'_>; 4] {
        [&self.small, &self.typed, &self.words, &self.capitals].map(|pattern| pattern.as_str().into())
    }
}

fn words(small: &str) -> String {
    let (mut text, mut within) = (String::with_capacity(small.len()), false);
    for letter in small.chars() {
        if within {
            text.push(letter);
        } else {
            text.extend(letter.to_uppercase());
        }
        within = letter.is_alphanumeric();
    }
    text
}

/// The condition that a text holds what is sought, whose patterns are these parameters: `small`, `typed`, `words`,
/// `capitals`.
macro_rules! holds {
    ($text:literal, $small:literal, $typed:literal, $words:literal, $capitals:literal) => {
        concat!(
            "(LOWER(",
            $text,
            ") LIKE ",
            $small,
            " ESCAPE '!' OR LOWER(",
            $text,
            ") LIKE ",
            $typed,
            " ESCAPE '!' OR LOWER(",
            $text,
            ") LIKE ",
            $words,
            " ESCAPE '!' OR LOWER(",
            $text,
            ") LIKE ",
            $capitals,
            " ESCAPE '!')"
        )
    };
}
pub(crate) use holds;

#[cfg(test)]
mod tests {
    use super::Sought;

    #[test]
    fn a_text_is_looked_for_as_names_are_spelled() {
        let Sought { small, typed, words, capitals } = Sought::of("zoé ÉLUARD_1");
        assert_eq!(small, "%zoé éluard!_1%");
        assert_eq!(typed, "%zoé Éluard!_1%");
        assert_eq!(words, "%zoé Éluard!_1%");
        assert_eq!(capitals, "%zoÉ Éluard!_1%");
        let Sought { small, typed, words, capitals } = Sought::of("Bob 5%");
        assert_eq!([typed, words, capitals], [small.as_str(); 3].map(str::to_owned));
        assert_eq!(small, "%bob 5!%%");
        assert_eq!(Sought::of("").small, "");
    }
}
