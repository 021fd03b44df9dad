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
        ("[policy]\nrefresh_token_cap = 'drop'", "policy: refresh_token_cap \"drop\" is neither evict nor refuse"),
        ("[policy]\nthrottle_status = 429", "policy: throttle_status = 429: 400 or 200 is wanted"),
        (
            "[policy]\nthrottle_block = 'all'",
            "policy: throttle_block \"all\": rest, next, or a span of at most 24h is wanted",
        ),
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

/// The keys that a place of a TOML file knows, as serde tells them to who writes another one.
fn known_keys<T: serde::de::DeserializeOwned + std::fmt::Debug>(before: &str) -> Vec<String> {
    let error = toml::from_str::<T>(&format!("{before}no_such_key = 1\n")).unwrap_err().to_string();
    let (_, names) = error.split_once("expected ").unwrap_or_else(|| panic!("no list of keys: {error}"));
    names.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

/// The part of a page under a heading, up to the next one of the same or a higher level.
fn section<'a>(page: &'a str, heading: &str) -> &'a str {
    let start = page.find(&format!("\n{heading}\n")).unwrap_or_else(|| panic!("no heading {heading}")) + 1;
    let rest = &page[start + heading.len()..];
    let level = heading.split(' ').next().unwrap_or_default();
    let end = (2..=level.len()).filter_map(|n| rest.find(&format!("\n{} ", "#".repeat(n)))).min();
    &rest[..end.unwrap_or(rest.len())]
}

#[test]
fn every_key_is_in_the_configuration_page() {
    const PAGE: &str = include_str!("../../../../docs/configuration.md");
    type File = crate::provision::ProvisionFile;
    let user = known_keys::<File>("[[user]]\n");
    for (heading, keys) in [
        ("## The config", known_keys::<Config>("")),
        ("### `[directory]`", known_keys::<Config>("[directory]\n")),
        ("### `[[data_center]]`", known_keys::<Config>("[[data_center]]\n")),
        ("### `[[data_center]]`", known_keys::<Config>("[[data_center]]\n[data_center.tls]\n")),
        ("### `[policy]`", known_keys::<Config>("[policy]\n")),
        ("### `[[resource]]`", known_keys::<Config>("[[resource]]\n")),
        ("### `[sandbox]`", known_keys::<Config>("[sandbox]\n")),
        ("### `[admin]`", known_keys::<Config>("[admin]\n")),
        ("### `[server]`", known_keys::<Config>("[server]\n")),
        ("## The provision file", known_keys::<File>("")),
        ("### `[[organization]]`", known_keys::<File>("[[organization]]\n")),
        ("### `[[user]]`", user),
        ("### `[[client]]`", known_keys::<File>("[[client]]\n")),
        ("### `[[portal]]` and `[[portal.user]]`", known_keys::<File>("[[portal]]\n")),
        ("### `[[portal]]` and `[[portal.user]]`", known_keys::<File>("[[portal]]\n[[portal.user]]\n")),
        ("### `[[scope]]`", known_keys::<File>("[[scope]]\n")),
    ] {
        let text = section(PAGE, heading);
        assert!(!keys.is_empty(), "{heading}");
        for key in keys {
            // Keys in code, a section by its name, `tls` by what stands in it.
            let named =
                [format!("`{key}`"), format!("[{key}]"), format!(" {key} = "), format!("[{key}."), format!(".{key}]")];
            assert!(named.iter().any(|name| text.contains(name)), "{heading}: {key} is not named");
        }
    }
}
