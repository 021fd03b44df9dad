//! Accepting connections: bounded in number and in patience; and choosing the data center by listener or
//! Host (`spec/decisions.md` 27).

mod patient;
mod serving;

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use axum::{
    Router,
    body::Body,
    extract::Request,
    http::{HeaderValue, StatusCode, Uri, header},
    response::Response,
};
use hyper::body::Incoming;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore, watch},
};
use tokio_rustls::TlsAcceptor;
use tower::{Service, ServiceExt, service_fn};
use tracing::warn;

use self::serving::serve;
use crate::{
    house::DataCenter,
    http::{RequestId, peer::Peer, reply},
    metrics::Endpoint,
    pages::{Locale, assets},
    sandbox::{self, Dropped},
    walk,
};

/// What a listener puts up with.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Connections served at once; more wait in the kernel's queue.
    connections: usize,
    /// How long a connection may take for each of: speaking TLS, showing its version of HTTP, sending a request's head.
    head: Duration,
    /// How long it may take nothing of an answer.
    answer: Duration,
    /// How long it may stay without a request. (HTTP/1 has `head` for that.)
    idle: Duration,
}

impl Limits {
    /// Where everybody asks.
    pub const PUBLIC: Self = Self {
        connections: 8_192,
        head: Duration::from_secs(15),
        answer: Duration::from_secs(30),
        idle: Duration::from_mins(2),
    };
    /// Where operators, probes and scrapers ask.
    pub const ADMIN: Self = Self { connections: 256, ..Self::PUBLIC };
}

/// How long a request may take in all, its body included.
const PATIENCE: Duration = Duration::from_secs(30);
/// A data center at home on a listener.
#[derive(Debug, Clone)]
pub struct Resident {
    /// Hosts it answers to, as the Host header spells them.
    hosts: Vec<String>,
    dc: Arc<DataCenter>,
    app: Router,
}

impl Resident {
    /// Builds its router.
    pub fn of(dc: Arc<DataCenter>) -> Self {
        let hosts = [&dc.place.accounts_url, &dc.place.portal_url, &dc.place.api_domain]
            .into_iter()
            .filter_map(|url| url.split_once("://"))
            .map(|(_, host)| host.to_ascii_lowercase())
            .collect();
        Self { hosts, app: app(&dc), dc }
    }
}

/// Every public path of a data center.
fn app(dc: &Arc<DataCenter>) -> Router {
    let mut app = crate::accounts::routes()
        .merge(crate::standard::routes(dc))
        .merge(crate::account::routes())
        .merge(crate::console::routes())
        .merge(crate::organization::routes())
        .route("/assets/{file}", axum::routing::get(asset))
        .route("/favicon.ico", axum::routing::get(asset))
        .route("/robots.txt", axum::routing::get(robots));
    if dc.house.sandbox.is_some() {
        app = app.merge(sandbox::routes());
    }
    if dc.house.sample_api {
        app = app.merge(crate::sample_api::routes());
    }
    app.fallback(nowhere).with_state(Arc::clone(dc))
}

async fn asset(uri: axum::http::Uri) -> Response {
    match assets::find(uri.path()) {
        Some(asset) => reply::asset(asset.content_type, asset.bytes, asset.immutable),
        None => reply::text(StatusCode::NOT_FOUND, "no such file\n"),
    }
}

async fn robots() -> Response {
    reply::text(StatusCode::OK, "User-agent: *\nDisallow: /\n")
}

async fn nowhere(request: Request) -> Response {
    let locale =
        Locale::from_accept_language(request.headers().get(header::ACCEPT_LANGUAGE).and_then(|v| v.to_str().ok()));
    let request_id = request.extensions().get::<RequestId>().cloned();
    walk::not_found(locale, request_id.as_ref().map_or("", RequestId::as_str))
}

/// Serves a listener until told to stop, then lets connections finish.
pub async fn run(
    socket: TcpListener,
    acceptor: Option<TlsAcceptor>,
    residents: Vec<Resident>,
    limits: Limits,
    mut stopped: watch::Receiver<bool>,
) {
    let room = Arc::new(Semaphore::new(limits.connections));
    let residents: Arc<[Resident]> = residents.into();
    while let Some((stream, peer, place)) = accept(&socket, &room, &mut stopped).await {
        let _ = stream.set_nodelay(true);
        let service = service_of(Door { residents: Arc::clone(&residents), peer: Peer(peer) });
        let stopped = stopped.clone();
        match acceptor.clone() {
            None => drop(tokio::spawn(serve(stream, service, stopped, limits, place))),
            Some(acceptor) => {
                tokio::spawn(async move {
                    if let Ok(Ok(stream)) = tokio::time::timeout(limits.head, acceptor.accept(stream)).await {
                        serve(stream, service, stopped, limits, place).await;
                    }
                });
            }
        }
    }
    empty(&room, limits).await;
}

/// Waits until everybody has left.
async fn empty(room: &Semaphore, limits: Limits) {
    let places = u32::try_from(limits.connections).unwrap_or(u32::MAX);
    drop(room.acquire_many(places).await);
}

/// The next connection with its place in the room; None when it is time to stop.
async fn accept(
    socket: &TcpListener,
    room: &Arc<Semaphore>,
    stopped: &mut watch::Receiver<bool>,
) -> Option<(TcpStream, SocketAddr, OwnedSemaphorePermit)> {
    let place = tokio::select! {
        _ = stopped.changed() => return None,
        place = Arc::clone(room).acquire_owned() => place.ok()?,
    };
    loop {
        tokio::select! {
            _ = stopped.changed() => return None,
            accepted = socket.accept() => match accepted {
                Ok((stream, peer)) => return Some((stream, peer, place)),
                Err(error) => {
                    // Out of file descriptors, most likely: let some connections end first.
                    warn!(%error, "a connection could not be accepted");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
            },
        }
    }
}

/// What stands behind one connection.
#[derive(Clone)]
struct Door {
    residents: Arc<[Resident]>,
    peer: Peer,
}

fn service_of(
    door: Door,
) -> impl Service<
    Request<Incoming>,
    Response = Response,
    Error = Dropped,
    Future = impl Future<Output = Result<Response, Dropped>> + Send,
> + Clone {
    service_fn(move |request: Request<Incoming>| answer(door.clone(), request))
}

/// An error ends the connection without an answer; only a sandbox does that.
async fn answer(door: Door, request: Request<Incoming>) -> Result<Response, Dropped> {
    let request_id = next_request_id();
    let began = Instant::now();
    let mut request = request.map(Body::new);
    if let Some(uri) = without_slashes(request.uri()) {
        *request.uri_mut() = uri;
    }
    let mut response = match choose(&door.residents, &request) {
        // RFC 9112 section 3.2: who asks for two hosts is read differently by whoever stands before us.
        _ if request.headers().get_all(header::HOST).iter().count() > 1 => {
            reply::text(StatusCode::BAD_REQUEST, "more than one Host header\n")
        }
        Some(resident) => {
            let endpoint = Endpoint::of(request.uri().path());
            request.extensions_mut().insert(request_id.clone());
            request.extensions_mut().insert(door.peer);
            let serve =
                async |request| match tokio::time::timeout(PATIENCE, resident.app.clone().oneshot(request)).await {
                    Ok(Ok(response)) => response,
                    Err(_) => reply::text(StatusCode::REQUEST_TIMEOUT, "this took too long\n"),
                };
            let response = match &resident.dc.house.sandbox {
                None => serve(request).await,
                Some(sandbox) => sandbox::attend(sandbox, &resident.dc, request, serve).await?,
            };
            resident.dc.house.metrics.answered(endpoint, response.status().as_u16(), began.elapsed());
            response
        }
        None => reply::text(StatusCode::MISDIRECTED_REQUEST, "no data center here answers to this host\n"),
    };
    if let Ok(value) = HeaderValue::from_str(request_id.as_str()) {
        response.headers_mut().insert("x-request-id", value);
    }
    if door.residents.first().is_some_and(|r| r.dc.secure()) {
        let hsts = HeaderValue::from_static("max-age=63072000");
        response.headers_mut().insert(header::STRICT_TRANSPORT_SECURITY, hsts);
    }
    Ok(response)
}

/// The URI with one slash at its beginning, when it has several: what clients make that join an accounts URL and a path
/// by one more slash, as a published SDK does for every call.
fn without_slashes(uri: &Uri) -> Option<Uri> {
    let path = uri.path_and_query()?.as_str();
    let rest = path.strip_prefix("//")?.trim_start_matches('/');
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(format!("/{rest}").parse().ok()?);
    Uri::from_parts(parts).ok()
}

/// One data center: Host is ignored. Several: Host must be one of theirs.
fn choose<'a>(residents: &'a [Resident], request: &Request) -> Option<&'a Resident> {
    if let [only] = residents {
        return Some(only);
    }
    let host = request
        .uri()
        .authority()
        .map(|a| a.as_str().to_owned())
        .or_else(|| request.headers().get(header::HOST).and_then(|v| v.to_str().ok()).map(str::to_owned))?
        .to_ascii_lowercase();
    residents.iter().find(|resident| resident.hosts.contains(&host))
}

/// Sixteen hex digits: unique in this process, and not to be guessed from one another by eye.
fn next_request_id() -> RequestId {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    static START: std::sync::LazyLock<u64> = std::sync::LazyLock::new(|| {
        let mut bytes = [0; 8];
        let _ = aws_lc_rs::rand::fill(&mut bytes);
        u64::from_be_bytes(bytes)
    });
    let n = NEXT.fetch_add(1, Ordering::Relaxed);
    // An odd factor makes a permutation: no two alike.
    let id = START.wrapping_add(n.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    RequestId(Arc::from(format!("{id:016x}")))
}

/// Serves the admin listener.
pub async fn run_admin(socket: TcpListener, app: Router, limits: Limits, mut stopped: watch::Receiver<bool>) {
    let room = Arc::new(Semaphore::new(limits.connections));
    while let Some((stream, _, place)) = accept(&socket, &room, &mut stopped).await {
        let service = app.clone().map_request(|request: Request<Incoming>| request.map(Body::new));
        tokio::spawn(serve(stream, service, stopped.clone(), limits, place));
    }
    empty(&room, limits).await;
}

#[cfg(test)]
mod tests;
