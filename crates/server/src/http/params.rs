//! The parameters of a token-like request: query, form-urlencoded or multipart body, and HTTP Basic
//! (accounts-protocol.md section 7.1; `spec/decisions.md` 3, 12).

use axum::{
    body::Body,
    http::{HeaderMap, Uri, header},
};
use bytes::Bytes;
use data_encoding::BASE64;
use grantor_protocol::params::Params;
use http_body_util::{BodyExt, Limited};

/// The largest body that is read.
pub const MOST_BODY: usize = 64 * 1024;

/// What a client sent, decoded but unchecked.
#[derive(Debug, Default)]
pub struct Sent {
    /// Query and body together.
    pub params: Params,
    /// The `Authorization: Basic` header.
    pub basic: Basic,
}

/// HTTP Basic credentials: published clients differ in whether they form-encode the two halves, so both
/// readings are kept.
#[derive(Default)]
pub enum Basic {
    /// No such header.
    #[default]
    Absent,
    /// A header that is no Basic credentials.
    Broken,
    /// Both readings of both halves.
    Sent {
        /// Client id as it stands.
        id: String,
        /// Client id, form-decoded.
        id_decoded: String,
        /// Secret as it stands.
        secret: String,
        /// Secret, form-decoded.
        secret_decoded: String,
    },
}

impl std::fmt::Debug for Basic {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Absent => "Absent",
            Self::Broken => "Broken",
            Self::Sent { .. } => "Sent(…)",
        })
    }
}

/// Why a request cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unreadable {
    /// The body is over [`MOST_BODY`].
    TooLarge,
    /// The connection broke, or the body is not what it says it is.
    Broken,
    /// A NUL, text that is not UTF-8, or too many parameters.
    Text,
}

/// Reads everything. Bodies of other types (JSON, say) are read and ignored: their parameters are missing.
///
/// # Errors
/// [`Unreadable`].
pub async fn read(uri: &Uri, headers: &HeaderMap, body: Body) -> Result<Sent, Unreadable> {
    let mut params = Params::read(uri.query().unwrap_or_default().as_bytes()).map_err(|_| Unreadable::Text)?;
    let bytes = Limited::new(body, MOST_BODY).collect().await.map_err(|e| {
        if e.is::<http_body_util::LengthLimitError>() { Unreadable::TooLarge } else { Unreadable::Broken }
    })?;
    let bytes = bytes.to_bytes();
    let kind = headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let essence = kind.split(';').next().unwrap_or_default().trim();
    if essence.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
        params.extend(&bytes).map_err(|_| Unreadable::Text)?;
    } else if essence.eq_ignore_ascii_case("multipart/form-data") {
        read_multipart(kind, bytes, &mut params).await?;
    }
    Ok(Sent { params, basic: read_basic(headers) })
}

async fn read_multipart(kind: &str, bytes: Bytes, params: &mut Params) -> Result<(), Unreadable> {
    let boundary = multer::parse_boundary(kind).map_err(|_| Unreadable::Broken)?;
    let whole = http_body_util::BodyDataStream::new(http_body_util::Full::new(bytes));
    let mut parts = multer::Multipart::new(whole, boundary);
    while let Some(part) = parts.next_field().await.map_err(|_| Unreadable::Broken)? {
        let Some(name) = part.name().map(str::to_owned) else { continue };
        let value = part.bytes().await.map_err(|_| Unreadable::Broken)?;
        let value = std::str::from_utf8(&value).map_err(|_| Unreadable::Text)?;
        params.push(name.into(), value.into()).map_err(|_| Unreadable::Text)?;
    }
    Ok(())
}

/// Reads `Authorization: Basic`; other schemes are none of its business.
pub fn read_basic(headers: &HeaderMap) -> Basic {
    let mut all = headers.get_all(header::AUTHORIZATION).iter();
    let Some(value) = all.next() else { return Basic::Absent };
    if all.next().is_some() {
        return Basic::Broken;
    }
    let Ok(value) = value.to_str() else { return Basic::Broken };
    let (scheme, credentials) = value.split_once(' ').unwrap_or((value, ""));
    if !scheme.eq_ignore_ascii_case("basic") {
        return Basic::Absent;
    }
    let decoded = BASE64.decode(credentials.trim().as_bytes()).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    let Some((id, secret)) = decoded.as_deref().and_then(|text| text.split_once(':')) else { return Basic::Broken };
    let (id_decoded, secret_decoded) = (form_decoded(id), form_decoded(secret));
    // In no reading: PostgreSQL takes no NUL in a text, and a look-up would break instead of finding nothing.
    if [id, secret, &id_decoded, &secret_decoded].iter().any(|text| text.contains('\0')) {
        return Basic::Broken;
    }
    Basic::Sent { id: id.to_owned(), id_decoded, secret: secret.to_owned(), secret_decoded }
}

fn form_decoded(text: &str) -> String {
    // One value without separators: as the value of a pair whose name is empty.
    let pair = format!("={}", text.replace('&', "%26"));
    form_urlencoded::parse(pair.as_bytes()).next().map(|(_, value)| value.into_owned()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn basic(credentials: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        let value = format!("bAsIc {}", BASE64.encode(credentials.as_bytes()));
        headers.insert(header::AUTHORIZATION, value.parse().unwrap());
        headers
    }

    #[tokio::test]
    async fn all_three_ways_read_alike() {
        let uri: Uri = "/t?grant_type=a".parse().unwrap();
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, "Application/X-WWW-Form-Urlencoded; charset=UTF-8".parse().unwrap());
        let sent = read(&uri, &headers, Body::from("code=b%20c&code=b+c")).await.unwrap();
        assert_eq!(sent.params.get("grant_type"), Some("a"));
        assert_eq!(sent.params.get("code"), Some("b c"));

        headers.insert(header::CONTENT_TYPE, "multipart/form-data; boundary=X".parse().unwrap());
        let body = "--X\r\nContent-Disposition: form-data; name=\"code\"\r\n\r\nb c\r\n--X--\r\n";
        let sent = read(&uri, &headers, Body::from(body)).await.unwrap();
        assert_eq!(sent.params.get("code"), Some("b c"));

        headers.insert(header::CONTENT_TYPE, "application/json".parse().unwrap());
        let sent = read(&uri, &headers, Body::from("{\"code\":\"x\"}")).await.unwrap();
        assert_eq!(sent.params.get("code"), None);
    }

    #[tokio::test]
    async fn what_cannot_be_read_is_told_apart() {
        let uri: Uri = "/t".parse().unwrap();
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, "application/x-www-form-urlencoded".parse().unwrap());
        let big = Body::from(vec![b'a'; MOST_BODY + 1]);
        assert_eq!(read(&uri, &headers, big).await.unwrap_err(), Unreadable::TooLarge);
        assert_eq!(read(&uri, &headers, Body::from("a=%00")).await.unwrap_err(), Unreadable::Text);
        headers.insert(header::CONTENT_TYPE, "multipart/form-data".parse().unwrap());
        assert_eq!(read(&uri, &headers, Body::from("x")).await.unwrap_err(), Unreadable::Broken);
    }

    #[test]
    fn basic_keeps_both_readings() {
        let Basic::Sent { id, id_decoded, secret, secret_decoded } = read_basic(&basic("a%2Eb:x+%25&y:z")) else {
            panic!("not read")
        };
        assert_eq!((id.as_str(), id_decoded.as_str()), ("a%2Eb", "a.b"));
        assert_eq!((secret.as_str(), secret_decoded.as_str()), ("x+%25&y:z", "x %&y:z"));
        assert!(matches!(read_basic(&basic("no colon")), Basic::Broken));
        // Found by fuzzing: only the readings as they stand were looked at.
        assert!(matches!(read_basic(&basic("a%00b:c")), Basic::Broken));
        assert!(matches!(read_basic(&basic("a:%00")), Basic::Broken));
        let mut broken = HeaderMap::new();
        broken.insert(header::AUTHORIZATION, "Basic !!!".parse().unwrap());
        assert!(matches!(read_basic(&broken), Basic::Broken));
        broken.insert(header::AUTHORIZATION, "Bearer x".parse().unwrap());
        assert!(matches!(read_basic(&broken), Basic::Absent));
    }
}
