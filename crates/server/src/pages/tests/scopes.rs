//! The scope catalog: whole, without doubles, and with a sentence for everything.

use std::collections::HashSet;

use super::pages::{
    Kind, Locale,
    scopes::{CatalogEntry, builtin_catalog, scope_sentence, service_title},
    text,
};

#[test]
fn the_catalog_holds_every_scope_that_was_found() {
    let all: HashSet<String> =
        builtin_catalog().iter().flat_map(|entry| entry.scopes().map(|(scope, _)| scope)).collect();
    for scope in [
        "ZohoBigin.users.WRITE",
        "ZohoBigin.org.READ",
        "ZohoBigin.settings.DELETE",
        "ZohoBigin.settings.modules.WRITE",
        "ZohoBigin.settings.tags.CREATE",
        "ZohoBigin.settings.related_lists.ALL",
        "ZohoBigin.settings.custom_views.ALL",
        "ZohoBigin.settings.emails.READ",
        "ZohoBigin.send_mail.all.CREATE",
        "ZohoBigin.modules.ALL",
        "ZohoBigin.modules.contacts.READ",
        "ZohoBigin.modules.pipelines.ALL",
        "ZohoBigin.modules.deals.READ",
        "ZohoBigin.modules.attachments.ALL",
        "ZohoBigin.notifications.DELETE",
        "ZohoBigin.bulk.READ",
        "ZohoBigin.coql.READ",
        "ZohoSearch.securesearch.READ",
        "ZohoCRM.settings.ALL",
        "ZohoCRM.modules.ALL",
        "ZohoCRM.users.ALL",
        "ZohoCRM.org.ALL",
        "ZohoCRM.settings.territories.READ",
        "ZohoCRM.modules.purchaseorders.UPDATE",
        "ZohoCRM.share.leads.READ",
        "ZohoCRM.mass_convert.leads.CREATE",
        "ZohoCRM.bulk.backup.ALL",
        "ZohoCRM.files.CREATE",
        "ZohoCRM.settings.clientportal.ALL",
        "AaaServer.profile.READ",
        "openid",
        "profile",
        "email",
        "phone",
        "offline_access",
    ] {
        assert!(all.contains(scope), "{scope}");
    }
    assert!(all.len() > 400, "{}", all.len());
}

#[test]
fn no_scope_is_listed_twice() {
    let mut seen = HashSet::new();
    for (scope, _) in builtin_catalog().iter().flat_map(CatalogEntry::scopes) {
        assert!(seen.insert(scope.to_ascii_lowercase()), "{scope}");
    }
}

#[test]
fn only_account_scopes_need_no_organization() {
    for entry in builtin_catalog() {
        assert_eq!(entry.needs_organization, entry.service.starts_with("Zoho"), "{}.{}", entry.service, entry.path);
        assert_eq!(entry.operations.is_empty(), entry.service.is_empty(), "{}", entry.path);
    }
}

#[test]
fn every_scope_has_its_own_sentence_in_every_language() {
    for locale in Locale::ALL {
        for entry in builtin_catalog() {
            let key = format!("scope-noun-{}", entry.noun);
            assert!(text::find(locale, &key, None, None).is_some(), "{key} in {}", locale.tag());
            for (scope, operation) in entry.scopes() {
                let (_, sentence) = scope_sentence(locale, &entry.service, &entry.path, &entry.noun, operation);
                assert!(
                    !sentence.contains('{')
                        && !sentence.contains(&format!("{}.", entry.service))
                        && !sentence.is_empty(),
                    "{scope} in {}: {sentence}",
                    locale.tag()
                );
            }
        }
    }
}

#[test]
fn every_noun_is_used() {
    let used: HashSet<&str> = builtin_catalog().iter().map(|entry| entry.noun.as_str()).collect();
    for noun in text::sources(Locale::English)
        .join("\n")
        .lines()
        .filter_map(|line| line.strip_prefix("scope-noun-")?.split_once(" = ").map(|(noun, _)| noun))
    {
        assert!(used.contains(noun), "{noun}");
    }
}

#[test]
fn sentences_read_like_a_person_wrote_them() {
    let english = |service, path, noun, operation| scope_sentence(Locale::English, service, path, noun, operation);
    assert_eq!(
        english("ZohoBigin", "modules.contacts", "contacts", "READ"),
        (Kind::Read, "View your contacts".to_owned())
    );
    assert_eq!(
        english("ZohoBigin", "modules.contacts", "contacts", "write"),
        (Kind::Change, "Change your contacts".to_owned())
    );
    assert_eq!(
        english("ZohoBigin", "users", "users", "CREATE"),
        (Kind::Change, "Add users to your organization".to_owned())
    );
    assert_eq!(
        english("ZohoCRM", "share.leads", "leads", "READ"),
        (Kind::Read, "See with whom your leads are shared".to_owned())
    );
    assert_eq!(
        english("ZohoBigin", "send_mail.all", "send_mail", "CREATE"),
        (Kind::Change, "Send email in your name".to_owned())
    );
    assert_eq!(english("", "email", "email_address", ""), (Kind::Read, "View your email address".to_owned()));
    assert_eq!(english("ZylkerDesk", "tickets", "", "READ"), (Kind::Read, "Use ZylkerDesk.tickets.READ".to_owned()));
    let (kind, german) = scope_sentence(Locale::German, "ZohoBigin", "modules.contacts", "contacts", "ALL");
    assert_eq!((kind, german.as_str()), (Kind::Everything, "Ihre Kontakte ansehen, ergänzen, ändern und löschen"));
    assert_eq!(service_title(Locale::German, "AaaServer"), "Ihr Konto");
    assert_eq!(service_title(Locale::English, "zohobigin"), "Bigin");
    assert_eq!(service_title(Locale::English, "ZylkerDesk"), "ZylkerDesk");
}
