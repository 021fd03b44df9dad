//! Webhooks: where a client's owner wants to be told of what is no refusal, and every delivery with what became of it. In
//! the directory, so that one sender does for all data centers.

use grantor_protocol::{time::Timestamp, token::TokenId};

use crate::{Row, StoreError, Tx};

/// A client's webhook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Webhook {
    /// Whose it is.
    pub client_id: String,
    /// Where deliveries go.
    pub url: String,
    /// Which signing secret is in force; a new one with every turn.
    pub generation: i64,
    /// Whether anything is delivered.
    pub active: bool,
    /// When it was made.
    pub created_at: Timestamp,
}

/// Something to be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewDelivery {
    /// To whose webhook.
    pub client_id: String,
    /// Orders by time; unique.
    pub id: TokenId,
    /// What kind it is of.
    pub event: String,
    /// What is posted.
    pub body: String,
}

/// How far a delivery is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeliveryState {
    /// It will be tried, for the first time or again.
    Waiting,
    /// The webhook answered with success.
    Delivered,
    /// It was tried often enough.
    GivenUp,
}

impl DeliveryState {
    /// As kept in a row.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Delivered => "delivered",
            Self::GivenUp => "given up",
        }
    }

    fn parse(text: &str) -> Self {
        let found = [Self::Waiting, Self::Delivered].into_iter().find(|state| state.as_str() == text);
        found.unwrap_or(Self::GivenUp)
    }
}

/// A delivery and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Its key, with the client's id.
    pub id: TokenId,
    /// What kind it is of.
    pub event: String,
    /// What is posted.
    pub body: String,
    /// How far it is.
    pub state: DeliveryState,
    /// How often it was tried.
    pub attempts: i64,
    /// When it is tried next, while it waits.
    pub next_at: Timestamp,
    /// The last answer's status; 0 when there was none.
    pub last_status: i64,
    /// Why there was no answer; empty when there was.
    pub last_error: String,
    /// When it was delivered or given up; 0 while it waits.
    pub finished_at: Timestamp,
}

/// A delivery that is due, and where it goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueDelivery {
    /// Whose.
    pub client_id: String,
    /// Its key, with the client's id.
    pub id: TokenId,
    /// What kind it is of.
    pub event: String,
    /// What is posted.
    pub body: String,
    /// How often it was tried before.
    pub attempts: i64,
    /// Where to.
    pub url: String,
    /// Which signing secret.
    pub generation: i64,
}

fn webhook(row: &Row<'_>) -> Result<Webhook, StoreError> {
    Ok(Webhook {
        client_id: row.text(0)?,
        url: row.text(1)?,
        generation: row.int(2)?,
        active: row.bool(3)?,
        created_at: Timestamp::from_millis(row.int(4)?),
    })
}

impl Tx<'_> {
    /// A client's webhook.
    pub fn webhook(&mut self, client_id: &str) -> Result<Option<Webhook>, StoreError> {
        self.one(
            "SELECT client_id, url, generation, active, created_at FROM webhooks WHERE client_id = $1",
            &[client_id.into()],
            webhook,
        )
    }

    /// Sets where deliveries go, and switches them on. Answers true when it was made by this: its secret is new. One
    /// that was switched off comes back with the next secret.
    pub fn put_webhook(&mut self, client_id: &str, url: &str, now: Timestamp) -> Result<bool, StoreError> {
        let there = self.webhook(client_id)?;
        self.execute(
            "INSERT INTO webhooks (client_id, url, generation, active, created_at) VALUES ($1, $2, 1, TRUE, $3)
             ON CONFLICT (client_id) DO UPDATE SET url = excluded.url,
               generation = webhooks.generation + CASE WHEN webhooks.active THEN 0 ELSE 1 END, active = TRUE",
            &[client_id.into(), url.into(), now.millis().into()],
        )?;
        Ok(there.is_none_or(|there| !there.active))
    }

    /// Turns the signing secret; false when there is no webhook that is on.
    pub fn turn_webhook(&mut self, client_id: &str) -> Result<bool, StoreError> {
        let turned = self.execute(
            "UPDATE webhooks SET generation = generation + 1 WHERE client_id = $1 AND active",
            &[client_id.into()],
        )?;
        Ok(turned == 1)
    }

    /// Switches it off. What waits is given up.
    pub fn stop_webhook(&mut self, client_id: &str, now: Timestamp) -> Result<bool, StoreError> {
        let stopped =
            self.execute("UPDATE webhooks SET active = FALSE WHERE client_id = $1 AND active", &[client_id.into()])?;
        self.execute(
            "UPDATE webhook_deliveries SET state = 'given up', last_error = 'the webhook was switched off',
               finished_at = $2 WHERE client_id = $1 AND state = 'waiting'",
            &[client_id.into(), now.millis().into()],
        )?;
        Ok(stopped == 1)
    }

    /// Queues what is to be told, to those clients only whose webhook is on. Keeps at most `keep` of each client: the
    /// oldest go, waiting or not.
    pub fn add_deliveries(&mut self, rows: &[NewDelivery], keep: i64) -> Result<(), StoreError> {
        for row in rows {
            let added = self.execute(
                "INSERT INTO webhook_deliveries (client_id, id, event, body, state, attempts, next_at, last_status,
                   last_error, finished_at)
                 SELECT client_id, $2, $3, $4, 'waiting', 0, $5, 0, '', 0 FROM webhooks WHERE client_id = $1 AND active
                 ON CONFLICT (client_id, id) DO NOTHING",
                &[
                    row.client_id.as_str().into(),
                    row.id.as_bytes().into(),
                    row.event.as_str().into(),
                    row.body.as_str().into(),
                    row.id.made_at().millis().into(),
                ],
            )?;
            if added == 1 {
                self.execute(
                    "DELETE FROM webhook_deliveries WHERE client_id = $1 AND id IN
                     (SELECT id FROM webhook_deliveries WHERE client_id = $1 ORDER BY id DESC LIMIT 100 OFFSET $2)",
                    &[row.client_id.as_str().into(), keep.into()],
                )?;
            }
        }
        Ok(())
    }

    /// What is due, the oldest first; of each client at most `each`, so that none holds up the others.
    pub fn due_deliveries(&mut self, now: Timestamp, each: i64, limit: i64) -> Result<Vec<DueDelivery>, StoreError> {
        self.all(
            "SELECT d.client_id, d.id, d.event, d.body, d.attempts, w.url, w.generation FROM
               (SELECT client_id, id, event, body, attempts, next_at,
                       ROW_NUMBER() OVER (PARTITION BY client_id ORDER BY next_at, id) AS place
                FROM webhook_deliveries WHERE state = 'waiting' AND next_at <= $1) d
             JOIN webhooks w ON w.client_id = d.client_id AND w.active
             WHERE d.place <= $2 ORDER BY d.next_at, d.id LIMIT $3",
            &[now.millis().into(), each.into(), limit.into()],
            |row| {
                Ok(DueDelivery {
                    client_id: row.text(0)?,
                    id: TokenId::from_bytes(row.array(1)?),
                    event: row.text(2)?,
                    body: row.text(3)?,
                    attempts: row.int(4)?,
                    url: row.text(5)?,
                    generation: row.int(6)?,
                })
            },
        )
    }

    /// Takes one to try it, for nobody else until `until`; false when somebody else has it.
    pub fn claim_delivery(&mut self, due: &DueDelivery, until: Timestamp) -> Result<bool, StoreError> {
        let claimed = self.execute(
            "UPDATE webhook_deliveries SET attempts = attempts + 1, next_at = $4
             WHERE client_id = $1 AND id = $2 AND attempts = $3 AND state = 'waiting'",
            &[due.client_id.as_str().into(), due.id.as_bytes().into(), due.attempts.into(), until.millis().into()],
        )?;
        Ok(claimed == 1)
    }

    /// Notes what became of a try. `again`: when it is tried next, while it waits.
    pub fn note_delivery(
        &mut self,
        due: &DueDelivery,
        (state, again): (DeliveryState, Timestamp),
        (status, error): (i64, &str),
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let finished = if state == DeliveryState::Waiting { 0 } else { now.millis() };
        self.execute(
            "UPDATE webhook_deliveries SET state = $3, next_at = $4, last_status = $5, last_error = $6, finished_at = $7
             WHERE client_id = $1 AND id = $2 AND state = 'waiting'",
            &[
                due.client_id.as_str().into(),
                due.id.as_bytes().into(),
                state.as_str().into(),
                again.millis().into(),
                status.into(),
                error.into(),
                finished.into(),
            ],
        )?;
        Ok(())
    }

    /// The deliveries of a client, the newest first.
    pub fn deliveries(
        &mut self,
        client_id: &str,
        before: Option<TokenId>,
        limit: i64,
    ) -> Result<Vec<Delivery>, StoreError> {
        let before = before.unwrap_or(TokenId::from_bytes([0xff; 16]));
        self.all(
            "SELECT id, event, body, state, attempts, next_at, last_status, last_error, finished_at
             FROM webhook_deliveries WHERE client_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3",
            &[client_id.into(), before.as_bytes().into(), limit.into()],
            |row| {
                Ok(Delivery {
                    id: TokenId::from_bytes(row.array(0)?),
                    event: row.text(1)?,
                    body: row.text(2)?,
                    state: DeliveryState::parse(row.text_ref(3)?),
                    attempts: row.int(4)?,
                    next_at: Timestamp::from_millis(row.int(5)?),
                    last_status: row.int(6)?,
                    last_error: row.text(7)?,
                    finished_at: Timestamp::from_millis(row.int(8)?),
                })
            },
        )
    }

    /// Sends one again, from the first try on; false when there is none, or it waits anyway.
    pub fn resend_delivery(&mut self, client_id: &str, id: TokenId, now: Timestamp) -> Result<bool, StoreError> {
        let again = self.execute(
            "UPDATE webhook_deliveries SET state = 'waiting', attempts = 0, next_at = $3, finished_at = 0
             WHERE client_id = $1 AND id = $2 AND state <> 'waiting'
               AND EXISTS (SELECT 1 FROM webhooks WHERE client_id = $1 AND active)",
            &[client_id.into(), id.as_bytes().into(), now.millis().into()],
        )?;
        Ok(again == 1)
    }
}
