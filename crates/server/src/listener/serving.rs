//! One connection, from its first byte to its end: it ends by itself, when the listener is to stop, or when nothing was
//! asked on it for long.

use std::{
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use axum::{extract::Request, response::Response};
use hyper::{body::Incoming, service::service_fn};
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
    let counted = service_fn(|request| {
        let (service, work) = (service.clone(), Work::begin(&asked));
        async {
            let _work = work;
            service.oneshot(request).await
        }
    });
    let io = TokioIo::new(Patient::new(stream, limits.head, limits.answer));
    let builder = builder(limits);
    let mut connection = pin!(builder.serve_connection(io, counted));
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

/// What was asked on a connection, and what of it was answered.
#[derive(Debug, Default)]
struct Asked {
    begun: AtomicU64,
    done: AtomicU64,
}

/// A request that is worked on, until it is answered or given up.
struct Work(Arc<Asked>);

impl Work {
    fn begin(asked: &Arc<Asked>) -> Self {
        asked.begun.fetch_add(1, Ordering::Relaxed);
        Self(Arc::clone(asked))
    }
}

impl Drop for Work {
    fn drop(&mut self) {
        self.0.done.fetch_add(1, Ordering::Relaxed);
    }
}

impl Asked {
    /// Returns when nothing was asked and nothing was worked on for so long.
    async fn nothing_for(&self, idle: Duration) {
        loop {
            let before = self.begun.load(Ordering::Relaxed);
            let at_work = before != self.done.load(Ordering::Relaxed);
            sleep(idle).await;
            if !at_work && self.begun.load(Ordering::Relaxed) == before {
                return;
            }
        }
    }
}
