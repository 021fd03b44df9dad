//! What was read of access tokens that were alive, kept until a commit may have changed it
//! (`docs/decisions/0028`). Only a server that alone writes to its file has this: SQLite, opened `exclusive`.

use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use grantor_protocol::{
    causes::AccessError,
    secret::{SecretHash, SecretKind},
    time::Timestamp,
    token::{PresentedToken, TokenId},
};

use crate::{
    LiveAccess, Store, StoreError,
    access::Judged,
    engine::{Changes, Moment},
};

/// So many tokens are remembered at most, some half a kilobyte each.
const PLACES: usize = 4096;

/// What somebody writes into the file with other tools than ours is seen after this long. For clients it is the same
/// (decision 5).
const LIFE: Duration = Duration::from_millis(500);

/// The tokens that were looked at last.
pub(crate) struct AccessMemory {
    changes: Arc<Changes>,
    /// A token's place is said by its id. Made when first needed.
    places: OnceLock<Box<[Place]>>,
}

type Place = Mutex<Option<Box<Remembered>>>;

struct Remembered {
    id: TokenId,
    judged: Judged,
    reading: Reading,
}

/// The moment before a token was read.
#[derive(Clone, Copy)]
struct Reading {
    at: Instant,
    /// The commits that it must have seen.
    moment: Moment,
}

impl AccessMemory {
    pub(crate) fn new(changes: Arc<Changes>) -> Self {
        Self { changes, places: OnceLock::new() }
    }

    fn begin(&self) -> Reading {
        Reading { at: Instant::now(), moment: self.changes.now() }
    }

    fn keep(&self, id: TokenId, judged: &Judged, reading: Reading) {
        if let Some(mut place) = self.place(id) {
            *place = Some(Box::new(Remembered { id, judged: judged.clone(), reading }));
        }
    }

    /// What was read, as long as it still holds.
    fn known(&self, id: TokenId) -> Option<Judged> {
        let place = self.place(id)?;
        let Remembered { judged, reading, .. } = place.as_deref().filter(|known| known.id == id)?;
        let ids = [Some(&id), judged.family.as_ref()].into_iter().flatten().map(|id| id.as_bytes().as_slice());
        let holds = reading.at.elapsed() < LIFE && self.changes.none_since(reading.moment, ids);
        holds.then(|| judged.clone())
    }

    fn place(&self, id: TokenId) -> Option<MutexGuard<'_, Option<Box<Remembered>>>> {
        let places = self.places.get_or_init(|| (0..PLACES).map(|_| Place::default()).collect());
        // Random bytes of the id.
        let [.., high, low] = *id.as_bytes();
        let place = places.get(usize::from(u16::from_be_bytes([high, low])) % PLACES)?;
        Some(place.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Store {
    /// Judges an access token now, as [`crate::Tx::access`] does, from memory when no commit since its last use can
    /// have changed it.
    ///
    /// # Errors
    /// Like [`Store::look_up`]; the inner one says why the token opens nothing.
    pub async fn access(
        &self,
        presented: PresentedToken,
        now: Timestamp,
    ) -> Result<Result<Arc<LiveAccess>, AccessError>, StoreError> {
        self.judge(presented.id, Some(presented.secret.hash(SecretKind::Access)), now).await
    }

    /// The same for a JWT access token (RFC 9068), by its `jti`, as [`crate::Tx::signed_access`] does.
    ///
    /// # Errors
    /// As in [`Store::access`].
    pub async fn signed_access(
        &self,
        id: TokenId,
        now: Timestamp,
    ) -> Result<Result<Arc<LiveAccess>, AccessError>, StoreError> {
        self.judge(id, None, now).await
    }

    async fn judge(
        &self,
        id: TokenId,
        secret: Option<SecretHash>,
        now: Timestamp,
    ) -> Result<Result<Arc<LiveAccess>, AccessError>, StoreError> {
        let memory = self.access_memory();
        if let Some(known) = memory.and_then(|memory| memory.known(id)) {
            return Ok(known.still(secret.as_ref(), now));
        }
        let reading = memory.map(AccessMemory::begin);
        let read = self.look_up(move |tx| tx.judge_access(id, secret.as_ref(), now)).await?;
        if let (Some(memory), Some(reading), Ok(judged)) = (memory, reading, &read) {
            memory.keep(id, judged, reading);
        }
        Ok(read.map(|judged| judged.live))
    }
}
