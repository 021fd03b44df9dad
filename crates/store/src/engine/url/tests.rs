//! Database URLs that are understood, and what is told of those that are not.
use std::path::{Path, PathBuf};

use super::DatabaseUrl;

fn parse(url: &str) -> DatabaseUrl {
    DatabaseUrl::parse(url, Path::new("/data")).unwrap()
}

#[test]
fn sqlite_files_are_relative_to_the_data_folder() {
    for (url, file) in [
        ("sqlite:us.db", "/data/us.db"),
        ("sqlite:sub/us.db", "/data/sub/us.db"),
        ("sqlite:/elsewhere/us.db", "/elsewhere/us.db"),
        ("sqlite:///elsewhere/us.db", "/elsewhere/us.db"),
    ] {
        assert!(matches!(parse(url), DatabaseUrl::Sqlite(path) if path == Path::new(file)), "{url}");
    }
}

#[test]
fn the_password_is_never_shown() {
    let url = parse("postgres://grantor:hunter2@db.example.com:5433/accounts?sslmode=require");
    assert_eq!(url.to_string(), "postgres://db.example.com:5433/accounts");
    assert!(!format!("{url:?} {url:#?}").contains("hunter2"));
}

#[test]
fn a_private_certificate_authority_is_taken_out_of_the_url() {
    let DatabaseUrl::Postgres(url) = parse("postgresql://a@b/c?sslrootcert=/etc/ca.pem&sslmode=require") else {
        panic!("not PostgreSQL");
    };
    assert_eq!(url.root_certificates, Some(PathBuf::from("/etc/ca.pem")));
    let DatabaseUrl::Postgres(url) = parse("postgresql://a@b/c?sslrootcert=/etc/ca.pem") else {
        panic!("not PostgreSQL");
    };
    assert_eq!(url.root_certificates, Some(PathBuf::from("/etc/ca.pem")));
}

#[test]
fn the_number_of_connections_is_taken_out_of_the_url() {
    for (url, number) in [
        ("postgres://a@b/c", None),
        ("postgres://a@b/c?connections=3", Some(3)),
        ("postgres://a@b/c?sslmode=require&connections=64&sslrootcert=/etc/ca.pem", Some(64)),
    ] {
        let DatabaseUrl::Postgres(url) = parse(url) else { panic!("not PostgreSQL") };
        assert_eq!(url.connections, number, "{url}");
    }
    for number in ["0", "65", "many", ""] {
        let url = format!("postgres://a@b/c?connections={number}");
        let error = DatabaseUrl::parse(&url, Path::new("/data")).unwrap_err();
        assert!(error.to_string().contains("a number from 1 to 64"), "{error}");
    }
}

#[test]
fn other_texts_are_refused_without_being_repeated() {
    for url in
        ["", "sqlite:", "mysql://root:hunter2@h/d", "postgres://u:hunter2@h/d?what=1", "postgres://u:hunter2@h:x/d"]
    {
        let error = DatabaseUrl::parse(url, Path::new("/data")).unwrap_err();
        assert!(!format!("{error} {error:?}").contains("hunter2"), "{error}");
    }
}
