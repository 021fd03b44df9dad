//! Tokens in one JSON file that only its owner can read, shared safely by many processes.

use std::collections::BTreeMap;
use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::sync::OwnedMutexGuard;

use super::{StoreError, TokenStore};
use crate::{Tokens, private_file};

/// How long another process may hold the lock: several slow refreshes, one after the other.
const PATIENCE: Duration = Duration::from_mins(1);
const LOOK_AGAIN: Duration = Duration::from_millis(20);
const VERSION: u32 = 1;

/// Tokens in a file of mode 0600, replaced atomically; a lock file beside it (`<name>.lock`) lets one process at a time
/// refresh. The lock is the system's, so that a process that dies releases it.
#[derive(Clone, Debug)]
pub struct FileStore {
    path: Arc<Path>,
    /// Within this process the lock is waited for in order, without polling.
    gate: Arc<tokio::sync::Mutex<()>>,
}

/// The lock of a [`FileStore`]: this process's turn, and the locked file.
#[derive(Debug)]
pub struct FileLock {
    _turn: OwnedMutexGuard<()>,
    _file: File,
}

#[derive(Default, Serialize, Deserialize)]
struct Contents {
    version: u32,
    tokens: BTreeMap<String, Tokens>,
}

impl FileStore {
    /// A store in `path`; the file and its folder are made when something is first saved.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: Arc::from(path.into()), gate: Arc::default() }
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn lock_path(&self) -> PathBuf {
        let mut name = self.path.as_os_str().to_owned();
        name.push(".lock");
        PathBuf::from(name)
    }

    async fn change(
        &self,
        change: impl FnOnce(&mut BTreeMap<String, Tokens>) + Send + 'static,
    ) -> Result<(), StoreError> {
        let path = Arc::clone(&self.path);
        in_background(&self.path, move || {
            let mut contents = read(&path)?;
            change(&mut contents.tokens);
            let text = serde_json::to_vec_pretty(&Contents { version: VERSION, ..contents })
                .map_err(|why| StoreError::Unreadable { path: path.to_path_buf(), why: why.to_string() })?;
            private_file::write(&path, &text)
        })
        .await
    }
}

impl TokenStore for FileStore {
    type Lock = FileLock;

    async fn load(&self, key: &str) -> Result<Option<Tokens>, StoreError> {
        let path = Arc::clone(&self.path);
        let mut contents = in_background(&self.path, move || read(&path)).await?;
        Ok(contents.tokens.remove(key))
    }

    /// One lock serves all keys, because they share the file.
    async fn lock(&self, _key: &str) -> Result<FileLock, StoreError> {
        let path = self.lock_path();
        let busy = || StoreError::Busy { path: path.clone(), waited: PATIENCE };
        let waiting = async {
            let turn = Arc::clone(&self.gate).lock_owned().await;
            let opening = path.clone();
            let file = in_background(&path, move || private_file::open_lock(&opening)).await?;
            loop {
                match file.try_lock() {
                    Ok(()) => return Ok(FileLock { _turn: turn, _file: file }),
                    Err(TryLockError::WouldBlock) => tokio::time::sleep(LOOK_AGAIN).await,
                    Err(TryLockError::Error(source)) => {
                        return Err(StoreError::Io { path: path.clone(), doing: "locked", source });
                    }
                }
            }
        };
        tokio::time::timeout(PATIENCE, waiting).await.map_err(|_| busy())?
    }

    async fn save(&self, _held: &FileLock, key: &str, tokens: &Tokens) -> Result<(), StoreError> {
        let (key, tokens) = (key.to_owned(), tokens.clone());
        self.change(move |all| {
            all.insert(key, tokens);
        })
        .await
    }

    async fn remove(&self, _held: &FileLock, key: &str) -> Result<(), StoreError> {
        let key = key.to_owned();
        self.change(move |all| {
            all.remove(&key);
        })
        .await
    }
}

fn read(path: &Path) -> Result<Contents, StoreError> {
    let unreadable = |why: &str| StoreError::Unreadable { path: path.to_path_buf(), why: why.to_owned() };
    let Some(bytes) = private_file::read(path)? else {
        return Ok(Contents::default());
    };
    // The parser's own words may quote the file, so only the place is told.
    let contents: Contents = serde_json::from_slice(&bytes)
        .map_err(|why| unreadable(&format!("line {}, column {}", why.line(), why.column())))?;
    if contents.version != VERSION {
        return Err(unreadable("it was written by another version of this library"));
    }
    Ok(contents)
}

/// Files are read and written on a thread where waiting is allowed.
async fn in_background<T: Send + 'static>(
    path: &Path,
    work: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    let path = path.to_path_buf();
    tokio::task::spawn_blocking(work).await.map_err(|why| StoreError::Io {
        path,
        doing: "used",
        source: std::io::Error::other(why),
    })?
}
