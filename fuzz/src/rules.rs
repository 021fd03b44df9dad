//! What must hold of the parsers in `grantor-protocol`, whatever the bytes.

use data_encoding::BASE64URL_NOPAD;
use grantor_protocol::{
    asked::Asked,
    client::ClientType,
    device::UserCode,
    javascript_domain,
    more_scopes::AskedMore,
    params::{Found, Params},
    people::fold_email,
    pkce::{Challenge, Method},
    redirect_uri,
    scope::{Catalog, ScopeList, canonical},
    secret::SecretKind,
    token::{Prefix, PresentedToken, TokenId},
};
use url::{Host, Url};

/// Text of several parts: lines, as many as wanted, the last with whatever follows.
pub fn lines<const N: usize>(data: &[u8]) -> Option<[&str; N]> {
    let mut parts = std::str::from_utf8(data).ok()?.splitn(N, '\n');
    let mut all = [""; N];
    for part in &mut all {
        *part = parts.next()?;
    }
    Some(all)
}

/// An authorization request that reads is the same when it is written out and read again.
pub fn query(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let as_sent = Asked::read_as_sent(text);
    let more = AskedMore::read(text);
    let Ok(asked) = Asked::read(text) else {
        assert!(more.is_err());
        return;
    };
    assert_eq!(as_sent.as_ref(), Ok(&asked), "nothing is repeated, and it reads otherwise");
    if let Ok(more) = more {
        assert_eq!(more.asked, asked);
    }
    let mut written = form_urlencoded::Serializer::new(String::new());
    for (name, value) in [
        ("response_type", &asked.response_type),
        ("client_id", &asked.client_id),
        ("scope", &asked.scope),
        ("redirect_uri", &asked.redirect_uri),
        ("access_type", &asked.access_type),
        ("state", &asked.state),
        ("prompt", &asked.prompt),
        ("code_challenge", &asked.code_challenge),
        ("code_challenge_method", &asked.code_challenge_method),
        ("login_hint", &asked.login_hint),
        ("nonce", &asked.nonce),
        ("response_mode", &asked.response_mode),
        ("max_age", &asked.max_age),
        ("id_token_hint", &asked.id_token_hint),
        ("resource", &asked.resource.first().cloned()),
    ] {
        if let Some(value) = value {
            assert!(!value.contains('\0'), "{name} carries a NUL");
            written.append_pair(name, value);
        }
    }
    if let Some(name) = asked.in_another_form {
        written.append_pair(name, "x");
    }
    assert!(asked.state.as_ref().is_none_or(|state| state.len() <= Asked::MOST_STATE_BYTES));
    let written = written.finish();
    // Writing may be longer than what was read: a letter outside ASCII takes three bytes for each of its own.
    if written.len() <= Asked::MOST_BYTES {
        let again = Asked::read(&written);
        assert!(again.is_ok(), "{written:?} does not read again");
        // Parameters that nobody knows are left out, so what is compared is what is known.
        assert_eq!(again.map(|again| format!("{again:?}")).ok(), Some(format!("{asked:?}")));
    }
}

/// What a form says of a name is what a plain list of its pairs says.
pub fn form(data: &[u8]) {
    let Ok(params) = Params::read(data) else { return };
    let pairs: Vec<(String, String)> = form_urlencoded::parse(data).into_owned().collect();
    assert!(pairs.len() <= Params::MOST_PAIRS);
    for (name, value) in &pairs {
        assert!(![name, value].iter().any(|text| text.contains(['\0', '\u{fffd}'])));
        let mut values: Vec<&String> = pairs.iter().filter(|(n, _)| n == name).map(|(_, v)| v).collect();
        values.dedup();
        let expected = if values.len() == 1 { Found::Once(value.as_str()) } else { Found::Conflicting };
        assert_eq!(params.find(name), expected, "{name:?}");
        assert_eq!(params.get(name).is_some(), values.len() == 1);
    }
    let names = |name: &&str| pairs.iter().filter(|(n, _)| n == name).count() > 1;
    let mut repeated: Vec<&str> = pairs.iter().map(|(name, _)| name.as_str()).filter(names).collect();
    let mut told: Vec<&str> = params.repeated().collect();
    for list in [&mut repeated, &mut told] {
        list.sort_unstable();
        list.dedup();
    }
    assert_eq!(told, repeated);
    assert_eq!(params.find("\u{fffd}"), Found::Absent);
}

/// A list of scopes reads again as itself, holds nothing twice, and covering is an order.
pub fn scope(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let Ok(list) = ScopeList::read(text) else { return };
    assert!(!list.is_empty());
    assert_eq!(ScopeList::read(&list.to_string()).as_ref(), Ok(&list));
    assert_eq!(ScopeList::from_stored(&list.to_string()), list);
    let mut spellings: Vec<String> = list.iter().map(canonical).collect();
    spellings.sort();
    spellings.dedup();
    assert_eq!(spellings.len(), list.len(), "a scope is in the list twice");
    let catalog = Catalog::default();
    assert!(list.cover_all(&catalog, &list));
    let some: Vec<&str> = list.iter().take(8).collect();
    for a in &some {
        for b in &some {
            for c in &some {
                if catalog.covers(a, b) && catalog.covers(b, c) {
                    assert!(catalog.covers(a, c), "{a} covers {b} covers {c}");
                }
            }
            // Nothing is covered by what has another service in front.
            if catalog.covers(a, b) {
                let service = |scope: &str| canonical(scope).split('.').next().unwrap_or_default().to_owned();
                assert_eq!(service(a), service(b), "{a} covers {b}");
            }
        }
    }
}

/// Registered, requested: a match is either the same text, or for a mobile client the same loopback URI on
/// another port as a second parser reads it.
pub fn redirect(data: &[u8]) {
    let Some([registered, requested]) = lines(data) else { return };
    for client_type in [ClientType::Server, ClientType::Browser, ClientType::Mobile] {
        let may = redirect_uri::check(registered, client_type, false).is_ok();
        assert!(redirect_uri::matches(registered, registered, client_type));
        if may {
            registrable(registered, client_type);
        }
        if registered == requested || !redirect_uri::matches(registered, requested, client_type) {
            continue;
        }
        assert_eq!(client_type, ClientType::Mobile, "only a mobile client's port may differ");
        assert!(redirect_uri::matches(requested, registered, client_type), "matching is symmetric");
        let (Ok(mut a), Ok(mut b)) = (Url::parse(registered), Url::parse(requested)) else {
            // Two texts that no strict reader takes for URLs: neither can be registered.
            assert!(!may, "{registered:?} matches {requested:?}, which is no URL");
            continue;
        };
        assert!(is_loopback(&a) && is_loopback(&b), "{registered:?} {requested:?}");
        assert!(b.username().is_empty() && b.password().is_none(), "{requested:?}");
        let ports = a.set_port(None).is_ok() && b.set_port(None).is_ok();
        assert!(ports && a == b, "{registered:?} and {requested:?} differ in more than the port");
        if may {
            assert!(b.fragment().is_none());
            assert_eq!(redirect_uri::check(requested, client_type, false), Ok(()), "{requested:?}");
        }
    }
    let _ = redirect_uri::shown_host(registered);
}

fn registrable(uri: &str, client_type: ClientType) {
    let url = Url::parse(uri);
    assert!(url.is_ok(), "{uri:?} may be registered and is no URL");
    let Ok(url) = url else { return };
    assert!(url.fragment().is_none() && url.username().is_empty() && url.password().is_none(), "{uri:?}");
    assert!(uri.is_ascii() && !uri.contains(['\\', '*', ' ', '\t', '\r', '\n', '\0']), "{uri:?}");
    match url.scheme() {
        "https" => assert!(url.has_host()),
        "http" => assert!(is_loopback(&url), "{uri:?}"),
        _ => assert_eq!(client_type, ClientType::Mobile, "{uri:?}"),
    }
    // What a browser is sent to is what was registered: reading it does not move it to another host.
    let shown = redirect_uri::shown_host(uri);
    assert!(!shown.is_empty());
    assert!(!url.has_host() || !matches!(url.scheme(), "http" | "https") || url.as_str().contains(&shown), "{uri:?}");
}

fn is_loopback(url: &Url) -> bool {
    url.scheme() == "http"
        && match url.host() {
            Some(Host::Ipv4(ip)) => ip.is_loopback(),
            Some(Host::Ipv6(ip)) => ip.is_loopback(),
            Some(Host::Domain(name)) => name == "localhost",
            None => false,
        }
}

/// A token that parses is written as it was read, and nothing longer or shorter parses.
pub fn token(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Some(id) = TokenId::from_hex(text) {
        assert_eq!(id.to_hex(), text);
    }
    let Some(token) = PresentedToken::parse(text) else { return };
    let written = [Prefix::Usual, Prefix::Device].map(|prefix| token.reveal(prefix));
    assert!(written.iter().any(|written| written == text), "{text:?} is written otherwise");
    for written in &written {
        assert_eq!(PresentedToken::parse(written).as_ref(), Some(&token));
    }
    assert!(PresentedToken::parse(&format!("{text}0")).is_none());
    assert!(text.get(..text.len() - 1).and_then(PresentedToken::parse).is_none());
    assert!(token.id.made_at().millis() >= 0);
    let kinds = [SecretKind::Code, SecretKind::Access].map(|kind| token.secret.hash(kind));
    assert!(!kinds[0].matches(&kinds[1]));
    // Debug shows neither half.
    let shown = format!("{token:?}");
    assert!(!shown.contains(&token.secret.reveal_hex()) && !shown.contains(&token.id.to_hex()));
}

/// Challenge, method, verifier: a verifier answers its own challenge and no other.
pub fn pkce(data: &[u8]) {
    let Some([challenge, method, verifier]) = lines(data) else { return };
    let method = (method != "-").then_some(method);
    let read = Challenge::read((challenge != "-").then_some(challenge), method);
    if let Ok(Some(read)) = &read {
        assert_eq!(read.value, challenge);
        assert!((43..=128).contains(&challenge.len()) && challenge.is_ascii());
        assert_eq!(Challenge::from_stored(read.value.clone(), read.method.as_str()), *read);
        let answered = read.answered_by(verifier);
        match read.method {
            Method::Plain => assert_eq!(answered, verifier == challenge),
            Method::S256 => assert_eq!(answered, well_formed(verifier) && s256(verifier) == challenge),
        }
    }
    let own = Challenge::read(Some(&s256(verifier)), Some("S256"));
    assert!(matches!(&own, Ok(Some(own)) if own.answered_by(verifier) == well_formed(verifier)));
}

fn well_formed(verifier: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-._~".contains(c);
    (43..=128).contains(&verifier.chars().count()) && verifier.chars().all(plain)
}

fn s256(verifier: &str) -> String {
    BASE64URL_NOPAD.encode(aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, verifier.as_bytes()).as_ref())
}

/// A folded address folds to itself and is one word with an `@`.
pub fn email(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let Some(folded) = fold_email(text) else { return };
    assert_eq!(fold_email(&folded).as_ref(), Some(&folded), "folding twice changes {text:?}");
    assert_eq!(fold_email(&format!(" {text}\t")).as_ref(), Some(&folded));
    assert!(folded.len() <= 254 && folded.contains('@'));
    assert!(!folded.chars().any(|c| c.is_whitespace() || c.is_control()));
}

/// The code that a person types: whatever reads is shown, and reads again as the same.
pub fn user_code(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let Some(code) = UserCode::fold(text) else { return };
    assert_eq!(code.as_str().len(), UserCode::LENGTH);
    assert!(code.as_str().chars().all(|letter| UserCode::ALPHABET.contains(&letter)));
    assert_eq!(UserCode::fold(&code.shown()).as_ref(), Some(&code));
    assert!(!format!("{code:?}").contains(code.as_str()));
}

/// A registered JavaScript domain, a URL that wants to be in it: only the very same origin is.
pub fn domain(data: &[u8]) {
    let Some([registered, url]) = lines(data) else { return };
    let domains = [registered.to_owned()];
    if javascript_domain::check(registered).is_ok() {
        assert!(javascript_domain::covers(&domains, registered), "{registered:?} is not in itself");
        assert!(registered.starts_with("http") && registered.is_ascii() && !registered.contains(['@', '*', '\\']));
    }
    if !javascript_domain::covers(&domains, url) {
        return;
    }
    let (Ok(a), Ok(b)) = (Url::parse(registered), Url::parse(url)) else {
        std::panic::panic_any(format!("{url:?} is in {registered:?}, and one of them is no URL"))
    };
    assert!(a.scheme() == b.scheme() && a.host_str() == b.host_str(), "{registered:?} {url:?}");
    assert!(a.host_str().is_some() && a.port_or_known_default() == b.port_or_known_default(), "{registered:?} {url:?}");
}
