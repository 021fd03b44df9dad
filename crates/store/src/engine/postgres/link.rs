//! One connection to PostgreSQL, driven by the thread that owns it, and the transaction over it.
//!
//! The driver's asynchronous client is used directly rather than its blocking wrapper, because only it can send two
//! requests before waiting: BEGIN travels with the first statement, and nobody waits for the end of a transaction that
//! keeps nothing. A write costs one round trip per statement and one for COMMIT, a read one per statement.

use std::error::Error as _;
use std::fmt;
use std::future::{Future, poll_fn};
use std::io;
use std::pin::pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::runtime::{Builder, Runtime};
use tokio::time::timeout;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Connection, NoTls, Row, Statement};

use super::Shared;
use crate::StoreError;
use crate::engine::param::Param;
use crate::engine::sql::{SqlKey, SqlMap};

/// From the first packet to the end of the handshake.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// For saying good-bye.
const PARTING: Duration = Duration::from_secs(1);

/// The half of a connection that moves bytes; its type depends on TLS.
trait Drive: Send {
    /// Moves what can be moved now; an error when the connection has ended.
    fn drive(&mut self, cx: &mut Context<'_>) -> Result<(), Option<tokio_postgres::Error>>;
}

impl<S, T> Drive for Connection<S, T>
where
    S: AsyncRead + AsyncWrite + Unpin + Send,
    T: AsyncRead + AsyncWrite + Unpin + Send,
{
    fn drive(&mut self, cx: &mut Context<'_>) -> Result<(), Option<tokio_postgres::Error>> {
        loop {
            match self.poll_message(cx) {
                // Notices and notifications: nothing here asks for them.
                Poll::Ready(Some(Ok(_))) => {}
                Poll::Ready(Some(Err(error))) => return Err(Some(error)),
                Poll::Ready(None) => return Err(None),
                Poll::Pending => return Ok(()),
            }
        }
    }
}

/// A connection with its prepared statements.
pub(super) struct Link {
    client: Client,
    statements: SqlMap<Statement>,
    /// None after the connection has ended; then every request fails at once.
    driver: Option<Box<dyn Drive>>,
    runtime: Runtime,
}

impl fmt::Debug for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Link").field("broken", &self.broken()).finish_non_exhaustive()
    }
}

impl Link {
    pub(super) fn connect(shared: &Shared) -> Result<Self, StoreError> {
        let runtime = Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| StoreError::Unavailable(format!("no event loop: {error}").into()))?;
        let config = &shared.url.config;
        let connecting = async {
            Ok::<(Client, Box<dyn Drive>), tokio_postgres::Error>(if let Some(tls) = &shared.tls {
                let (client, driver) = config.connect(tls.clone()).await?;
                (client, Box::new(driver))
            } else {
                let (client, driver) = config.connect(NoTls).await?;
                (client, Box::new(driver))
            })
        };
        let (client, driver) = runtime
            .block_on(async { timeout(HANDSHAKE, connecting).await })
            .map_err(|_| StoreError::Unavailable(format!("{} does not answer", shared.url).into()))?
            .map_err(|error| {
                let (_, why) = describe(&error);
                StoreError::Unavailable(format!("{}: {why}", shared.url).into())
            })?;
        let mut link = Self { client, statements: SqlMap::default(), driver: Some(driver), runtime };
        link.batch(&format!("SET search_path TO \"{}\"", shared.schema))?;
        Ok(link)
    }

    /// Whether the connection has ended.
    pub(super) fn broken(&self) -> bool {
        self.driver.is_none() || self.client.is_closed()
    }

    /// Runs statements without parameters and waits for them.
    pub(super) fn batch(&mut self, sql: &str) -> Result<(), StoreError> {
        let Self { client, driver, runtime, .. } = self;
        drive(runtime, driver, client.batch_execute(sql)).map_err(|error| fault(&error))
    }

    /// Sends a statement without parameters and does not wait. Whatever follows is answered after it.
    pub(super) fn send(&mut self, sql: &'static str) {
        let Self { client, driver, runtime, .. } = self;
        let mut request = pin!(client.batch_execute(sql));
        runtime.block_on(poll_fn(|cx| {
            // The first poll queues the request, then the driver writes it; the driver drops the response.
            let _ = request.as_mut().poll(cx);
            move_bytes(driver, cx);
            Poll::Ready(())
        }));
    }

    /// Runs a statement whose text is not known to the program, such as a look into the catalog.
    pub(super) fn query_once(&mut self, sql: &str, params: &[Param<'_>]) -> Result<Vec<Row>, StoreError> {
        let Self { client, driver, runtime, .. } = self;
        drive(runtime, driver, client.query(sql, &bound(params))).map_err(|error| fault(&error))
    }

    /// Forgets the prepared statements, after the schema has changed under them.
    pub(super) fn forget_statements(&mut self) {
        self.statements.clear();
    }

    /// Says good-bye, so that the server does not log a lost connection.
    pub(super) fn close(self) {
        let Self { client, statements, driver, runtime } = self;
        drop(statements);
        drop(client);
        let Some(mut driver) = driver else { return };
        let farewell = poll_fn(|cx| match driver.drive(cx) {
            Ok(()) => Poll::Pending,
            Err(_) => Poll::Ready(()),
        });
        // A server that does not listen any more needs no good-bye.
        let _ = runtime.block_on(async { timeout(PARTING, farewell).await });
    }

    fn statement(&mut self, sql: &'static str) -> Result<Statement, StoreError> {
        let key = SqlKey::of(sql);
        if let Some(statement) = self.statements.get(&key) {
            return Ok(statement.clone());
        }
        let Self { client, driver, runtime, .. } = self;
        let statement = drive(runtime, driver, client.prepare(sql)).map_err(|error| fault(&error))?;
        self.statements.insert(key, statement.clone());
        Ok(statement)
    }
}

/// A transaction over a connection. BEGIN is sent with the first statement; the end is up to the worker.
#[derive(Debug)]
pub(crate) struct PostgresTx<'c> {
    link: &'c mut Link,
    /// The text of BEGIN until it has been sent.
    begin: Option<&'static str>,
}

impl<'c> PostgresTx<'c> {
    pub(super) fn new(link: &'c mut Link, begin: &'static str) -> Self {
        Self { link, begin: Some(begin) }
    }

    pub(crate) fn begun(&self) -> bool {
        self.begin.is_none()
    }

    pub(crate) fn execute(&mut self, sql: &'static str, params: &[Param<'_>]) -> Result<u64, StoreError> {
        let statement = self.statement(sql, params)?;
        let Link { client, driver, runtime, .. } = &mut *self.link;
        let params = bound(params);
        let request = client.execute(&statement, &params);
        match self.begin.take() {
            None => drive(runtime, driver, request),
            Some(begin) => drive(runtime, driver, both(client.batch_execute(begin), request)),
        }
        .map_err(|error| fault(&error))
    }

    pub(crate) fn query(&mut self, sql: &'static str, params: &[Param<'_>]) -> Result<Vec<Row>, StoreError> {
        let statement = self.statement(sql, params)?;
        let Link { client, driver, runtime, .. } = &mut *self.link;
        let params = bound(params);
        let request = client.query(&statement, &params);
        match self.begin.take() {
            None => drive(runtime, driver, request),
            Some(begin) => drive(runtime, driver, both(client.batch_execute(begin), request)),
        }
        .map_err(|error| fault(&error))
    }

    /// Runs a query through a cursor, a slice of rows at a time. The outer result is the database's, the inner one the
    /// closure's; after its first error it is asked no more.
    pub(crate) fn slices(
        &mut self,
        sql: &'static str,
        mut slice: impl FnMut(&[Row]) -> Result<(), StoreError>,
    ) -> Result<Result<(), StoreError>, StoreError> {
        if let Some(begin) = self.begin.take() {
            self.link.batch(begin)?;
        }
        self.link.batch(&format!("DECLARE slices NO SCROLL CURSOR FOR {sql}"))?;
        loop {
            let rows = self.link.query_once("FETCH 1000 FROM slices", &[])?;
            if rows.is_empty() {
                self.link.batch("CLOSE slices")?;
                return Ok(Ok(()));
            }
            if let Err(error) = slice(&rows) {
                return Ok(Err(error));
            }
        }
    }

    fn statement(&mut self, sql: &'static str, params: &[Param<'_>]) -> Result<Statement, StoreError> {
        let statement = self.link.statement(sql)?;
        let wanted = statement.params().len();
        if wanted != params.len() {
            return Err(StoreError::Parameters { wanted, given: params.len() });
        }
        Ok(statement)
    }
}

/// Two requests on their way at once, the first one first.
async fn both<T>(
    begin: impl Future<Output = Result<(), tokio_postgres::Error>>,
    request: impl Future<Output = Result<T, tokio_postgres::Error>>,
) -> Result<T, tokio_postgres::Error> {
    let (begun, result) = tokio::join!(biased; begin, request);
    begun.and(result)
}

fn bound<'p>(params: &'p [Param<'_>]) -> Vec<&'p (dyn ToSql + Sync)> {
    params.iter().map(|param| param as &(dyn ToSql + Sync)).collect()
}

/// Waits for a request while moving the connection's bytes.
fn drive<F: Future>(runtime: &Runtime, driver: &mut Option<Box<dyn Drive>>, request: F) -> F::Output {
    let mut request = pin!(request);
    runtime.block_on(poll_fn(|cx| {
        if let Poll::Ready(output) = request.as_mut().poll(cx) {
            return Poll::Ready(output);
        }
        move_bytes(driver, cx);
        // The answer may have come with them, or the end of the connection, which answers every request.
        request.as_mut().poll(cx)
    }))
}

fn move_bytes(driver: &mut Option<Box<dyn Drive>>, cx: &mut Context<'_>) {
    if let Some(Err(why)) = driver.as_mut().map(|driver| driver.drive(cx)) {
        let why = why.as_ref().map_or_else(|| "closed".to_owned(), |error| describe(error).1);
        tracing::warn!(why, "a connection to PostgreSQL has ended");
        *driver = None;
    }
}

/// What an error of the driver means.
pub(super) fn fault(error: &tokio_postgres::Error) -> StoreError {
    match describe(error) {
        // 08 connection, 57P operator intervention (shutdown, crash, starting up).
        (Some(code), message) if code.starts_with("08") || code.starts_with("57P") => {
            StoreError::Unavailable(message.into())
        }
        (Some(code), message) => StoreError::Postgres { code, message },
        (None, message)
            if error.is_closed() || error.source().is_some_and(<dyn std::error::Error>::is::<io::Error>) =>
        {
            StoreError::Unavailable(message.into())
        }
        (None, message) => StoreError::Postgres { code: String::new(), message },
    }
}

/// SQLSTATE and a text without the detail and hint, which quote values.
fn describe(error: &tokio_postgres::Error) -> (Option<String>, String) {
    if let Some(answer) = error.as_db_error() {
        return (Some(answer.code().code().to_owned()), answer.message().to_owned());
    }
    match error.source() {
        Some(cause) => (None, format!("{error}: {cause}")),
        None => (None, error.to_string()),
    }
}
