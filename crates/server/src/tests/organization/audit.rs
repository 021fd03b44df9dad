//! The audit log over the wire: filters, pages, and the files that are taken along.

use super::{BIGIN, browser_of, done, page, submit};
use crate::tests::harness::*;

const AUDIT: &str = "/organization/10001/audit";

/// The file that an export gives: its name, and what is in it. (A sandbox reads it whole for its journal.)
async fn exported(house: &House, browser: &mut Browser, fields: &[(&str, &str)]) -> (String, String) {
    let reply = submit(house, browser, &format!("{AUDIT}/export"), fields).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    let named = |name| reply.header(name).unwrap_or_default();
    (format!("{} {}", named("content-type"), named("content-disposition")), reply.body.clone())
}

#[tokio::test]
async fn what_happened_is_found_and_taken_along() {
    for_each_store(async |house| {
        let mut alice = browser_of(house, &ALICE).await;
        for _ in 0..3 {
            house.tokens(&Ask::of(&DESK).with("scope", BIGIN), &DESK, &BOB).await;
        }
        house.tokens(&Ask::of(&OTHER).with("scope", BIGIN), &OTHER, &ALICE).await;
        done(house, &mut alice, "/organization/10001/policy", &[("days", "7")]).await;
        let lines = |reply: &Reply| reply.body.matches("class=\"any\"").count();
        for (query, expected) in [
            ("", 5),
            ("?event=consented", 4),
            ("?event=policy_changed", 1),
            ("?person=bob@zylker.example", 3),
            ("?person=700002", 3),
            ("?person=nobody@zylker.example", 0),
            ("?person=pat@partner.example", 0),
            ("?app=1000.ZYLKEROTHER000000000000000000B", 1),
            ("?app=1000.ZYLKEROTHER000000000000000000B&person=700002", 0),
            ("?from=2026-11-22&to=2026-11-22", 5),
            ("?to=2026-11-21", 0),
            ("?from=2026-11-23", 0),
            ("?event=%27", 0),
        ] {
            let reply = page(house, &mut alice, &format!("{AUDIT}{query}")).await;
            assert_eq!((reply.status, lines(&reply)), (200, expected), "{query}");
        }
        for forged in
            ["before=zz", "before=1&before=2", "from=22.11.2026", "to=9999-99-99", "from=2026-11-22%27%20OR%201=1"]
        {
            let name = forged.split_once('=').unwrap().0;
            let reply = page(house, &mut alice, &format!("{AUDIT}?{forged}")).await;
            assert_eq!(reply.status, 400, "{forged}");
            assert!(reply.body.contains(&format!(">{name}</code>")), "{forged}: {reply:?}");
        }
        // A page at a time.
        for _ in 0..12 {
            for days in ["1", "2", "3", "4"] {
                done(house, &mut alice, "/organization/10001/policy", &[("days", days)]).await;
            }
        }
        let first = page(house, &mut alice, AUDIT).await;
        assert_eq!(lines(&first), 50);
        let next = attribute(first.body.split("class=\"pager\"").nth(1).unwrap(), "href").unwrap();
        assert_eq!(lines(&page(house, &mut alice, &next).await), 3);

        let (head, csv) = exported(house, &mut alice, &[("format", "csv"), ("person", BOB.email)]).await;
        assert!(head.contains("text/csv") && head.contains("attachment; filename=\"audit-10001.csv\""), "{head}");
        assert_eq!(csv.lines().count(), 4, "{csv}");
        assert!(csv.starts_with("time,event,user,email,client_id,detail,request_id\r\n"));
        assert!(csv.contains("\"2026-11-22T10:00:00Z\",\"consented\",\"700002\",\"bob@zylker.example\""), "{csv}");
        let undated = submit(house, &mut alice, &format!("{AUDIT}/export"), &[("format", "csv"), ("from", "x")]).await;
        assert_eq!(undated.status, 400, "not everything: {undated:?}");
        let (_, all) = exported(house, &mut alice, &[("format", "jsonl")]).await;
        let rows: Vec<serde_json::Value> = all.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(rows.len(), 55, "with both exports");
        let exported = |format: &str| rows.iter().any(|r| r["event"] == "audit_exported" && r["detail"] == format);
        assert!(exported("csv") && exported("jsonl"));
        let other = submit(house, &mut alice, &format!("{AUDIT}/export"), &[("format", "exe")]).await;
        assert_eq!(other.status, 404);
    })
    .await;
}
