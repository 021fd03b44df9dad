//! The webhook: signed, tried again, logged, and never to an inner address.

use std::sync::{Arc, Mutex};

use aws_lc_rs::hmac;
use data_encoding::HEXLOWER;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::{super::harness::*, console, read, signed_in, submit};

/// A server that remembers what it gets and answers with these statuses, the last one for good.
async fn listener(answers: Vec<u16>) -> (String, Arc<Mutex<Vec<String>>>) {
    let socket = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hook?key=canary-hook", socket.local_addr().unwrap());
    let got: Arc<Mutex<Vec<String>>> = Arc::default();
    let seen = Arc::clone(&got);
    tokio::spawn(async move {
        let mut answers = answers.into_iter();
        let mut last = 200;
        while let Ok((mut stream, _)) = socket.accept().await {
            let mut bytes = Vec::new();
            loop {
                let mut part = [0; 4096];
                let count = stream.read(&mut part).await.unwrap_or(0);
                bytes.extend_from_slice(&part[..count]);
                let text = String::from_utf8_lossy(&bytes).into_owned();
                let whole = text.split_once("\r\n\r\n").is_some_and(|(head, body)| {
                    let length = head.lines().find_map(|l| l.strip_prefix("content-length: ")).unwrap_or("0");
                    body.len() >= length.parse().unwrap()
                });
                if whole || count == 0 {
                    seen.lock().unwrap().push(text);
                    break;
                }
            }
            last = answers.next().unwrap_or(last);
            let answer = format!(
                "HTTP/1.1 {last} X\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
            );
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    });
    (url, got)
}

fn path() -> String {
    format!("{}/webhook", DESK.id)
}

fn secret_of(reply: &Reply) -> String {
    let shown = reply.body.split_once("id=\"secret\" value=\"").unwrap_or_else(|| panic!("no secret: {reply:?}")).1;
    shown.split_once('"').unwrap().0.to_owned()
}

fn is_ours(request: &str, secret: &str) -> bool {
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    let header = head.lines().find_map(|line| line.strip_prefix("grantor-signature: ")).unwrap();
    let (time, tag) = header.strip_prefix("t=").unwrap().split_once(",v1=").unwrap();
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    let tag = HEXLOWER.decode(tag.as_bytes()).unwrap();
    hmac::verify(&key, format!("{time}.{body}").as_bytes(), &tag).is_ok()
}

async fn got(seen: &Arc<Mutex<Vec<String>>>, count: usize) -> Vec<String> {
    eventually("deliveries", async || seen.lock().unwrap().len() >= count).await;
    seen.lock().unwrap().clone()
}

/// Whether the server, which sends what is due and nothing else, has nothing to send until the clock is put forward.
async fn none_is_due(house: &House) -> bool {
    let now = house.clock().now();
    let due = house.room("us").house.directory.read(move |tx| tx.due_deliveries(now, 100, 100)).await;
    due.unwrap().is_empty()
}

#[tokio::test]
async fn revocations_are_delivered_signed_and_tried_again() {
    for_each_store(async |house| {
        let (url, seen) = listener(vec![500, 302, 200]).await;
        let mut alice = signed_in(house, &ALICE).await;
        let page = submit(house, &mut alice, &path(), &[("url", &url), ("action", "save")]).await;
        assert_eq!(page.status, 200);
        let secret = secret_of(&page);
        assert!(secret.starts_with("whsec_") && !console(house, &mut alice, &path()).await.body.contains(&secret));
        let tokens = house.tokens(&Ask::of(&DESK), &DESK, &ALICE).await;
        house.revoke("us", &tokens.refresh).await;
        let all = got(&seen, 1).await;
        assert!(
            all[0].starts_with("POST /hook") && is_ours(&all[0], &secret) && !is_ours(&all[0], "whsec_other"),
            "{all:?}"
        );
        let body: serde_json::Value = serde_json::from_str(all[0].split_once("\r\n\r\n").unwrap().1).unwrap();
        assert_eq!((body["type"].as_str(), body["cause"].as_str()), (Some("revocation"), Some("revoked_on_request")));
        assert_eq!((body["client_id"].as_str(), body["data_center"].as_str()), (Some(DESK.id), Some("us")));
        assert!(!all[0].contains(&tokens.refresh[38..]), "no token travels");
        // Refusals are read in the console only.
        let refused = house.refresh("us", &DESK, &tokens.refresh).await;
        let waits = |words: &'static str| {
            let mut alice = alice.clone();
            async move {
                eventually(words, async || read(&console(house, &mut alice, &path()).await).contains(words)).await;
            }
        };
        waits("tried once, your server answered 500, next on 2026-11-22 10:01:00 UTC").await;
        house.advance(60);
        got(&seen, 2).await;
        waits("tried 2 times, your server answered 302, next on 2026-11-22 10:06:00 UTC").await;
        house.advance(300);
        got(&seen, 3).await;
        waits("tried 3 times, your server answered 200").await;
        house.advance(86_400);
        house.notice(&DESK, &refused).await;
        assert!(
            none_is_due(house).await && seen.lock().unwrap().len() == 3,
            "delivered once, and nothing else is sent"
        );
        // A new secret, a test, and one that is sent again.
        let page = submit(house, &mut alice, &path(), &[("action", "turn")]).await;
        let turned = secret_of(&page);
        assert_ne!(turned, secret);
        let id = page.body.split_once("name=\"resend\" value=\"").unwrap().1.split_once('"').unwrap().0.to_owned();
        let reply = submit(house, &mut alice, &path(), &[("resend", &id)]).await;
        assert_eq!(reply.status, 303);
        let all = got(&seen, 4).await;
        assert!(is_ours(&all[3], &turned) && !is_ours(&all[3], &secret));
        assert_eq!(submit(house, &mut alice, &path(), &[("action", "test")]).await.status, 303);
        assert!(got(&seen, 5).await[4].contains("\"type\":\"test\""));
        // Off: nothing more.
        assert_eq!(submit(house, &mut alice, &path(), &[("action", "off")]).await.status, 303);
        let tokens = house.tokens(&Ask::of(&DESK), &DESK, &ALICE).await;
        let revoked = house.revoke("us", &tokens.refresh).await;
        house.notice(&DESK, &revoked).await;
        assert!(none_is_due(house).await && seen.lock().unwrap().len() == 5);
        let page = submit(house, &mut alice, &path(), &[("url", &url), ("action", "save")]).await;
        assert_ne!(secret_of(&page), turned, "on again with another secret");
        assert!(none_is_due(house).await, "what happened while it was off is not sent now");
        let told = house.audit("us").await;
        assert!(told.iter().filter(|row| row.event == "webhook_changed").count() >= 4);
        assert!(told.iter().all(|row| !row.detail.contains("canary")), "the address's own secrets stay out");
    })
    .await;
}

#[tokio::test]
async fn l04_inner_addresses_are_refused_at_the_form() {
    for_one_store(async |house| {
        let mut alice = signed_in(house, &ALICE).await;
        for url in [
            "",
            "http://app.example/hook",
            "ftp://app.example/",
            "https://user:pass@app.example/",
            "https://10.0.0.1/",
            "https://0x0a000001/",
            "https://[::ffff:192.168.0.1]/",
            "https://169.254.169.254/latest/meta-data",
            "https://2852039166/",
        ] {
            let page = submit(house, &mut alice, &path(), &[("url", url), ("action", "save")]).await;
            assert!(page.status == 422 && page.body.contains("aria-invalid=\"true\""), "{url}");
        }
        assert!(read(&console(house, &mut alice, &path()).await).contains("Switch on"));
    })
    .await;
    // Where it is no sandbox, this machine is an inner address, too.
    let setup = Setup { no_sandbox: true, guess_limits: true, ..Setup::default() };
    for_one_store_with(setup, async |house| {
        let mut alice = signed_in(house, &ALICE).await;
        for url in
            ["http://127.0.0.1:9/", "https://127.0.0.1/", "https://localhost/", "https://[::1]/", "https://2130706433/"]
        {
            let page = submit(house, &mut alice, &path(), &[("url", url), ("action", "save")]).await;
            assert_eq!(page.status, 422, "{url}");
        }
        assert_eq!(console(house, &mut alice, &format!("{}/sandbox", DESK.id)).await.status, 404, "no sandbox here");
    })
    .await;
}
