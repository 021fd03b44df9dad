//! What may be served without TLS.

use crate::Config;

fn config(data_center: &str, more: &str) -> Result<Config, String> {
    Config::parse(&format!("[[data_center]]\nlocation = 'us'\n{data_center}\n{more}")).map_err(|why| why.to_string())
}

/// Case P04: plain http only on loopback.
#[test]
fn plain_http_is_served_on_loopback_only() {
    for data_center in [
        "listen = '127.0.0.1:9000'",
        "listen = '[::1]:9000'",
        // What a proxy on this machine speaks is told by the doctor.
        "listen = '127.0.0.1:9000'\naccounts_url = 'http://accounts.example.com'",
        // A container's port, opened on the developer's own machine.
        "listen = '0.0.0.0:9000'\naccounts_url = 'http://localhost:9000'",
        "listen = '0.0.0.0:9000'\naccounts_url = 'http://us.localhost:9000'",
        // Behind a proxy that speaks https.
        "listen = '0.0.0.0:9000'\naccounts_url = 'https://accounts.example.com'",
        "listen = '0.0.0.0:9000'\ntls = { cert = 'c', key = 'k' }",
    ] {
        config(data_center, "").unwrap_or_else(|why| panic!("{data_center}: {why}"));
    }
    for (data_center, url) in [
        ("listen = '0.0.0.0:9000'", "http://0.0.0.0:9000"),
        ("listen = '192.0.2.7:9000'\naccounts_url = 'http://accounts.example.com'", "http://accounts.example.com"),
        ("listen = '[::]:9000'\naccounts_url = 'http://localhost.example.com'", "http://localhost.example.com"),
        (
            "listen = '0.0.0.0:9000'\naccounts_url = 'https://accounts.example.com'\nportal_url = 'http://portals.example.com'",
            "http://portals.example.com",
        ),
    ] {
        let why = config(data_center, "").unwrap_err();
        assert!(
            why.starts_with("data_center us: it listens on ") && why.contains(&format!("{url} is plain http")),
            "{why}"
        );
        config(data_center, "[server]\nplain_http = true").unwrap();
        config(data_center, "[sandbox]\nenabled = true\nallow_remote = true").unwrap();
    }
}
