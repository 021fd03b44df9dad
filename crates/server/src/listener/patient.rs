//! A connection whose first bytes are waited for, but not for ever. Which version of HTTP is spoken shows in them, and
//! hyper's own patience begins only after that.

use std::{
    io::{self, IoSlice},
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::{Sleep, sleep},
};

/// What a client of HTTP/2 says first (RFC 9113 section 3.4).
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// The stream, until it is known what is spoken and afterwards.
#[derive(Debug)]
pub(super) struct Patient<S> {
    stream: S,
    /// Gone once the version shows, so that a request costs nothing.
    first: Option<First>,
}

#[derive(Debug)]
struct First {
    /// How much of the preface has come.
    seen: usize,
    patience: Pin<Box<Sleep>>,
}

impl<S> Patient<S> {
    /// Reading fails when the version does not show within `patience`.
    pub(super) fn new(stream: S, patience: Duration) -> Self {
        Self { stream, first: Some(First { seen: 0, patience: Box::pin(sleep(patience)) }) }
    }
}

impl First {
    /// Whether more has to be read before the version shows. Nothing read is the stream's end.
    fn goes_on(&mut self, read: &[u8]) -> bool {
        self.seen += read.len();
        !read.is_empty()
            && self.seen < PREFACE.len()
            && PREFACE.get(self.seen - read.len()..self.seen).is_some_and(|expected| expected == read)
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Patient<S> {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let Some(first) = &mut this.first else { return Pin::new(&mut this.stream).poll_read(cx, buf) };
        let before = buf.filled().len();
        let Poll::Ready(done) = Pin::new(&mut this.stream).poll_read(cx, buf) else {
            ready!(first.patience.as_mut().poll(cx));
            return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
        };
        if done.is_err() || !first.goes_on(buf.filled().get(before..).unwrap_or_default()) {
            this.first = None;
        }
        Poll::Ready(done)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Patient<S> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().stream).poll_write(cx, buf)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().stream).poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_version_shows_at_the_first_byte_that_is_not_of_the_preface_or_at_its_end() {
        let goes_on = |parts: &[&[u8]]| {
            let mut first = First { seen: 0, patience: Box::pin(sleep(Duration::ZERO)) };
            parts.iter().all(|part| first.goes_on(part))
        };
        assert!(goes_on(&[b"P"]) && goes_on(&[b"PRI * ", b"HTTP/2.0\r\n\r\nSM\r\n\r"]));
        assert!(!goes_on(&[b"G"]) && !goes_on(&[b"P", b"O"]) && !goes_on(&[b"PRI * HTTP/1"]));
        assert!(!goes_on(&[b"PRI * HTTP/2.0\r\n", b"\r\nSM\r\n\r\n"]) && !goes_on(&[PREFACE, b"more"]));
        assert!(!goes_on(&[b"PRI ", b""]));
    }
}
