//! Device codes: in the directory what a device polls for at any data center (RFC 8628; accounts-protocol.md section 10);
//! at home the person's answer, as a code of the same id.
//!
//! A row of the directory ends in one guarded update, to approved or denied. What an approval allows lies in `codes` of
//! the person's data center, written first (`spec/decisions.md` 24); redeeming that row is what happens once.

use std::{sync::Arc, time::Duration};

use grantor_protocol::{
    causes::{DeviceError, TokenError},
    device::UserCode,
    dialect::Dialect,
    people::UserId,
    policy::Policy,
    scope::{Catalog, ScopeList},
    secret::{SecretHash, SecretKind},
    time::Timestamp,
    token::{PresentedToken, TokenId},
};

use crate::{AuditTrail, Issued, NewCode, NoCode, Row, StoreError, Tx};

/// A device's request to be.
#[derive(Debug, Clone)]
pub struct NewDeviceCode {
    /// First half of the device code.
    pub id: TokenId,
    /// Hash of the second half, of kind [`SecretKind::DeviceCode`].
    pub secret_hash: SecretHash,
    /// What the person types.
    pub user_code: UserCode,
    /// Which client asks.
    pub client_id: String,
    /// At which door.
    pub dialect: Dialect,
    /// What it asks for.
    pub scopes: ScopeList,
    /// Whether it asks for offline access.
    pub offline: bool,
    /// The resources named, one a line (RFC 8707).
    pub resource: String,
    /// The shortest time between two polls.
    pub poll_interval: Duration,
    /// When it ends.
    pub expires_at: Timestamp,
}

/// How far a device's request got.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DeviceState {
    /// Nobody has answered.
    Pending,
    /// Approved by a user of that data center.
    Approved(String),
    /// Rejected.
    Denied,
}

/// A device's request, as the page that asks a person needs it.
#[derive(Debug, Clone)]
pub struct DeviceCode {
    /// Its key, and the key of the code that an approval makes.
    pub id: TokenId,
    /// What is kept of its secret.
    pub secret_hash: SecretHash,
    /// What the person types.
    pub user_code: UserCode,
    /// Which client asks.
    pub client_id: String,
    /// At which door.
    pub dialect: Dialect,
    /// What it asks for.
    pub scopes: ScopeList,
    /// Whether it asks for offline access.
    pub offline: bool,
    /// The resources named, one a line.
    pub resource: String,
    /// How far it got.
    pub state: DeviceState,
    /// When it ends.
    pub expires_at: Timestamp,
}

/// What a device presents. Its client has authenticated before.
#[derive(Debug, Clone)]
pub struct DevicePoll {
    /// The device code.
    pub code: PresentedToken,
    /// Which client.
    pub client_id: String,
    /// What asking too fast adds to the interval, for good: nothing in the accounts dialect, five seconds in the
    /// standard one (RFC 8628 section 3.5; `spec/decisions.md` 10).
    pub penalty: Duration,
}

const PENDING: &str = "pending";
const APPROVED: &str = "approved";
const DENIED: &str = "denied";

fn state(text: &str, location: String) -> DeviceState {
    match text {
        APPROVED => DeviceState::Approved(location),
        PENDING => DeviceState::Pending,
        // A word nobody knows allows nothing.
        _ => DeviceState::Denied,
    }
}

fn user_code(row: &Row<'_>, index: usize) -> Result<UserCode, StoreError> {
    UserCode::fold(row.text_ref(index)?).ok_or_else(|| StoreError::corrupt("device_codes.user_code"))
}

fn millis(span: Duration) -> i64 {
    i64::try_from(span.as_millis()).unwrap_or(i64::MAX)
}

impl Tx<'_> {
    /// Writes a device's request into the directory. False, and nothing is written, when another one has the same user
    /// code: the caller draws again.
    pub fn add_device_code(&mut self, new: &NewDeviceCode) -> Result<bool, StoreError> {
        let written = self.execute(
            "INSERT INTO device_codes (id, secret_hash, user_code, client_id, dialect, scopes, offline, resource, state,
               user_location, poll_interval, polled_at, expires_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'pending', '', $9, 0, $10) ON CONFLICT (user_code) DO NOTHING",
            &[
                new.id.as_bytes().into(),
                new.secret_hash.as_bytes().into(),
                new.user_code.as_str().into(),
                new.client_id.as_str().into(),
                new.dialect.as_str().into(),
                new.scopes.to_string().as_str().into(),
                new.offline.into(),
                new.resource.as_str().into(),
                millis(new.poll_interval).into(),
                new.expires_at.millis().into(),
            ],
        )?;
        Ok(written == 1)
    }

    /// The request behind a user code, alive or not. Of the directory.
    pub fn device_code(&mut self, code: &UserCode) -> Result<Option<DeviceCode>, StoreError> {
        self.one(
            "SELECT id, secret_hash, user_code, client_id, dialect, scopes, offline, resource, state, user_location,
                    expires_at FROM device_codes WHERE user_code = $1",
            &[code.as_str().into()],
            |row| {
                Ok(DeviceCode {
                    id: TokenId::from_bytes(row.array(0)?),
                    secret_hash: SecretHash::from_bytes(row.array(1)?),
                    user_code: user_code(row, 2)?,
                    client_id: row.text(3)?,
                    dialect: Dialect::from_stored(row.text_ref(4)?),
                    scopes: ScopeList::from_stored(row.text_ref(5)?),
                    offline: row.bool(6)?,
                    resource: row.text(7)?,
                    state: state(row.text_ref(8)?, row.text(9)?),
                    expires_at: Timestamp::from_millis(row.int(10)?),
                })
            },
        )
    }

    /// A device asks whether the person has answered. The inner answer is the data center where the code can be redeemed
    /// now, or why not (never `Elsewhere`: where this is, the store does not know). Of the directory.
    ///
    /// One poll in an interval gets an answer while it is pending; asking faster moves nothing but the penalty.
    pub fn poll_device(
        &mut self,
        asked: &DevicePoll,
        now: Timestamp,
    ) -> Result<Result<String, DeviceError>, StoreError> {
        let id = asked.code.id;
        let found = self.one(
            "SELECT secret_hash, client_id, state, user_location, expires_at FROM device_codes WHERE id = $1",
            &[id.as_bytes().into()],
            |row| {
                let right =
                    SecretHash::from_bytes(row.array(0)?).matches(&asked.code.secret.hash(SecretKind::DeviceCode));
                let own = row.text_ref(1)? == asked.client_id;
                Ok((right, own, state(row.text_ref(2)?, row.text(3)?), Timestamp::from_millis(row.int(4)?)))
            },
        )?;
        Ok(match found {
            None | Some((false, ..)) => Err(DeviceError::Token(TokenError::CodeUnknown)),
            Some((_, false, ..)) => Err(DeviceError::Token(TokenError::CodeOfAnotherClient)),
            Some((.., DeviceState::Denied, _)) => Err(DeviceError::Rejected),
            Some((.., DeviceState::Approved(location), _)) => Ok(location),
            Some((.., DeviceState::Pending, expires_at)) if now >= expires_at => {
                // Noted, so that a clock that is set back does not revive it.
                self.execute(
                    "UPDATE device_codes SET expires_at = 0 WHERE id = $1 AND state = 'pending'",
                    &[id.as_bytes().into()],
                )?;
                Err(DeviceError::Expired)
            }
            Some((.., DeviceState::Pending, _)) => {
                let admitted = self.execute(
                    "UPDATE device_codes SET polled_at = $2
                     WHERE id = $1 AND state = 'pending' AND (polled_at + poll_interval <= $2 OR polled_at > $2)",
                    &[id.as_bytes().into(), now.millis().into()],
                )?;
                if admitted == 1 {
                    return Ok(Err(DeviceError::Pending));
                }
                if !asked.penalty.is_zero() {
                    self.execute(
                        "UPDATE device_codes SET poll_interval = poll_interval + $2 WHERE id = $1 AND state = 'pending'",
                        &[id.as_bytes().into(), millis(asked.penalty).into()],
                    )?;
                }
                Err(DeviceError::TooFast)
            }
        })
    }

    /// A user of that data center has approved, and the code lies there. False when it had ended otherwise before;
    /// approving twice from one place is once. Of the directory.
    pub fn approve_device(&mut self, id: TokenId, location: &str, now: Timestamp) -> Result<bool, StoreError> {
        let changed = self.execute(
            "UPDATE device_codes SET state = 'approved', user_location = $2
             WHERE id = $1 AND expires_at > $3 AND (state = 'pending' OR (state = 'approved' AND user_location = $2))",
            &[id.as_bytes().into(), location.into(), now.millis().into()],
        )?;
        Ok(changed == 1)
    }

    /// The person has rejected. False when it had ended before. Of the directory.
    pub fn deny_device(&mut self, id: TokenId, now: Timestamp) -> Result<bool, StoreError> {
        let changed = self.execute(
            "UPDATE device_codes SET state = $2 WHERE id = $1 AND state = 'pending' AND expires_at > $3",
            &[id.as_bytes().into(), DENIED.into(), now.millis().into()],
        )?;
        Ok(changed == 1)
    }

    /// Removes at most `slice` device codes that ended more than [`Policy::CODE_MEMORY`] ago. Returns how many went. Of
    /// the directory.
    pub fn sweep_device_codes(&mut self, slice: i64, now: Timestamp) -> Result<u64, StoreError> {
        let until = now.minus(Policy::CODE_MEMORY);
        self.execute(
            "DELETE FROM device_codes WHERE id IN
             (SELECT id FROM device_codes WHERE id < $1 AND expires_at <= $2 ORDER BY id LIMIT $3)",
            &[TokenId::first_of(until).as_bytes().into(), until.millis().into(), slice.into()],
        )
    }

    /// Makes the code that an approval allows, at the person's home. Approving twice makes it once; `Finished` when
    /// somebody else, or the same person for another organization, approved before.
    pub fn issue_device_code(
        &mut self,
        new: &NewCode,
        catalog: &Arc<Catalog>,
        policy: &Policy,
        trail: &AuditTrail,
        now: Timestamp,
    ) -> Result<Result<Issued, NoCode>, StoreError> {
        let before = self.one(
            "SELECT user_id, organization_id FROM codes WHERE id = $1",
            &[new.interaction.as_bytes().into()],
            |row| Ok((UserId(row.int(0)?), row.text(1)?)),
        )?;
        match before {
            Some(own) if own == (new.user, new.organization_id.clone()) => Ok(Ok(Issued { in_window: 0 })),
            Some(_) => Ok(Err(NoCode::Finished)),
            None => self.issue_code(new, catalog, policy, trail, now),
        }
    }

    /// Who approved a device's request here, if anybody did.
    pub fn device_code_user(&mut self, id: TokenId) -> Result<Option<UserId>, StoreError> {
        self.one("SELECT user_id FROM codes WHERE id = $1 AND kind = 'device'", &[id.as_bytes().into()], |row| {
            Ok(UserId(row.int(0)?))
        })
    }
}
