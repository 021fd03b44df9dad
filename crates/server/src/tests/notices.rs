//! Why something was refused stands in the directory for the owner of the client that asked, and for nobody else's; the
//! wire says less (`spec/security-cases.md` section 2; cases B02, C06, C07, E07, F07, I08).

use grantor_protocol::token::{DataCenterByte, TokenId};
use grantor_store::{Notice, NoticeFilter, NoticeKind};

use super::harness::*;
use crate::{Config, ServeOptions, start, stores};

/// An answer, whose request it was, and the true cause.
type Case = (Reply, &'static App, &'static str);

/// Presents what is not good, in each way that has a case.
async fn refusals(house: &House, door: Door) -> Vec<Case> {
    let mut browser = Browser::default();
    let mut fresh = async |ask: Ask| browser.authorize(house, &ask, &ALICE).await.code();
    let mut all: Vec<Case> = Vec::new();
    // C06: the code's own client learns nothing, since its code was not spent; who presented it made a mistake, or worse.
    let code = fresh(door.ask(&DESK)).await;
    all.push((door.exchange(house, "us", &OTHER, &code).await, &OTHER, "code_of_another_client"));
    // C07, and B02 in both forms.
    let mut fields = door.redemption(&DESK, &code);
    fields[3].1 = "https://desk.zylker.example/callback";
    all.push((house.post("us", door.token(), &fields).await, &DESK, "redirect_uri_mismatch"));
    let proved = door.ask(&DESK).with("code_challenge", CHALLENGE).with("code_challenge_method", "S256");
    for verifier in [None, Some("")] {
        let code = fresh(proved.clone()).await;
        let mut fields = redemption(&DESK, &code);
        fields.extend(verifier.map(|v| ("code_verifier", v)));
        all.push((house.post("us", door.token(), &fields).await, &DESK, "verifier_missing"));
    }
    let code = fresh(proved).await;
    let fields = [redemption(&DESK, &code), vec![("code_verifier", &VERIFIER[1..])]].concat();
    all.push((house.post("us", door.token(), &fields).await, &DESK, "verifier_wrong"));
    // E07 and F07.
    let code = fresh(door.ask(&DESK)).await;
    let tokens = Tokens::of(&door.exchange(house, "us", &DESK, &code).await);
    let reply = door.refresh(house, "us", &OTHER, &tokens.refresh).await;
    all.push((reply, &OTHER, "refresh_token_of_another_client"));
    let (path, cause) = match door {
        Door::Accounts => ("/oauth/v2/token/revoke", "token_of_another_client"),
        Door::Standard => ("/oauth2/revoke", "refresh_token_of_another_client"),
    };
    for token in [&tokens.refresh, &tokens.access] {
        let request = Request::form(path, &[("token", token)]).basic(OTHER.id, OTHER.secret);
        all.push((house.send("us", &request).await, &OTHER, cause));
    }
    // I08.
    let code = house.code(&door.ask(&DESK).at("eu"), &CARLA).await;
    all.push((door.exchange(house, "us", &DESK, &code).await, &DESK, "wrong_data_center"));
    assert!(house.alive("us", &tokens.access).await, "none of it did any harm");
    all
}

#[tokio::test]
async fn the_true_cause_is_told_to_the_owner_of_the_client_that_asked_and_to_nobody_else() {
    for_each_store(async |house| {
        for door in DOORS {
            for (reply, owner, cause) in refusals(house, door).await {
                assert_ne!(reply.text("error"), "", "{reply:?}");
                assert!(!reply.body.contains(cause), "the wire says less: {reply:?}");
                let notice = house.notice(owner, &reply).await;
                assert_eq!((notice.cause.as_str(), notice.location.as_str()), (cause, "us"), "{door:?}: {notice:?}");
                if cause == "wrong_data_center" {
                    assert_eq!(notice.detail, "the code was issued by eu and redeemed at us");
                }
                // What was presented is not in it.
                assert!(!log::is_secret(&notice.detail), "{notice:?}");
                for other in [&DESK, &OTHER, &NARROW, &POCKET].into_iter().filter(|other| other.id != owner.id) {
                    let theirs = house.notices(other).await;
                    let told = theirs.iter().any(|n| Some(n.request_id.as_str()) == reply.header("x-request-id"));
                    assert!(!told, "{door:?}: {} was told of {cause}", other.id);
                }
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_stop_writes_the_notices_that_wait() {
    let folder = tempfile::tempdir().unwrap();
    let config = format!(
        "data_dir = \"{}\"\n[[data_center]]\nlocation = \"us\"\nlisten = \"127.0.0.1:0\"\n",
        folder.path().display()
    );
    let config = Config::parse(&config).unwrap();
    let running = start(config.clone(), ServeOptions::default()).await.unwrap();
    // More than a few batches: one is written at a time, with a pause after it.
    for n in 0..3_000_u16 {
        let [a, b] = n.to_be_bytes();
        running.room("us").recorder.record(Notice {
            client_id: DESK.id.to_owned(),
            id: TokenId::new(START, DataCenterByte(1), [0, 0, 0, 0, 0, 0, 0, a, b]),
            kind: NoticeKind::Refusal,
            location: "us".to_owned(),
            endpoint: "token".to_owned(),
            cause: "code_expired".to_owned(),
            detail: String::new(),
            request_id: n.to_string(),
        });
    }
    running.stop().await;
    let stores = stores::open(&config, true, START).unwrap();
    let found = stores.directory.read(|tx| tx.notices(DESK.id, &NoticeFilter::default(), 10_000)).await.unwrap();
    assert_eq!(found.len(), 3_000);
}
