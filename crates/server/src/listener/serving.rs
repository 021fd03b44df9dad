//! One connection, from its first byte to its end: it ends by itself, when the listener is to stop, or when nothing was
//! asked on it for long.

use std::{
    pin::{Pin, pin},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use axum::{body::Body, extract::Request, http::Version, response::Response};
use bytes::Bytes;
use hyper::{
    body::{Frame, Incoming, SizeHint},
    service::service_fn,
};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::conn::auto,
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    sync::{OwnedSemaphorePermit, watch},
    time::{sleep, timeout},
};
use tower::{Service, ServiceExt};
use tracing::debug;

use super::{Limits, patient::Patient};

/// The largest head.
const MOST_HEAD: usize = 64 * 1024;

/// Serves one connection to its end.
pub(super) async fn serve<S>(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    service: S,
    mut stopped: watch::Receiver<bool>,
    limits: Limits,
    _place: OwnedSemaphorePermit,
) where
    S: Service<Request<Incoming>, Response = Response> + Clone + Send + 'static,
    S::Future: Send + 'static,
    S::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let asked = Arc::new(Asked::default());
    let watched = service_fn(|request: Request<Incoming>| {
        asked.speaks(request.version());
        let (service, work, asked) = (service.clone(), Work::begin(&asked), Arc::clone(&asked));
        async {
            let _work = work;
            service.oneshot(request).await.map(|response| response.map(|body| Answer { body, asked }))
        }
    });
    let io = TokioIo::new(Patient::new(stream, limits.head, limits.answer));
    let builder = builder(limits);
    let mut connection = pin!(builder.serve_connection(io, watched));
    let ended = tokio::select! {
        biased;
        ended = connection.as_mut() => Ok(ended),
        () = over(&asked, limits.idle, &mut stopped) => {
            connection.as_mut().graceful_shutdown();
            // Streams that are never ended, answers that are never taken.
            timeout(limits.answer, connection).await
        }
    };
    match ended {
        Ok(Ok(())) => {}
        Ok(Err(error)) => debug!(%error, "a connection broke"),
        Err(_) => debug!("a connection did not end when it was told to"),
    }
}

/// Returns when nothing was asked for so long, or the listener is to stop.
async fn over(asked: &Asked, idle: Duration, stopped: &mut watch::Receiver<bool>) {
    tokio::select! {
        () = asked.nothing_for(idle) => {}
        _ = stopped.changed() => {}
    }
}

fn builder(limits: Limits) -> auto::Builder<TokioExecutor> {
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(limits.head).max_buf_size(MOST_HEAD);
    builder
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(Some(Duration::from_secs(20)))
        .max_concurrent_streams(100);
    builder
}

/// What was asked on a connection and is told on it.
#[derive(Debug, Default)]
struct Asked {
    /// Requests that are worked on.
    at_work: AtomicU64,
    /// Grows whenever something is asked, answered or told.
    turns: AtomicU64,
    /// It speaks HTTP/1, where a head and an answer have their own time, and a long answer is nobody's idleness.
    http1: AtomicBool,
}

impl Asked {
    fn speaks(&self, version: Version) {
        self.http1.store(version < Version::HTTP_2, Ordering::Relaxed);
    }

    fn turn(&self) {
        self.turns.fetch_add(1, Ordering::Relaxed);
    }

    /// Returns when nothing was asked, worked on or told for so long.
    async fn nothing_for(&self, idle: Duration) {
        loop {
            let before = self.turns.load(Ordering::Relaxed);
            sleep(idle).await;
            let busy = self.at_work.load(Ordering::Relaxed) > 0 || self.turns.load(Ordering::Relaxed) != before;
            if !busy && !self.http1.load(Ordering::Relaxed) {
                return;
            }
        }
    }
}

/// A request that is worked on, until its answer begins or it is given up.
struct Work(Arc<Asked>);

impl Work {
    fn begin(asked: &Arc<Asked>) -> Self {
        asked.at_work.fetch_add(1, Ordering::Relaxed);
        Self(Arc::clone(asked))
    }
}

impl Drop for Work {
    fn drop(&mut self) {
        self.0.turn();
        self.0.at_work.fetch_sub(1, Ordering::Relaxed);
    }
}

/// An answer that shows how it is told.
struct Answer {
    body: Body,
    asked: Arc<Asked>,
}

impl hyper::body::Body for Answer {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let this = self.get_mut();
        let polled = Pin::new(&mut this.body).poll_frame(cx);
        if polled.is_ready() {
            this.asked.turn();
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt as _;
    use hyper::body::Body as _;

    use super::*;

    const IDLE: Duration = Duration::from_millis(20);

    async fn idles(asked: &Asked) -> bool {
        timeout(IDLE * 10, asked.nothing_for(IDLE)).await.is_ok()
    }

    #[tokio::test]
    async fn a_connection_idles_when_nothing_is_asked_and_nothing_worked_on() {
        let asked = Arc::new(Asked::default());
        asked.speaks(Version::HTTP_2);
        asked.nothing_for(IDLE).await;
        let work = Work::begin(&asked);
        assert!(!idles(&asked).await, "it is worked on");
        drop(work);
        asked.nothing_for(IDLE).await;
        asked.speaks(Version::HTTP_11);
        assert!(!idles(&asked).await, "HTTP/1 has its own time");
    }

    #[tokio::test]
    async fn what_is_told_is_a_turn() {
        let asked = Arc::new(Asked::default());
        let mut answer = Answer { body: Body::from("told"), asked: Arc::clone(&asked) };
        assert_eq!((answer.size_hint().exact(), answer.is_end_stream()), (Some(4), false));
        let before = asked.turns.load(Ordering::Relaxed);
        answer.frame().await.unwrap().unwrap();
        assert!(asked.turns.load(Ordering::Relaxed) > before);
    }
}
