//! The pages of second factors, of signing up and of recovery, filled with words.

use super::super::pages::{
    Area, Brand, FactorError, FactorField, Factors, FactorsAuthenticator, FactorsCodes, FactorsPasskey,
    FactorsPasskeyRemoval, Frame, Locale, NavLink, PasskeyLine, Shell, ShellPerson,
};
use super::Words;

pub(super) fn pages(locale: Locale, words: Words) -> Vec<(String, String)> {
    let frame = Frame { locale, brand: Brand::grantor(), place: Some(words.place), request_id: "01J9Z3K7Q8W2E4R6T8Y0" };
    let links = [NavLink { href: "/account/security".to_owned(), label: words.organization.into(), current: true }];
    let shell = Shell {
        frame,
        area: Area::Account,
        links: &links,
        person: ShellPerson { display: words.person, email: words.email },
        administers: &[],
        csrf: words.value,
    };
    let mut out: Vec<(String, String)> = Vec::new();
    let mut add = |name: &str, html: String| out.push((format!("{name}.{}.{}", words.flavor, locale.tag()), html));
    let factors = Factors {
        shell,
        authenticator: None,
        passkeys: &[],
        codes: 0,
        passkeys_work: false,
        name: "",
        done: None,
        error: None,
    };
    add("factors-none", factors.render());
    let lines = [
        PasskeyLine {
            name: words.person,
            added: "2026-11-22",
            used: None,
            remove_url: "/account/security/factors/passkeys/remove/AAAA",
        },
        PasskeyLine {
            name: words.value,
            added: "2026-11-22",
            used: Some("2026-11-23"),
            remove_url: "/account/security/factors/passkeys/remove/BBBB",
        },
    ];
    let all =
        Factors { authenticator: Some("2026-11-22"), passkeys: &lines, codes: 10, passkeys_work: true, ..factors };
    for codes in [0, 1, 2, 5, 10] {
        add(&format!("factors-{codes}"), Factors { codes, ..all.clone() }.render());
    }
    for done in ["authenticator", "authenticator-removed", "passkey", "passkey-removed", words.value] {
        add(&format!("factors-done-{}", done.len()), Factors { done: Some(done), ..all.clone() }.render());
    }
    for (field, error) in [
        (FactorField::AuthenticatorPassword, FactorError::PasswordWrong),
        (FactorField::CodesPassword, FactorError::Wait { seconds: 30 }),
        (FactorField::PasskeyName, FactorError::NameTooLong),
        (FactorField::PasskeyName, FactorError::NameMissing),
        (FactorField::PasskeyName, FactorError::TooMany),
        (FactorField::PasskeyPassword, FactorError::PasswordMissing),
        (FactorField::PasskeyPassword, FactorError::Busy),
        (FactorField::AuthenticatorPassword, FactorError::AuthenticatorThere),
    ] {
        let page = Factors { name: words.value, error: Some((field, error)), ..all.clone() };
        add(&format!("factors-{field:?}-{error:?}"), page.render());
    }
    let address = "otpauth://totp/x:y?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=x";
    let secret = "GEZD-GNBV-GY3T-QOJQ-GEZD-GNBV-GY3T-QOJQ";
    let app = FactorsAuthenticator { shell, address, secret, pending: words.value, error: None };
    add("factors-authenticator", app.render());
    add("factors-authenticator-wrong", FactorsAuthenticator { error: Some(FactorError::CodeWrong), ..app }.render());
    add(
        "factors-authenticator-missing",
        FactorsAuthenticator { error: Some(FactorError::CodeMissing), ..app }.render(),
    );
    let passkey = FactorsPasskey { shell, name: words.person, options: words.value, pending: words.value, error: None };
    add("factors-passkey", passkey.render());
    add("factors-passkey-refused", FactorsPasskey { error: Some(FactorError::PasskeyRefused), ..passkey }.render());
    let codes: Vec<String> = (2..=9).map(|n| format!("ABCD-EFGH-JKLM-NPQ{n}")).collect();
    for first in [true, false] {
        add(&format!("factors-codes-{first}"), FactorsCodes { shell, codes: &codes, first }.render());
    }
    let action = "/account/security/factors/passkeys/remove/AAAA";
    let removal = FactorsPasskeyRemoval { shell, name: words.person, action, last: true, error: None };
    add("factors-removal", removal.render());
    let error = Some(FactorError::PasswordWrong);
    add("factors-removal-wrong", FactorsPasskeyRemoval { last: false, error, ..removal }.render());
    out
}
