//! The clients of one owner: a page of them, by name, and the one self client that a person may register.

use grantor_protocol::{client::ClientType, secret::SecretHash, time::Timestamp};

use crate::{
    Param, Registration, StoreError, Tx,
    clients::{registration, registrations},
    search::{Sought, holds},
};

/// Whose clients are meant: an address at one data center.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owner {
    /// The folded address.
    pub email: String,
    /// Where they are at home.
    pub location: String,
    /// Whether clients that name no data center of their owner are theirs as well.
    pub unplaced: bool,
}

impl Owner {
    /// The second location that counts as theirs.
    fn other(&self) -> &str {
        if self.unplaced { "" } else { &self.location }
    }
}

/// Which page of a list, told by a client that stands beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Beside {
    /// The first page.
    Nothing,
    /// What comes after that client.
    After(String),
    /// What comes before it.
    Before(String),
}

/// A page of an owner's clients.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OwnedClients {
    /// By name.
    pub page: Vec<Registration>,
    /// Whether there are more before the first.
    pub before: bool,
    /// Whether there are more after the last.
    pub after: bool,
}

impl Tx<'_> {
    /// A page of at most `limit` clients of an owner, by name, of those whose name or id holds a text (all when it is
    /// empty). A client that is not theirs stands beside nothing: that is the first page.
    pub fn owned_clients(
        &mut self,
        owner: &Owner,
        text: &str,
        beside: &Beside,
        limit: usize,
    ) -> Result<OwnedClients, StoreError> {
        let (cursor, backwards) = match beside {
            Beside::Nothing => (None, false),
            Beside::After(id) => (self.owned_name(owner, id)?.map(|name| (name, id.as_str())), false),
            Beside::Before(id) => (self.owned_name(owner, id)?.map(|name| (name, id.as_str())), true),
        };
        let backwards = backwards && cursor.is_some();
        let (name, id) = cursor.as_ref().map_or(("", ""), |(name, id)| (name.as_str(), *id));
        let sought = Sought::of(text);
        let [small, typed, words, capitals] = sought.params();
        let more = i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1);
        let params: [Param<'_>; 10] = [
            owner.email.as_str().into(),
            owner.location.as_str().into(),
            owner.other().into(),
            name.into(),
            id.into(),
            more.into(),
            small,
            typed,
            words,
            capitals,
        ];
        // The inner query is answered by the index alone, however many there are.
        let sql = if backwards {
            registrations!(
                "WHERE id IN (
                   SELECT id FROM clients WHERE owner = $1 AND owner_location IN ($2, $3) AND (name, id) < ($4, $5)
                     AND ($7 = '' OR ",
                holds!("name || ' ' || id", "$7", "$8", "$9", "$10"),
                ") ORDER BY name DESC, id DESC LIMIT $6)
                 ORDER BY name DESC, id DESC"
            )
        } else {
            registrations!(
                "WHERE id IN (
                   SELECT id FROM clients WHERE owner = $1 AND owner_location IN ($2, $3) AND (name, id) > ($4, $5)
                     AND ($7 = '' OR ",
                holds!("name || ' ' || id", "$7", "$8", "$9", "$10"),
                ") ORDER BY name, id LIMIT $6)
                 ORDER BY name, id"
            )
        };
        let mut page = self.all(sql, &params, registration)?;
        let over = page.len() > limit;
        page.truncate(limit);
        Ok(if backwards {
            page.reverse();
            OwnedClients { page, before: over, after: true }
        } else {
            OwnedClients { page, before: cursor.is_some(), after: over }
        })
    }

    fn owned_name(&mut self, owner: &Owner, id: &str) -> Result<Option<String>, StoreError> {
        self.one(
            "SELECT name FROM clients WHERE id = $1 AND owner = $2 AND owner_location IN ($3, $4)",
            &[id.into(), owner.email.as_str().into(), owner.location.as_str().into(), owner.other().into()],
            |row| row.text(0),
        )
    }

    /// The id of an owner's self client; clones for the sandbox do not count.
    pub fn self_client_of(&mut self, owner: &Owner) -> Result<Option<String>, StoreError> {
        self.one(
            "SELECT id FROM clients WHERE owner = $1 AND owner_location IN ($2, $3) AND client_type = $4 AND clone_of = ''
             ORDER BY name, id LIMIT 1",
            &[
                owner.email.as_str().into(),
                owner.location.as_str().into(),
                owner.other().into(),
                ClientType::SelfClient.as_str().into(),
            ],
            |row| row.text(0),
        )
    }

    /// Registers a client of that owner with its secrets (pairs of location, empty for all, and hash).
    ///
    /// # Errors
    /// The inner one is the id of the self client that the owner has already: a person has one.
    pub fn register(
        &mut self,
        owner: &Owner,
        new: &Registration,
        secrets: &[(String, SecretHash)],
        now: Timestamp,
    ) -> Result<Result<(), String>, StoreError> {
        if new.client.client_type == ClientType::SelfClient {
            // The owner's own row makes two who register at once take turns.
            self.one(
                "SELECT location FROM homes WHERE email = $1 AND location = $2 FOR UPDATE",
                &[owner.email.as_str().into(), owner.location.as_str().into()],
                |row| row.text(0),
            )?;
            if let Some(there) = self.self_client_of(owner)? {
                return Ok(Err(there));
            }
        }
        self.put_registration(new, now)?;
        self.set_secrets(&new.client.id, secrets, now)?;
        Ok(Ok(()))
    }
}
