//! A connection that is waited for, but not for ever: for its first bytes, in which it shows what version of HTTP is
//! spoken (hyper's own patience begins only after that), and for taking what it is told.

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
    /// How long nothing may be taken of what is told …
    patience: Duration,
    /// … and what is left of that, while it is waited for.
    taking: Option<Pin<Box<Sleep>>>,
}

#[derive(Debug)]
struct First {
    /// How much of the preface has come.
    seen: usize,
    patience: Pin<Box<Sleep>>,
}

impl<S> Patient<S> {
    /// Reading fails when the version does not show within `head`, writing when nothing is taken within `answer`.
    pub(super) fn new(stream: S, head: Duration, answer: Duration) -> Self {
        let first = First { seen: 0, patience: Box::pin(sleep(head)) };
        Self { stream, first: Some(first), patience: answer, taking: None }
    }

    /// Passes on how far a write has come, and fails one that has waited too long.
    fn taken<T>(&mut self, cx: &mut Context<'_>, written: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if written.is_ready() {
            self.taking = None;
            return written;
        }
        let patience = self.patience;
        ready!(self.taking.get_or_insert_with(|| Box::pin(sleep(patience))).as_mut().poll(cx));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
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
        let this = self.get_mut();
        let written = Pin::new(&mut this.stream).poll_write(cx, buf);
        this.taken(cx, written)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let written = Pin::new(&mut this.stream).poll_write_vectored(cx, bufs);
        this.taken(cx, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let flushed = Pin::new(&mut this.stream).poll_flush(cx);
        this.taken(cx, flushed)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let shut = Pin::new(&mut this.stream).poll_shutdown(cx);
        this.taken(cx, shut)
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
