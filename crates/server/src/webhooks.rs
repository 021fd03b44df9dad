//! Webhooks: warnings, evictions and revocations, posted to where a client's owner wants them, signed and tried again
//! with growing waits (docs/webhooks.md). One sender for each process; what is due lies in the directory, and whoever
//! claims it first sends it.

use std::{sync::Arc, time::Duration};

use aws_lc_rs::hmac;
use data_encoding::HEXLOWER;
use grantor_protocol::time::Timestamp;
use grantor_store::{DeliveryState, DueDelivery, NewDelivery, Notice, NoticeKind};
use serde_json::json;
use tokio::task::{JoinHandle, JoinSet};
use tracing::warn;

use crate::{house::House, moment::rfc3339, outgoing::NoAnswer};

/// Deliveries kept per client, as a log; the oldest go.
pub const KEPT: i64 = 1_000;
/// The waits after the first try, the second, and so on; after the last try it is given up.
const WAITS: [Duration; 5] = [
    Duration::from_mins(1),
    Duration::from_mins(5),
    Duration::from_mins(30),
    Duration::from_hours(2),
    Duration::from_hours(12),
];
/// Between two looks at what is due.
const PAUSE: Duration = Duration::from_secs(1);
/// At most so many at once, and so many of one client, so that a slow one holds up nobody else for long.
const AT_ONCE: i64 = 32;
const OF_ONE_CLIENT: i64 = 4;
/// For how long whoever claimed a delivery has it: longer than a call takes.
const CLAIM: Duration = Duration::from_mins(1);

/// What is posted of a notice; nothing of a refusal.
pub fn delivery(notice: &Notice) -> Option<NewDelivery> {
    (notice.kind != NoticeKind::Refusal).then(|| NewDelivery {
        client_id: notice.client_id.clone(),
        id: notice.id,
        event: notice.kind.as_str().to_owned(),
        body: json!({
            "id": notice.id.to_hex(),
            "type": notice.kind.as_str(),
            "cause": notice.cause,
            "detail": notice.detail,
            "client_id": notice.client_id,
            "data_center": notice.location,
            "request_id": notice.request_id,
            "created_at": rfc3339(notice.id.made_at()),
        })
        .to_string(),
    })
}

/// A client's signing secret of that generation: derived, so that none is kept.
pub fn secret(house: &House, client_id: &str, generation: i64) -> String {
    let tag = hmac::sign(&house.webhook_key, format!("{client_id}\n{generation}").as_bytes());
    format!("whsec_{}", HEXLOWER.encode(tag.as_ref()))
}

/// `t=<seconds>,v1=<hex hmac-sha256 of "t.body">`.
pub fn signature(secret: &str, at: Timestamp, body: &str) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    let seconds = at.seconds();
    let tag = hmac::sign(&key, format!("{seconds}.{body}").as_bytes());
    format!("t={seconds},v1={}", HEXLOWER.encode(tag.as_ref()))
}

/// Sends what is due for as long as the server runs.
pub fn run(house: Arc<House>) -> JoinHandle<()> {
    tokio::spawn(async move {
        loop {
            let now = house.clock.now();
            match house.directory.read(move |tx| tx.due_deliveries(now, OF_ONE_CLIENT, AT_ONCE)).await {
                Ok(due) => {
                    let mut sending = JoinSet::new();
                    for one in due {
                        sending.spawn(attempt(Arc::clone(&house), one));
                    }
                    while sending.join_next().await.is_some() {}
                }
                Err(error) => warn!(%error, "what webhooks are due could not be read"),
            }
            tokio::time::sleep(PAUSE).await;
        }
    })
}

/// Claims one, posts it, and notes what became of it.
async fn attempt(house: Arc<House>, due: DueDelivery) {
    let now = house.clock.now();
    let (wanted, until) = (due.clone(), now.plus(CLAIM));
    match house.directory.write(move |tx| tx.claim_delivery(&wanted, until)).await {
        Ok(true) => {}
        Ok(false) => return,
        Err(error) => {
            warn!(%error, "a webhook's delivery could not be claimed");
            return;
        }
    }
    let headers = [
        ("grantor-signature", signature(&secret(&house, &due.client_id, due.generation), now, &due.body)),
        ("grantor-event", due.event.clone()),
        ("grantor-delivery", due.id.to_hex()),
    ];
    let answer = house.outgoing.post(&due.url, &headers, due.body.clone()).await;
    let after = house.clock.now();
    let outcome = judged(due.attempts, answer.map(|answer| answer.status), after);
    let noted = house.directory.write(move |tx| {
        let Outcome { state, again, status, error } = &outcome;
        tx.note_delivery(&due, (*state, *again), (*status, error), after)
    });
    if let Err(error) = noted.await {
        warn!(%error, "what became of a webhook's delivery could not be noted");
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Outcome {
    state: DeliveryState,
    again: Timestamp,
    status: i64,
    error: String,
}

/// What an answer means for a delivery that was tried `before` times before.
fn judged(before: i64, answer: Result<u16, NoAnswer>, now: Timestamp) -> Outcome {
    let (status, error) = match answer {
        Ok(status) if (200..300).contains(&status) => {
            let (state, status) = (DeliveryState::Delivered, i64::from(status));
            return Outcome { state, again: now, status, error: String::new() };
        }
        Ok(status) => (i64::from(status), String::new()),
        Err(why) => (0, why.to_string()),
    };
    match usize::try_from(before).ok().and_then(|tries| WAITS.get(tries)) {
        Some(wait) => Outcome { state: DeliveryState::Waiting, again: now.plus(*wait), status, error },
        None => Outcome { state: DeliveryState::GivenUp, again: now, status, error },
    }
}

#[cfg(test)]
mod tests {
    use grantor_protocol::token::{DataCenterByte, TokenId};

    use super::*;

    #[test]
    fn a_signature_is_checked_as_documented() {
        let signed = signature("whsec_test", Timestamp::from_millis(1_795_341_600_999), "{}");
        let (time, tag) = signed.split_once(",v1=").unwrap();
        assert_eq!((time, tag.len()), ("t=1795341600", 64));
        let key = hmac::Key::new(hmac::HMAC_SHA256, b"whsec_test");
        hmac::verify(&key, b"1795341600.{}", &HEXLOWER.decode(tag.as_bytes()).unwrap()).unwrap();
    }

    #[test]
    fn tries_wait_longer_and_longer_and_end() {
        let now = Timestamp::from_millis(1_000);
        let waits: Vec<_> = (0..7).map(|before| judged(before, Ok(500), now)).collect();
        for (one, minutes) in waits.iter().zip([1, 5, 30, 120, 720]) {
            assert_eq!((one.state, one.again), (DeliveryState::Waiting, now.plus(Duration::from_secs(60 * minutes))));
        }
        assert!(waits[5..].iter().all(|one| one.state == DeliveryState::GivenUp && one.status == 500));
        assert_eq!(judged(3, Ok(204), now).state, DeliveryState::Delivered);
        // A redirect is no success, and is not followed.
        assert_eq!(judged(0, Ok(302), now).state, DeliveryState::Waiting);
        assert!(judged(0, Err(NoAnswer::Forbidden), now).error.contains("never called"));
    }

    #[test]
    fn refusals_are_not_delivered() {
        let mut notice = Notice {
            client_id: "1000.A".into(),
            id: TokenId::new(Timestamp::from_millis(1_795_341_600_000), DataCenterByte(1), [7; 9]),
            kind: NoticeKind::Refusal,
            location: "us".into(),
            endpoint: "token".into(),
            cause: "code_expired".into(),
            detail: "\"quoted\"".into(),
            request_id: "r".into(),
        };
        assert_eq!(delivery(&notice), None);
        notice.kind = NoticeKind::Eviction;
        let body: serde_json::Value = serde_json::from_str(&delivery(&notice).unwrap().body).unwrap();
        assert_eq!(body["type"], "eviction");
        assert_eq!(
            (body["detail"].as_str(), body["created_at"].as_str()),
            (Some("\"quoted\""), Some("2026-11-22T10:00:00Z"))
        );
    }
}
