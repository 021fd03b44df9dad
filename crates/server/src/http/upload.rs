//! A form with a file in it (RFC 7578): read whole, within limits.

use axum::{
    body::{Body, Bytes},
    http::{HeaderMap, header},
};
use grantor_protocol::params::Params;
use http_body_util::BodyExt;

/// The largest body that is read.
pub const MOST: usize = 512 * 1024;
/// A larger one is read to this end and forgotten: a browser that is still sending would not see our answer.
pub const MOST_FORGOTTEN: usize = 16 * 1024 * 1024;

/// Whether a path takes such a form; everywhere else a body is small.
pub fn is_one(path: &str) -> bool {
    let mut parts = path.strip_prefix('/').unwrap_or_default().split('/');
    match parts.next() {
        Some("console") => path.ends_with("/logo"),
        Some("organization") => parts.nth(1) == Some("portals") && parts.next().is_some() && parts.next().is_none(),
        _ => false,
    }
}

/// What was sent.
#[derive(Debug, Default)]
pub struct Upload {
    /// The fields that are text.
    pub params: Params,
    /// The file; none when the field is missing or empty.
    pub file: Option<Vec<u8>>,
}

/// Why nothing can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unreadable {
    /// It is larger than any file we take.
    TooLarge,
    /// It is not what it says it is, or the connection broke.
    Broken,
}

/// Reads a form whose file is in the field of that name. A form without a file may be sent url-encoded as well.
///
/// # Errors
/// [`Unreadable`].
pub async fn read(headers: &HeaderMap, body: Body, file: &str) -> Result<Upload, Unreadable> {
    let bytes = whole(body).await?;
    let kind = headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let mut upload = Upload::default();
    let Ok(boundary) = multer::parse_boundary(kind) else {
        upload.params.extend(&bytes).map_err(|_| Unreadable::Broken)?;
        return Ok(upload);
    };
    let stream = http_body_util::BodyDataStream::new(http_body_util::Full::new(Bytes::from(bytes)));
    let mut parts = multer::Multipart::new(stream, boundary);
    while let Some(part) = parts.next_field().await.map_err(|_| Unreadable::Broken)? {
        let Some(name) = part.name().map(str::to_owned) else { continue };
        let value = part.bytes().await.map_err(|_| Unreadable::Broken)?;
        if name == file {
            upload.file = (!value.is_empty()).then(|| value.to_vec());
        } else {
            let value = std::str::from_utf8(&value).map_err(|_| Unreadable::Broken)?;
            upload.params.push(name.into(), value.into()).map_err(|_| Unreadable::Broken)?;
        }
    }
    Ok(upload)
}

async fn whole(mut body: Body) -> Result<Vec<u8>, Unreadable> {
    let (mut bytes, mut seen) = (Vec::new(), 0_usize);
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| Unreadable::Broken)?;
        let Some(data) = frame.data_ref() else { continue };
        seen = seen.saturating_add(data.len());
        if seen > MOST_FORGOTTEN {
            break;
        }
        if seen <= MOST {
            bytes.extend_from_slice(data);
        }
    }
    if seen > MOST { Err(Unreadable::TooLarge) } else { Ok(bytes) }
}
