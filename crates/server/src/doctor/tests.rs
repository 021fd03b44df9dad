//! What is well and what is not, as it is told.

use grantor_protocol::token::{DataCenterByte, TokenId};
use grantor_store::{AuditEvent, AuditTrail, Concerning};
use tokio::net::TcpSocket;

use super::*;
use crate::{Running, ServeOptions, start};

/// One data center with its files in that folder.
fn config(folder: &Path, more: &str) -> Config {
    let data_center = "[[data_center]]\nlocation = 'us'\nlisten = '127.0.0.1:0'\n";
    Config::parse(&format!("data_dir = \"{}\"\n{data_center}{more}", folder.display())).unwrap()
}

/// That config's server, and the config as it is when the server's address is written down.
async fn served_at(folder: &Path, more: &str) -> (Running, Config) {
    let mut config = config(folder, more);
    let running = start(config.clone(), ServeOptions::default()).await.unwrap();
    config.data_centers[0].accounts_url = Some(running.ready[0].1.clone());
    (running, config)
}

/// An address that is taken, and where nobody listens.
fn nobody() -> (TcpSocket, u16) {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let port = socket.local_addr().unwrap().port();
    (socket, port)
}

/// What is told of one thing.
async fn told(config: &Config, what: &str) -> (Level, String) {
    let found = examine(config).await;
    let of_it = found.iter().find(|finding| finding.what == what).unwrap_or_else(|| panic!("{what}: {found:?}"));
    (of_it.level, of_it.told.clone())
}

#[tokio::test]
async fn a_server_that_runs_well_gets_no_complaints() {
    let folder = tempfile::tempdir().unwrap();
    let mail = "[mail]\nfrom = 'accounts@zylker.example'\nfolder = 'mail'\n";
    let (running, config) = served_at(folder.path(), mail).await;
    let found = examine(&config).await;
    assert!(found.iter().all(|finding| finding.level == Level::Good), "{found:?}");
    for what in ["config", "directory database", "us database", "us keys", "us clock", "us accounts_url", "mail"] {
        assert!(found.iter().any(|finding| finding.what == what), "{what}: {found:?}");
    }
    running.stop().await;
}

#[tokio::test]
async fn a_data_folder_that_is_missing_is_told_and_not_made() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let config = config(&data, "");
    for what in ["directory database", "us database"] {
        let (level, told) = told(&config, what).await;
        assert_eq!(level, Level::Warning);
        assert!(told.contains("is not there") && told.contains(&data.display().to_string()), "{told}");
    }
    assert!(!data.exists());
}

#[tokio::test]
async fn a_data_folder_that_cannot_be_is_told() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("file"), "").unwrap();
    let data = folder.path().join("file").join("data");
    let (level, told) = told(&config(&data, ""), "database").await;
    assert_eq!(level, Level::Bad);
    assert!(told.contains("the store of directory") && told.contains(&data.display().to_string()), "{told}");
}

#[tokio::test]
async fn a_file_that_is_no_database_is_told() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("us.db"), "a text, and a long one\n".repeat(500)).unwrap();
    let (level, told) = told(&config(folder.path(), ""), "database").await;
    assert_eq!(level, Level::Bad);
    assert!(told.starts_with("cannot open the store of us: "), "{told}");
}

#[cfg(unix)]
#[tokio::test]
async fn a_database_that_others_can_read_is_told() {
    use std::os::unix::fs::PermissionsExt as _;

    let folder = tempfile::tempdir().unwrap();
    let config = config(folder.path(), "");
    Workshop::open(config.clone()).unwrap().close();
    assert_eq!(told(&config, "us database").await.0, Level::Good);
    let file = folder.path().join("us.db");
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).unwrap();
    let (level, told) = told(&config, "us database").await;
    assert_eq!(level, Level::Warning);
    assert!(told.contains("chmod 600 it") && told.contains(&file.display().to_string()), "{told}");
}

#[tokio::test]
async fn old_keys_and_a_clock_that_is_behind_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let config = config(folder.path(), "");
    let shop = Workshop::open(config.clone()).unwrap();
    let (now, us) = (shop.clock.now(), &shop.stores.data_centers["us"]);
    let key = StoredSigningKey {
        algorithm: "ES256".to_owned(),
        generation: 1,
        id: "old".to_owned(),
        private_key: vec![0; 32],
        created_at: now,
        active_at: now.minus(LATE * 2),
        retired_at: StoredSigningKey::NEVER,
    };
    let id = TokenId::new(now.plus(APART * 60), DataCenterByte(0), [0; 9]);
    let trail = AuditTrail { id, request_id: String::new() };
    let written = us.write_blocking(move |tx| {
        tx.add_signing_key(&key, now)?;
        tx.audit(&trail, AuditEvent::Operated, Concerning::default(), "")
    });
    written.unwrap();
    shop.close();
    let (level, of_keys) = told(&config, "us keys").await;
    assert_eq!(level, Level::Warning);
    assert!(of_keys.contains("older than a month"), "{of_keys}");
    let (level, of_clock) = told(&config, "us clock").await;
    assert_eq!(level, Level::Bad);
    assert!(of_clock.contains("set the clock"), "{of_clock}");
}

#[tokio::test]
async fn mail_that_cannot_be_sent_is_told() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("file"), "").unwrap();
    let (_taken, port) = nobody();
    for (ways, wanted, words) in [
        (String::new(), Level::Warning, "there is no [mail]"),
        ("folder = 'file/mail'\n".to_owned(), Level::Bad, "file/mail: "),
        (format!("[mail.smtp]\nhost = '127.0.0.1'\nport = {port}\ntls = 'none'\n"), Level::Bad, "127.0.0.1: "),
    ] {
        let from = if ways.is_empty() { "" } else { "[mail]\nfrom = 'accounts@zylker.example'\n" };
        let (level, told) = told(&config(folder.path(), &format!("{from}{ways}")), "mail").await;
        assert_eq!(level, wanted, "{told}");
        assert!(told.contains(words), "{told}");
    }
}

#[tokio::test]
async fn an_accounts_url_that_nobody_answers_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let (_taken, port) = nobody();
    let mut config = config(folder.path(), "");
    config.data_centers[0].accounts_url = Some(format!("http://127.0.0.1:{port}"));
    let (level, told) = told(&config, "us accounts_url").await;
    assert_eq!(level, Level::Warning);
    assert!(told.contains("does not answer from here (no connection)"), "{told}");
}

#[tokio::test]
async fn an_accounts_url_that_leads_elsewhere_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let (running, mut config) = served_at(folder.path(), "").await;
    let url = config.data_centers[0].accounts_url.clone().unwrap();
    config.data_centers[0].accounts_url = Some(url.replace("127.0.0.1", "localhost"));
    let (level, of_another) = told(&config, "us accounts_url").await;
    assert_eq!(level, Level::Bad);
    assert!(of_another.contains(&format!("says its accounts URL is {url}: correct one of the two")), "{of_another}");
    config.data_centers[0].accounts_url = Some(url);
    config.data_centers[0].location = "eu".to_owned();
    let (level, of_a_stranger) = told(&config, "eu accounts_url").await;
    assert_eq!(level, Level::Bad);
    assert!(of_a_stranger.contains("not as a server of this config"), "{of_a_stranger}");
    running.stop().await;
}

#[tokio::test]
async fn a_portal_url_of_its_own_is_asked_as_well() {
    let folder = tempfile::tempdir().unwrap();
    let (running, mut config) = served_at(folder.path(), "").await;
    let url = config.data_centers[0].accounts_url.clone().unwrap();
    config.data_centers[0].portal_url = Some(url.replace("127.0.0.1", "localhost"));
    assert_eq!(told(&config, "us portal_url").await.0, Level::Good);
    let (_taken, port) = nobody();
    config.data_centers[0].portal_url = Some(format!("http://127.0.0.1:{port}"));
    let (level, told) = told(&config, "us portal_url").await;
    assert_eq!(level, Level::Warning);
    assert!(told.contains("does not answer from here"), "{told}");
    running.stop().await;
}
