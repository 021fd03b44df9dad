//! What must hold of the readers at the server's door, whatever the bytes: bodies, headers, cookies, seals.

use std::{
    net::{IpAddr, SocketAddr},
    pin::pin,
    task::{Context, Poll, Waker},
    time::Duration,
};

use axum::{
    body::Body,
    http::{HeaderMap, HeaderValue, Uri, header},
};
use data_encoding::BASE64;
use grantor_protocol::{
    causes::AccessError,
    params::{Found, Params},
    people::Realm,
    time::Timestamp,
    token::{DataCenterByte, TokenId},
};
use grantor_server::{
    pages::Locale,
    strangers::{
        Basic, Claim, ConsentShown, Cookie, Entropy, Jar, MOST_BODY, Peer, Sealed, Sealer, Sent, Unreadable,
        read_basic, read_parameters, responsible_address, split_query, token_of,
    },
};

use crate::rules::lines;

/// Content type, query, body.
pub fn body(data: &[u8]) {
    let mut parts = data.splitn(3, |byte| *byte == b'\n');
    let (Some(kind), Some(query), Some(body)) = (parts.next(), parts.next(), parts.next()) else { return };
    let Some(uri) = std::str::from_utf8(query).ok().and_then(|q| format!("/t?{q}").parse::<Uri>().ok()) else { return };
    let Some(sent) = sent(kind, &uri, body) else { return };
    let Ok(sent) = sent else { return };
    let form = kind.to_ascii_lowercase().starts_with(b"application/x-www-form-urlencoded");
    if form && kind.len() == b"application/x-www-form-urlencoded".len() {
        // A form body counts as if it stood in the query.
        let mut both = uri.query().unwrap_or_default().as_bytes().to_vec();
        both.push(b'&');
        both.extend_from_slice(body);
        let plain = Params::read(&both);
        assert_eq!(plain.map(|plain| format!("{plain:?}")).ok(), Some(format!("{:?}", sent.params)));
    }
    let conflicting = matches!(sent.params.find("client_id"), Found::Conflicting);
    if let Ok(claim) = Claim::read(&sent) {
        assert!(conflicting || sent.params.get("client_id").is_none_or(|id| id == claim.id()));
        let _ = claim.has_secret();
    }
}

/// Boundary, body; and a body written by hand reads as what was written.
pub fn multipart(data: &[u8]) {
    let mut parts = data.splitn(2, |byte| *byte == b'\n');
    let (Some(boundary), Some(body)) = (parts.next(), parts.next()) else { return };
    let kind = [b"multipart/form-data; boundary=", boundary].concat();
    let uri = Uri::from_static("/t");
    if let Some(Ok(sent)) = sent(&kind, &uri, body) {
        let length: usize = ["client_id", "code", "a"].iter().filter_map(|n| sent.params.get(n)).map(str::len).sum();
        assert!(length <= body.len());
    }

    let pairs: Vec<(String, String)> = form_urlencoded::parse(body).into_owned().collect();
    let plain = |name: &str| !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    let fits = |(name, value): &(String, String)| plain(name) && !value.contains(['\0', '\u{fffd}', '\r', '\n']);
    if pairs.len() > Params::MOST_PAIRS || !pairs.iter().all(fits) {
        return;
    }
    let mut written = String::new();
    for (name, value) in &pairs {
        let head = "--fuzz\r\nContent-Disposition: form-data; name=\"";
        written = [&written, head, name, "\"\r\n\r\n", value, "\r\n"].concat();
    }
    written += "--fuzz--\r\n";
    if written.len() > MOST_BODY {
        return;
    }
    let read = sent(b"multipart/form-data; boundary=fuzz", &uri, written.as_bytes());
    let Some(Ok(read)) = read else { unreadable(&written, read.as_ref()) };
    for (name, _) in &pairs {
        let same = pairs.iter().filter(|(n, _)| n == name).map(|(_, v)| v.as_str());
        let mut values: Vec<&str> = same.collect();
        values.dedup();
        let expected = if let [one] = values.as_slice() { Found::Once(one) } else { Found::Conflicting };
        assert_eq!(read.params.find(name), expected, "{name:?} of {written:?}");
    }
}

fn unreadable(written: &str, read: Option<&Result<Sent, Unreadable>>) -> ! {
    std::panic::panic_any(format!("{written:?} reads as {read:?}"))
}

/// What the server reads of a request; `None` when the content type is no header value.
fn sent(kind: &[u8], uri: &Uri, body: &[u8]) -> Option<Result<Sent, Unreadable>> {
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_bytes(kind).ok()?);
    let mut reading = pin!(read_parameters(uri, &headers, Body::from(body.to_vec())));
    // The body is all there, so nothing ever waits for long.
    for _ in 0..1_000_000 {
        if let Poll::Ready(sent) = reading.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            return Some(sent);
        }
    }
    std::panic::panic_any("reading a body that is all there does not end")
}

fn with(name: header::HeaderName, value: &[u8]) -> Option<HeaderMap> {
    let mut headers = HeaderMap::new();
    headers.insert(name, HeaderValue::from_bytes(value).ok()?);
    Some(headers)
}

/// An `Authorization` header as Basic credentials: both readings are what a plain decoder says.
pub fn basic(data: &[u8]) {
    let Some(headers) = with(header::AUTHORIZATION, data) else { return };
    judge_basic(&headers, None);
    let whole = [b"Basic ".as_slice(), BASE64.encode(data).as_bytes()].concat();
    let Some(headers) = with(header::AUTHORIZATION, &whole) else { return };
    judge_basic(&headers, std::str::from_utf8(data).ok());
}

fn judge_basic(headers: &HeaderMap, plain: Option<&str>) {
    let read = read_basic(headers);
    if let Some((id, secret)) = plain.and_then(|plain| plain.split_once(':')) {
        let usable = [id.to_owned(), secret.to_owned(), decoded(id), decoded(secret)].iter().all(|t| !t.contains('\0'));
        assert_eq!(matches!(read, Basic::Sent { .. }), usable, "{plain:?}");
    }
    if let Basic::Sent { id, id_decoded, secret, secret_decoded } = read {
        assert!(plain.is_none_or(|plain| plain == format!("{id}:{secret}")));
        assert!(!id.contains(':'));
        assert_eq!((id_decoded.clone(), secret_decoded.clone()), (decoded(&id), decoded(&secret)));
        for text in [id, id_decoded, secret, secret_decoded] {
            assert!(!text.contains('\0'), "a store is asked for a text with a NUL");
        }
    }
}

/// Form decoding, once more and by hand.
fn decoded(text: &str) -> String {
    let mut out = Vec::new();
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        let hex = |byte: &u8| char::from(*byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
        rest = after;
        match (first, after) {
            (b'+', _) => out.push(b' '),
            (b'%', [high, low, tail @ ..]) if hex(high).is_some() && hex(low).is_some() => {
                out.push(hex(high).unwrap_or_default() * 16 + hex(low).unwrap_or_default());
                rest = tail;
            }
            (byte, _) => out.push(*byte),
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// An `Authorization` header as a token; the text of a token has no white space around it.
pub fn bearer(data: &[u8]) {
    let Some(mut headers) = with(header::AUTHORIZATION, data) else { return };
    if let Ok(token) = token_of(&headers) {
        assert_eq!(token, token.trim());
        assert!(data.ends_with(token.as_bytes()) || data.ends_with(b" ") || data.ends_with(b"\t"), "{data:?}");
    }
    headers.append(header::AUTHORIZATION, HeaderValue::from_static("Bearer x"));
    assert_eq!(token_of(&headers), Err(AccessError::Missing));
}

/// A `Cookie` header, for each cookie of ours.
pub fn cookies(data: &[u8]) {
    let Some(headers) = with(header::COOKIE, data) else { return };
    let portal = Realm::Portal("60001".to_owned());
    for secure in [false, true] {
        let jar = Jar { location: "us", secure };
        for cookie in [Cookie::Browser, Cookie::Session(&Realm::Accounts), Cookie::Session(&portal), Cookie::Home] {
            let Some(found) = jar.get(&headers, cookie) else { continue };
            assert!(!found.contains(';') && data.windows(found.len().max(1)).any(|w| w.starts_with(found.as_bytes())));
            // What we could set, we read back as it is.
            let Some(set) = jar.set(cookie, found, None) else { continue };
            let Some(pair) = set.to_str().ok().and_then(|set| set.split(';').next()) else { continue };
            let Some(headers) = with(header::COOKIE, format!("other=1; {pair}").as_bytes()) else { continue };
            assert_eq!(jar.get(&headers, cookie), Some(found));
        }
    }
}

/// Email, organization, and the text of a seal nobody made.
pub fn seal(data: &[u8]) {
    let Some([email, organization, forged]) = lines(data) else { return };
    let (Ok(sealer), Ok(other)) = (Sealer::new(&[1; 32], &[2; 32]), Sealer::new(&[3; 32], &[4; 32])) else { return };
    let now = Timestamp::from_millis(1_795_000_000_000);
    let bound = organization.as_bytes();
    assert_eq!(sealer.open(forged, bound, now), None, "a seal that nobody made opens");

    let mut sealed = Sealed::begin(TokenId::new(now, DataCenterByte(1), [7; 9]), now);
    sealed.email = (!email.is_empty()).then(|| email.to_owned());
    sealed.organization = Some((1, organization.to_owned()));
    sealed.consent = Some(ConsentShown {
        user: 1,
        organization: organization.to_owned(),
        scopes: email.to_owned(),
        offline: data.len().is_multiple_of(2),
    });
    let Ok(text) = sealer.seal(&sealed, bound, &Entropy::default()) else { return };
    assert_eq!(sealer.open(&text, bound, now).as_ref(), Some(&sealed));
    assert_eq!(other.open(&text, bound, now), None);
    assert_eq!(sealer.open(&text, &[bound, b"x"].concat(), now), None);
    assert_eq!(sealer.open(&text, bound, now.plus(Duration::from_hours(1))), None);
    let cut = text.get(..forged.len().checked_rem(text.len()).unwrap_or_default()).unwrap_or_default();
    assert_eq!(sealer.open(cut, bound, now), None);
    assert!(text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_'), "fit for a URL");

    let token = sealer.form_token(bound);
    assert!(sealer.form_token_is(&token, bound));
    assert_eq!(sealer.form_token_is(forged, bound), forged == token);
}

/// An `Accept-Language` header: a language that is chosen is one that is named.
pub fn language(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let chosen = Locale::from_accept_language(Some(text));
    let named = text.to_ascii_lowercase().contains(chosen.tag());
    assert!(named || chosen == Locale::English, "{text:?} gives {chosen:?}");
    assert_eq!(Locale::from_accept_language(Some(&format!(" {text}"))), chosen);
    assert_eq!(Locale::from_accept_language(Some(&format!("xx,{text}"))).tag().len(), 2);
}

/// An `X-Forwarded-For` header: only a trusted proxy is believed, and only addresses that were named.
pub fn forwarded(data: &[u8]) {
    let Some(headers) = with(header::HeaderName::from_static("x-forwarded-for"), data) else { return };
    let (peer, second) = (IpAddr::from([10, 0, 0, 1]), IpAddr::from([10, 0, 0, 2]));
    let from = Peer(SocketAddr::new(peer, 1));
    assert_eq!(responsible_address(from, &headers, &[]), peer);
    assert_eq!(responsible_address(from, &headers, &[second]), peer);
    let said = responsible_address(from, &headers, &[peer, second]);
    let named = String::from_utf8_lossy(data);
    let mut all = named.split(',').filter_map(|hop| hop.trim().parse::<IpAddr>().ok()).map(|a| a.to_canonical());
    assert!(said == peer || all.any(|address| address == said), "{said} was not named");
}

/// A raw query: what is left to the application holds nothing of ours, fits a header, and splits no further.
pub fn own_query(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let (kept, seal, _) = split_query(text);
    assert!(HeaderValue::from_str(&kept).is_ok() && kept.is_ascii());
    assert!(!kept.split('&').any(|pair| pair.starts_with("_grantor")), "{kept:?}");
    assert_eq!(split_query(&kept), (kept.clone(), None, false));
    if let Some(seal) = seal {
        assert!(text.contains("_grantor=") || seal.is_empty(), "{seal:?}");
    }
    // Percent-encoding what a browser would encode changes no meaning.
    let before: Vec<_> = form_urlencoded::parse(text.as_bytes()).into_owned().collect();
    if !text.contains("_grantor") && !text.contains("%5") {
        let after: Vec<_> = form_urlencoded::parse(kept.as_bytes()).into_owned().collect();
        assert_eq!(before, after, "{text:?} became {kept:?}");
    }
}
