//! What a config may say, and the sentence a person gets for what it may not.

use super::*;

#[test]
fn nothing_gives_one_data_center() {
    let config = Config::parse("").unwrap();
    assert_eq!(config.data_centers.len(), 1);
    assert_eq!(config.data_centers[0].location, "us");
    assert!(config.admin.is_none());
    assert!(Config::built_in().unwrap().admin.is_some());
}

#[test]
fn the_contract_s_example_is_read() {
    let config = Config::parse(
        r#"
        data_dir = "grantor-data"
        [directory]
        database = "sqlite:directory.db"
        [[data_center]]
        location = "us"
        name = "United States"
        listen = "127.0.0.1:9000"
        accounts_url = "http://127.0.0.1:9000"
        api_domain = "http://127.0.0.1:9000"
        portal_url = "http://127.0.0.1:9000"
        database = "sqlite:us.db"
        entry = true
        [[data_center]]
        location = "eu"
        accounts_url = "https://accounts.example.eu"
        [policy]
        preset = "bigin"
        code_lifetime = "90s"
        portal_code_lifetime = "120s"
        access_token_lifetime = "1h"
        refresh_tokens_per_user_and_client = 20
        access_tokens_per_refresh_token = 10
        throttles = false
        [sandbox]
        enabled = true
        [admin]
        listen = "127.0.0.1:9090"
        "#,
    )
    .unwrap();
    let policy = config.policy.policy();
    assert_eq!(policy.code_lifetime.as_secs(), 90);
    assert!(!policy.throttles);
    assert!(!config.data_centers[1].served_here());
}

#[test]
fn mistakes_get_a_sentence() {
    for (text, expected) in [
        ("data_dri = 'x'", "line 1: unknown key `data_dri`; did you mean `data_dir`?"),
        ("\n[policy]\nthrotles = false", "line 3: unknown key `throtles`; did you mean `throttles`?"),
        ("[policy]\npreset = 'big'", "policy: preset \"big\" is none of bigin, accounts, crm"),
        ("[policy]\ncode_lifetime = '60'", "line 2: \"60\" is not a span of time; write 60s, 10m, 1h or 30d"),
        ("[policy]\nself_code_lifetime = '4m'", "policy: self_code_lifetime is none of 3m, 5m, 7m, 10m"),
        ("[policy]\nguess_limits = false", "policy: guess_limits = false is only for the sandbox"),
        (
            "[[data_center]]\nlocation='us'\nlisten='127.0.0.1:1'\naccounts_url='http://a/'",
            "data_center us: accounts_url: \"http://a/\" ends with a slash; clients append paths to it",
        ),
        (
            "[[data_center]]\nlocation='US'",
            "data_center location \"US\": 1 to 16 lower-case letters or digits are wanted",
        ),
        (
            "[sandbox]\nenabled=true\n[[data_center]]\nlocation='us'\nlisten='0.0.0.0:1'",
            "data_center us: the sandbox is enabled and 0.0.0.0:1 is not loopback; set allow_remote = true under [sandbox] if you mean it",
        ),
    ] {
        assert_eq!(Config::parse(text).unwrap_err().to_string(), expected);
    }
}
