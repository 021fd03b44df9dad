//! What a browser calls itself, in two words: its own name and its system's. For its owner to recognize; nothing is
//! decided by it.

/// By a mark in the text; the first that is found, since most name others as well.
const BROWSERS: [(&str, &str); 9] = [
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chromium/", "Chromium"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
];
const SYSTEMS: [(&str, &str); 8] = [
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Macintosh", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
    ("FreeBSD", "FreeBSD"),
];
/// So much is shown of a text that names no browser we know.
const MOST: usize = 40;

/// The browser's name and its system's, either of which may be unknown.
pub fn browser(agent: &str) -> (Option<String>, Option<&'static str>) {
    let known =
        |list: &[(&str, &'static str)]| list.iter().find(|(mark, _)| agent.contains(mark)).map(|(_, name)| *name);
    let own = || {
        let word = agent.split([' ', '(', ';']).next().unwrap_or_default();
        let word: String = word.chars().filter(|c| !c.is_control()).take(MOST).collect();
        (!word.is_empty()).then_some(word)
    };
    (known(&BROWSERS).map(str::to_owned).or_else(own), known(&SYSTEMS))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn browsers_are_named_as_their_owners_know_them() {
        let chrome = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36";
        for (agent, name, system) in [
            ("Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0", Some("Firefox"), Some("Linux")),
            (&format!("Mozilla/5.0 (Windows NT 10.0; Win64; x64) {chrome}"), Some("Chrome"), Some("Windows")),
            (&format!("Mozilla/5.0 (Windows NT 10.0; Win64; x64) {chrome} Edg/131.0"), Some("Edge"), Some("Windows")),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1",
                Some("Safari"),
                Some("iPhone"),
            ),
            ("curl/8.9.1", Some("curl/8.9.1"), None),
            ("", None, None),
        ] {
            assert_eq!(browser(agent), (name.map(str::to_owned), system), "{agent}");
        }
        assert_eq!(browser(&"x".repeat(300)).0.unwrap().len(), MOST);
    }
}
