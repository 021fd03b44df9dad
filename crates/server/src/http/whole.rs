//! A body taken in before anything is judged by it, and handed on the same to whoever reads it.

use axum::body::{Body, Bytes};
use http_body_util::BodyExt;

use super::{params, upload};

/// The sender went away while sending.
#[derive(Debug, Clone, Copy)]
pub struct Gone;

/// How much of a body is worth keeping, and how far it is read, in bytes.
#[derive(Debug, Clone, Copy)]
struct Limits {
    /// Of a longer one a little more than this is kept, so that whoever reads it finds it too large.
    keeps: usize,
    /// Nothing is read behind this.
    reads: usize,
}

impl Limits {
    fn of(path: &str) -> Self {
        if upload::is_one(path) {
            Self { keeps: upload::MOST, reads: upload::MOST_FORGOTTEN }
        } else {
            Self { keeps: params::MOST_BODY, reads: params::MOST_BODY }
        }
    }
}

/// Reads what was sent to a path; a picture may be larger than a form.
///
/// # Errors
/// [`Gone`].
pub async fn take_in(body: Body, path: &str) -> Result<Bytes, Gone> {
    within(body, Limits::of(path)).await
}

async fn within(mut body: Body, limits: Limits) -> Result<Bytes, Gone> {
    let (mut bytes, mut seen) = (Vec::new(), 0_usize);
    while seen <= limits.reads {
        match body.frame().await {
            None => break,
            Some(Ok(frame)) => {
                let data = frame.into_data().unwrap_or_default();
                seen = seen.saturating_add(data.len());
                if bytes.len() <= limits.keeps {
                    bytes.extend_from_slice(&data);
                }
            }
            Some(Err(_)) => return Err(Gone),
        }
    }
    Ok(Bytes::from(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn so_much_is_kept_that_a_large_body_is_too_large_for_everybody() {
        let limits = Limits { keeps: 4, reads: 4 };
        assert_eq!(within(Body::from("abcd"), limits).await.unwrap(), "abcd");
        assert_eq!(within(Body::from("abcde"), limits).await.unwrap(), "abcde");
    }

    #[test]
    fn pictures_may_be_larger_than_forms() {
        for path in ["/console/1000.A/logo", "/organization/10001/portals/60001"] {
            assert_eq!(Limits::of(path).keeps, upload::MOST, "{path}");
        }
        for path in ["/console/1000.A", "/organization/10001/portals", "/organization/10001/portals/60001/users"] {
            assert_eq!(Limits::of(path).keeps, params::MOST_BODY, "{path}");
        }
    }
}
