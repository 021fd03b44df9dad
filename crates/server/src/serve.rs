//! Starting the server: config to stores, keys, listeners; and stopping it in good order.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::{Arc, RwLock},
    time::Duration,
};

use aws_lc_rs::hmac;
use grantor_protocol::rotation::RotationKey;
use grantor_store::{Store, StoreError};
use tokio::{net::TcpListener, sync::watch, task::JoinHandle, time::Instant};
use tracing::{info, warn};

use crate::{
    admin,
    client_keys::ClientKeys,
    clients::Clients,
    clock::Clock,
    config::{Config, ConfigError, DataCenterConfig},
    entropy::{Entropy, NoEntropy},
    guesses::Guesses,
    house::{DataCenter, House, Place, bytes_by_location},
    http::cors::Origins,
    listener::{self, Limits, Resident},
    mail::Mail,
    metrics::Metrics,
    outgoing::Outgoing,
    passwords::Passwords,
    pictures::Pictures,
    reach::Reach,
    recorder::{Recorder, Recording},
    sandbox::Sandbox,
    scopes::Scopes,
    seal::Sealer,
    signing::Signing,
    stores::{self, OpenError, Stores},
    sweeper, tls, webhooks,
};

/// How long a stop waits for what has begun …
const PATIENCE: Duration = Duration::from_secs(4);
/// … and after that for what clients' owners are to be told.
const RECORDING: Duration = Duration::from_millis(500);

/// What the command line adds to the config.
#[derive(Debug, Clone, Default)]
pub struct ServeOptions {
    /// Answer the demo's sample API under each API domain.
    pub sample_api: bool,
    /// Tests only: the same "random" bytes at every start.
    #[cfg(test)]
    pub predictable: bool,
    /// Tests only: when the sandbox's clock stands still from the very beginning.
    #[cfg(test)]
    pub frozen: Option<grantor_protocol::time::Timestamp>,
}

impl ServeOptions {
    #[cfg(not(test))]
    #[expect(clippy::unused_self, reason = "only tests choose")]
    fn entropy(&self) -> Entropy {
        Entropy::System
    }

    #[cfg(test)]
    fn entropy(&self) -> Entropy {
        if self.predictable { Entropy::Sequence(std::sync::atomic::AtomicU64::new(0)) } else { Entropy::System }
    }
}

/// Why the server did not start: one line.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// A store could not be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// A store could not be read or written.
    #[error("cannot use a store: {0}")]
    Store(#[from] StoreError),
    /// An address could not be listened on.
    #[error("cannot listen on {address}: {why}")]
    Listen {
        /// Where.
        address: SocketAddr,
        /// Why not.
        why: std::io::Error,
    },
    /// The config names something that cannot be.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// There were no random bytes.
    #[error(transparent)]
    NoEntropy(#[from] NoEntropy),
    /// A certificate or key cannot be used.
    #[error(transparent)]
    Tls(#[from] tls::TlsError),
}

/// A running server.
#[derive(Debug)]
pub struct Running {
    /// Location and accounts URL of each data center served here, ready to be asked.
    pub ready: Vec<(String, String)>,
    /// Where health and metrics are answered.
    pub admin: Option<SocketAddr>,
    stop: watch::Sender<bool>,
    tasks: Vec<JoinHandle<()>>,
    listeners: Vec<JoinHandle<()>>,
    recordings: Vec<Recording>,
    pub(crate) stores: Stores,
    #[cfg(test)]
    pub(crate) house: Arc<House>,
    #[cfg(test)]
    rooms: Vec<Arc<DataCenter>>,
}

impl Running {
    /// The inside of a data center.
    #[cfg(test)]
    pub(crate) fn room(&self, location: &str) -> &Arc<DataCenter> {
        self.rooms.iter().find(|dc| dc.place.location == location).unwrap()
    }

    /// Stops: no new connections, what has begun is finished, notices are written, the stores are drained. Under five
    /// seconds.
    pub async fn stop(self) {
        let _ = self.stop.send(true);
        let until = Instant::now() + PATIENCE;
        let finished = async {
            for listener in self.listeners {
                let _ = listener.await;
            }
        };
        if tokio::time::timeout_at(until, finished).await.is_err() {
            warn!("some connections did not finish in time");
        }
        for recording in self.recordings {
            recording.finish(until + RECORDING).await;
        }
        for task in self.tasks {
            task.abort();
        }
        let Stores { directory, data_centers } = self.stores;
        let _ = tokio::task::spawn_blocking(move || {
            for store in data_centers.into_values() {
                store.close();
            }
            directory.close();
        })
        .await;
    }
}

/// Starts everything the config names.
///
/// # Errors
/// The first thing that cannot be done.
pub async fn start(config: Config, options: ServeOptions) -> Result<Running, ServeError> {
    let clock = if config.sandbox.enabled { Clock::sandbox() } else { Clock::System };
    #[cfg(test)]
    if let Some(at) = options.frozen {
        clock.freeze(at);
    }
    let (opened, now) = (config.clone(), clock.now());
    let stores = blocking(move || stores::open(&opened, true, now)).await??;
    let (bound, acceptors) = bind(&config).await?;
    let entropy = options.entropy();
    let locations = config.data_centers.iter().map(|dc| dc.location.clone()).collect();
    let (directory, keys_now) = (stores.directory.clone(), now);
    // Of the system, whatever a test repeats: nothing else is drawn another byte for it.
    let (pseudo_home, webhook) = (entropy.bytes::<32>()?, Entropy::default().bytes::<32>()?);
    let (bytes, [pseudo_home, webhook], added) = blocking(move || -> Result<_, StoreError> {
        let bytes = bytes_by_location(&directory, locations)?;
        let keys = directory.write_blocking(move |tx| {
            Ok([tx.key("pseudo-home", &pseudo_home, keys_now)?, tx.key("webhook", &webhook, keys_now)?])
        })?;
        let added = directory.read_blocking(|tx| tx.added_scopes())?;
        Ok((bytes, keys, added))
    })
    .await??;
    let places = config.data_centers.iter().map(|dc| place(dc, &bound, &bytes)).collect();
    let policy = Arc::new(config.policy.policy());
    let outgoing = Arc::new(Outgoing::new(config.sandbox.enabled));
    let house = Arc::new(House {
        places,
        directory: stores.directory.clone(),
        stores: stores.data_centers.clone(),
        clients: Clients::default(),
        scopes: RwLock::new(Arc::new(Scopes::new(&added))),
        policy,
        origins: Origins::default(),
        client_keys: ClientKeys::new(Arc::clone(&outgoing)),
        outgoing,
        webhook_key: hmac::Key::new(hmac::HMAC_SHA256, &webhook),
        resources: Arc::new(config.resources()?),
        clock,
        passwords: Passwords::new(),
        pictures: Pictures::default(),
        entropy,
        metrics: Metrics::default(),
        pseudo_home_key: hmac::Key::new(hmac::HMAC_SHA256, &pseudo_home),
        trusted_proxies: config.server.trusted_proxies.clone(),
        sandbox: config.sandbox.enabled.then(Sandbox::default),
        reach: Reach::default(),
        mail: Mail::start(config.mail.as_ref(), &config.data_dir, config.sandbox.enabled)?,
        sign_up: config.accounts.sign_up,
        sample_api: options.sample_api,
    });
    let (stop, stopped) = watch::channel(false);
    let mut tasks = vec![sweeper::refresh_scopes(Arc::clone(&house)), sweeper::sweep_directory(Arc::clone(&house))];
    tasks.push(webhooks::run(Arc::clone(&house)));
    let mut residents: BTreeMap<SocketAddr, Vec<Resident>> = BTreeMap::new();
    let (mut ready, mut rooms, mut recordings) = (Vec::new(), Vec::new(), Vec::new());
    for place in &house.places {
        let Some(store) = stores.data_centers.get(&place.location) else { continue };
        let (dc, recording) = data_center(&house, place, store.clone()).await?;
        recordings.push(recording);
        tasks.push(sweeper::sweep(Arc::clone(&dc)));
        tasks.push(sweeper::turn_keys(Arc::clone(&dc)));
        rooms.push(Arc::clone(&dc));
        if let Some(address) = bound.get(&place.location) {
            residents.entry(*address).or_default().push(Resident::of(dc));
        }
        ready.push((place.location.clone(), place.accounts_url.clone()));
    }
    if let Some(sandbox) = &house.sandbox {
        sandbox.begin(&rooms).await?;
    }
    let mut listeners = Vec::new();
    for (address, socket, acceptor) in acceptors {
        let living = residents.remove(&address).unwrap_or_default();
        listeners.push(tokio::spawn(listener::run(socket, acceptor, living, Limits::PUBLIC, stopped.clone())));
    }
    let admin = match &config.admin {
        Some(admin) => {
            let (socket, address) = listen(admin.listen).await?;
            let app = admin::app(Arc::clone(&house), stores.clone(), config.clone());
            listeners.push(tokio::spawn(listener::run_admin(socket, app, Limits::ADMIN, stopped.clone())));
            Some(address)
        }
        None => None,
    };
    info!(data_centers = ready.len(), sandbox = house.sandbox.is_some(), "ready");
    Ok(Running {
        ready,
        admin,
        stop,
        tasks,
        listeners,
        recordings,
        stores,
        #[cfg(test)]
        house,
        #[cfg(test)]
        rooms,
    })
}

type Bound = BTreeMap<String, SocketAddr>;
type Acceptors = Vec<(SocketAddr, TcpListener, Option<tokio_rustls::TlsAcceptor>)>;

/// Listens on every address of the config, each once. Port 0 becomes a free port per data center.
async fn bind(config: &Config) -> Result<(Bound, Acceptors), ServeError> {
    let mut bound = Bound::new();
    let mut acceptors = Acceptors::new();
    let mut shared: BTreeMap<SocketAddr, SocketAddr> = BTreeMap::new();
    for dc in &config.data_centers {
        let Some(wanted) = dc.listen else { continue };
        if let Some(address) = shared.get(&wanted).filter(|_| wanted.port() != 0) {
            bound.insert(dc.location.clone(), *address);
            continue;
        }
        let (socket, address) = listen(wanted).await?;
        let acceptor = match &dc.tls {
            Some(files) => Some(tls::acceptor(&files.cert, &files.key)?),
            None => None,
        };
        shared.insert(wanted, address);
        bound.insert(dc.location.clone(), address);
        acceptors.push((address, socket, acceptor));
    }
    Ok((bound, acceptors))
}

async fn listen(wanted: SocketAddr) -> Result<(TcpListener, SocketAddr), ServeError> {
    let failed = |why| ServeError::Listen { address: wanted, why };
    let socket = TcpListener::bind(wanted).await.map_err(failed)?;
    let address = socket.local_addr().map_err(failed)?;
    Ok((socket, address))
}

fn place(
    dc: &DataCenterConfig,
    bound: &Bound,
    bytes: &BTreeMap<String, grantor_protocol::token::DataCenterByte>,
) -> Place {
    let scheme = if dc.tls.is_some() { "https" } else { "http" };
    let listened = bound.get(&dc.location).map(|address| format!("{scheme}://{address}")).unwrap_or_default();
    let accounts_url = dc.accounts_url.clone().unwrap_or(listened);
    Place {
        location: dc.location.clone(),
        name: dc.name.clone().unwrap_or_else(|| dc.location.to_uppercase()),
        api_domain: dc.api_domain.clone().unwrap_or_else(|| accounts_url.clone()),
        portal_url: dc.portal_url.clone().unwrap_or_else(|| accounts_url.clone()),
        accounts_url,
        entry: dc.entry.unwrap_or(true),
        byte: bytes.get(&dc.location).copied().unwrap_or(grantor_protocol::token::DataCenterByte(0)),
    }
}

/// A data center with its keys, read from its own store.
async fn data_center(
    house: &Arc<House>,
    place: &Place,
    store: Store,
) -> Result<(Arc<DataCenter>, Recording), ServeError> {
    let now = house.clock.now();
    let fresh = [house.entropy.bytes::<32>()?, house.entropy.bytes()?, house.entropy.bytes()?];
    let keys = store
        .write(move |tx| {
            let [seal, form, code] = &fresh;
            Ok([tx.key("seal", seal, now)?, tx.key("form", form, now)?, tx.key("code", code, now)?])
        })
        .await?;
    let [seal, form, code_key] = keys;
    let (recorder, recording) = Recorder::start(house.directory.clone());
    let dc = DataCenter {
        house: Arc::clone(house),
        place: place.clone(),
        store,
        sealer: Sealer::new(&seal, &form)?,
        signing: Signing::new(&seal)?,
        // Another message is never the same under this key: a code's is an identifier and nothing else.
        rotation: Arc::new(RotationKey::new(code_key.clone())),
        code_key,
        guesses: Guesses::new(house.policy.guess_limits),
        recorder,
    };
    Ok((Arc::new(dc), recording))
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, StoreError> {
    tokio::task::spawn_blocking(work).await.map_err(|_| StoreError::Panicked)
}
