//! Users that were made for one client where the sandbox is on, in the directory; and the sandbox clones of a client.

use grantor_protocol::time::Timestamp;

use crate::{StoreError, Tx};

/// A user made to test a client with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TestUser {
    /// Whose it is.
    pub client_id: String,
    /// Folded address.
    pub email: String,
    /// Where the user is at home.
    pub location: String,
    /// The organization that was made with it.
    pub organization_id: String,
    /// When.
    pub created_at: Timestamp,
}

impl Tx<'_> {
    /// The test users of a client, the newest first.
    pub fn test_users(&mut self, client_id: &str) -> Result<Vec<TestUser>, StoreError> {
        self.all(
            "SELECT client_id, email, location, organization_id, created_at FROM test_users WHERE client_id = $1
             ORDER BY created_at DESC, email",
            &[client_id.into()],
            |row| {
                Ok(TestUser {
                    client_id: row.text(0)?,
                    email: row.text(1)?,
                    location: row.text(2)?,
                    organization_id: row.text(3)?,
                    created_at: Timestamp::from_millis(row.int(4)?),
                })
            },
        )
    }

    /// Writes one down, unless there are `most` of that client's.
    pub fn add_test_user(&mut self, new: &TestUser, most: i64) -> Result<bool, StoreError> {
        let added = self.execute(
            "INSERT INTO test_users (client_id, email, location, organization_id, created_at)
             SELECT $1, $2, $3, $4, $5 WHERE (SELECT COUNT(*) FROM test_users WHERE client_id = $1) < $6",
            &[
                new.client_id.as_str().into(),
                new.email.as_str().into(),
                new.location.as_str().into(),
                new.organization_id.as_str().into(),
                new.created_at.millis().into(),
                most.into(),
            ],
        )?;
        Ok(added == 1)
    }

    /// Crosses one out.
    pub fn remove_test_user(&mut self, client_id: &str, email: &str) -> Result<bool, StoreError> {
        let gone = self
            .execute("DELETE FROM test_users WHERE client_id = $1 AND email = $2", &[client_id.into(), email.into()])?;
        Ok(gone == 1)
    }

    /// The sandbox clones of a client: id and name.
    pub fn clones_of(&mut self, client_id: &str) -> Result<Vec<(String, String)>, StoreError> {
        self.all(
            "SELECT id, name FROM clients WHERE clone_of = $1 AND clone_of <> '' ORDER BY created_at, id",
            &[client_id.into()],
            |row| Ok((row.text(0)?, row.text(1)?)),
        )
    }
}
