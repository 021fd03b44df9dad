//! What must hold of the readers of operators' files, whatever is in them.

use std::path::Path;

use grantor_protocol::{client::ClientType, redirect_uri};
use grantor_server::{
    Config,
    provision::{self, ProvisionFile},
};

/// A config is read, or refused in one line.
pub fn config(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    match Config::parse(text) {
        Ok(config) => {
            assert!(config.data_centers.iter().any(|dc| dc.served_here()));
            let mut places: Vec<&str> = config.data_centers.iter().map(|dc| dc.location.as_str()).collect();
            places.sort_unstable();
            places.dedup();
            assert_eq!(places.len(), config.data_centers.len(), "a location is there twice");
            let policy = config.policy.policy();
            assert!(policy.guess_limits || config.sandbox.enabled);
            let now = grantor_protocol::time::Timestamp::from_millis(1_795_000_000_000);
            for span in
                [policy.code_lifetime, policy.access_token_lifetime, policy.session_idle, policy.session_lifetime]
            {
                assert!(now.plus(span) >= now);
            }
        }
        Err(why) => one_line(&why.to_string()),
    }
}

/// A provision file is read and checked, or refused in one line.
pub fn provision(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let Ok(config) = Config::built_in() else { return };
    match ProvisionFile::parse(text, Path::new("nowhere")) {
        // A logo is read from the disk, which is no business of a fuzzer.
        Ok(file) if file.portals.iter().any(|portal| portal.logo.is_some()) => {}
        Ok(file) => match provision::check(&file, &config) {
            Ok(()) => {
                for client in &file.clients {
                    let kind = ClientType::parse(&client.client_type);
                    let fits = |uri: &String| kind.is_some_and(|kind| redirect_uri::check(uri, kind, false).is_ok());
                    assert!(client.redirect_uris.iter().all(fits));
                }
                assert!(!format!("{file:?}").contains("argon2"));
            }
            Err(why) => one_line(&why.to_string()),
        },
        Err(why) => one_line(&why.to_string()),
    }
}

fn one_line(why: &str) {
    assert!(!why.trim().is_empty() && !why.contains('\n'), "{why:?} is not one line");
}
