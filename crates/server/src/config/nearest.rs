//! Turning a TOML error into a sentence: where it is, and for an unknown key which one was probably meant.

/// One line for a person: the line number, what is wrong, and the nearest known key.
pub(crate) fn explain(error: &toml::de::Error, text: &str) -> String {
    let line = error.span().map(|span| text.get(..span.start).unwrap_or_default().matches('\n').count() + 1);
    let place = line.map(|n| format!("line {n}: ")).unwrap_or_default();
    let message = error.message().replace('\n', " ");
    let Some(rest) = message.strip_prefix("unknown field `") else { return format!("{place}{}", unquoted(&message)) };
    let Some((unknown, expected)) = rest.split_once('`') else { return format!("{place}{message}") };
    let known: Vec<&str> = expected.split('`').skip(1).step_by(2).collect();
    match nearest(unknown, &known) {
        Some(best) => format!("{place}unknown key `{unknown}`; did you mean `{best}`?"),
        None => format!("{place}unknown key `{unknown}`; known here: {}", known.join(", ")),
    }
}

/// A message about a wrong type or value, without the value: where a secret belongs, it is one.
fn unquoted(message: &str) -> String {
    let told = ["invalid type: ", "invalid value: "].iter().any(|what| message.starts_with(what));
    let Some((before, rest)) = message.rsplit_once(", expected ").filter(|_| told) else { return message.to_owned() };
    let kind = before.split(['`', '"']).next().unwrap_or_default().trim_end();
    format!("{kind}, expected {rest}")
}

/// The known name closest to a mistyped one, if any is close.
fn nearest<'a>(typed: &str, known: &[&'a str]) -> Option<&'a str> {
    known
        .iter()
        .map(|name| (distance(typed, name), *name))
        .filter(|(d, name)| *d <= 1 + name.len().max(typed.len()) / 3)
        .min_by_key(|(d, _)| *d)
        .map(|(_, name)| name)
}

/// Edits (insert, delete, replace a character) between two names.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, ca) in a.chars().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        let mut next = vec![left];
        for (above, cb) in row.iter().skip(1).zip(&b) {
            let cost = (diagonal + usize::from(ca != *cb)).min(left + 1).min(above + 1);
            diagonal = *above;
            left = cost;
            next.push(cost);
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_of_the_wrong_type_is_not_repeated() {
        for (message, expected) in [
            ("invalid type: integer `1234567890123456`, expected a string", "invalid type: integer, expected a string"),
            (
                "invalid type: string \"s3cret, expected\", expected a boolean",
                "invalid type: string, expected a boolean",
            ),
            ("invalid type: map, expected a string", "invalid type: map, expected a string"),
            ("missing field `name`", "missing field `name`"),
        ] {
            assert_eq!(unquoted(message), expected);
        }
    }

    #[test]
    fn the_nearest_name_is_found() {
        let known = ["data_dir", "directory", "data_center", "policy", "sandbox", "admin"];
        assert_eq!(nearest("data_dri", &known), Some("data_dir"));
        assert_eq!(nearest("polcy", &known), Some("policy"));
        assert_eq!(nearest("xyzzy", &known), None);
        assert_eq!(distance("kitten", "sitting"), 3);
    }
}
