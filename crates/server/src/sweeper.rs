//! What the server does by itself: removing what is dead, in bounded slices, turning signing keys, and noticing new
//! scopes.

use std::{
    sync::{Arc, PoisonError},
    time::Duration,
};

use tokio::task::JoinHandle;
use tracing::{debug, warn};

use crate::{
    house::{DataCenter, House},
    scopes::Scopes,
    signing,
};

/// Rows of each kind in one slice: a slice holds the writer for a few milliseconds.
const SLICE: i64 = 500;
/// Between two sweeps when nothing is left.
const PAUSE: Duration = Duration::from_secs(30);
/// Between two slices while there is more.
const BREATH: Duration = Duration::from_millis(50);
/// After a start, before signing keys are read: what is asked first has the machine for itself.
const SETTLING: Duration = Duration::from_secs(3);
/// How long audit rows are kept.
const AUDIT_KEPT: Duration = Duration::from_hours(24 * 400);

/// Sweeps one data center's store for as long as the server runs.
pub fn sweep(dc: Arc<DataCenter>) -> JoinHandle<()> {
    tokio::spawn(async move {
        loop {
            let (policy, now) = (Arc::clone(&dc.house.policy), dc.now());
            let swept = dc
                .store
                .write(move |tx| Ok(tx.sweep(&policy, SLICE, now)? + tx.sweep_audit(now.minus(AUDIT_KEPT), SLICE)?))
                .await;
            let pause = match swept {
                Ok(gone) if gone >= SLICE.unsigned_abs() => BREATH,
                Ok(gone) => {
                    if gone > 0 {
                        debug!(data_center = dc.place.location, gone, "swept");
                    }
                    PAUSE
                }
                Err(error) => {
                    warn!(data_center = dc.place.location, %error, "sweeping failed");
                    PAUSE
                }
            };
            tokio::time::sleep(pause).await;
        }
    })
}

/// Reads one data center's signing keys again and again, and turns those that are due.
pub fn turn_keys(dc: Arc<DataCenter>) -> JoinHandle<()> {
    tokio::spawn(async move {
        tokio::time::sleep(SETTLING).await;
        loop {
            if let Err(failure) = signing::keep_up(&dc, dc.now()).await {
                warn!(data_center = dc.place.location, error = %failure.chain(), "signing keys could not be turned");
            }
            tokio::time::sleep(PAUSE).await;
        }
    })
}

/// Sweeps the directory for as long as the server runs. All servers that share it do.
pub fn sweep_directory(house: Arc<House>) -> JoinHandle<()> {
    tokio::spawn(async move {
        loop {
            let now = house.clock.now();
            let pause = match house.directory.write(move |tx| tx.sweep_device_codes(SLICE, now)).await {
                Ok(gone) if gone >= SLICE.unsigned_abs() => BREATH,
                Ok(_) => PAUSE,
                Err(error) => {
                    warn!(%error, "sweeping the directory failed");
                    PAUSE
                }
            };
            tokio::time::sleep(pause).await;
        }
    })
}

/// Reads the vendor's scopes again every second, so that provisioning a running server takes effect.
pub fn refresh_scopes(house: Arc<House>) -> JoinHandle<()> {
    tokio::spawn(async move {
        let mut known: Option<Vec<(String, String)>> = None;
        loop {
            match house.directory.read(|tx| tx.added_scopes()).await {
                Ok(added) if known.as_ref() != Some(&added) => {
                    let scopes = Arc::new(Scopes::new(&added));
                    *house.scopes.write().unwrap_or_else(PoisonError::into_inner) = scopes;
                    known = Some(added);
                }
                Ok(_) => {}
                Err(error) => warn!(%error, "the scope catalog could not be read"),
            }
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    })
}
