//! Assertions by which clients authenticate: each good once, and remembered for as long as it could be presented again
//! (RFC 7523 section 3, item 7).

use grantor_protocol::time::Timestamp;

use crate::{StoreError, Tx};

impl Tx<'_> {
    /// Notes an assertion's `jti`. True for exactly one caller, until `expires_at`, after which nobody may believe the
    /// assertion anyway.
    pub fn spend_assertion(
        &mut self,
        client_id: &str,
        assertion_id: &str,
        expires_at: Timestamp,
    ) -> Result<bool, StoreError> {
        let added = self.execute(
            "INSERT INTO assertions (client_id, assertion_id, expires_at) VALUES ($1, $2, $3)
             ON CONFLICT (client_id, assertion_id) DO NOTHING",
            &[client_id.into(), assertion_id.into(), expires_at.millis().into()],
        )?;
        Ok(added == 1)
    }
}
