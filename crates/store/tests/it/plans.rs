//! How SQLite looks for what the store asks of it: never through a whole table that grows with the installation.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use grantor_store::{DATA_CENTER, DIRECTORY, Store};
use rusqlite::Connection;

use crate::engine_support::Place;

/// Tables with a row or more for each person, grant or request.
const LARGE: [&str; 10] = [
    "access_tokens",
    "audit",
    "browser_sessions",
    "client_users",
    "clients",
    "codes",
    "grants",
    "memberships",
    "refresh_tokens",
    "users",
];

/// What may look through one: a deletion, a count or a list that is the whole table, a command of the operator, or the
/// sandbox. By how it begins.
const MAY_SCAN: [&str; 7] = [
    "SELECT COUNT(*) FROM ",
    "SELECT 1 FROM users WHERE email = $1 LIMIT 1",
    "SELECT DISTINCT realm FROM users ORDER BY realm",
    "SELECT cors_origins FROM clients",
    "SELECT id, client_type, name, homepage_url, redirect_uris, data_centers, scopes",
    "SELECT id, event, user_id, client_id, organization_id, detail, request_id FROM audit ORDER BY id DESC LIMIT $1",
    "SELECT id, name FROM clients WHERE clone_of",
];

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && path.file_name().is_none_or(|name| name != "engine") {
            sources(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
}

/// A source in which the conditions of `holds!` stand in their statements.
fn whole(source: &str) -> String {
    let mut parts = source.split("holds!(");
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (inside, rest) = part.split_once("),").unwrap();
        let literals: Vec<&str> = inside.split('"').skip(1).step_by(2).collect();
        let before = text.trim_end().strip_suffix("\",").unwrap();
        let after = rest.trim_start().strip_prefix('"').unwrap();
        text = format!("{before}LOWER({}) LIKE {}{after}", literals[0], literals[1]);
    }
    text
}

/// The statements in a source: its literals that begin like one and are not put together from others.
fn statements(source: &str) -> Vec<String> {
    let source = whole(source);
    let literals = source.split('"').skip(1).step_by(2);
    let plain = literals.map(|text| text.replace("\\\n", " ").split_whitespace().collect::<Vec<_>>().join(" "));
    plain
        .filter(|sql| ["SELECT ", "UPDATE ", "DELETE ", "WITH "].iter().any(|word| sql.starts_with(word)))
        .filter(|sql| !sql.contains('{'))
        .collect()
}

/// How SQLite would go about it; `None` when it is not a whole statement of this database.
fn plan(database: &Connection, sql: &str) -> Option<Vec<String>> {
    let asked = sql.split(" FOR UPDATE").next().unwrap_or(sql).replace('$', "?");
    let mut explained = database.prepare(&format!("EXPLAIN QUERY PLAN {asked}")).ok()?;
    let nothing = vec![rusqlite::types::Null; explained.parameter_count()];
    let steps = explained.query_map(rusqlite::params_from_iter(nothing), |row| row.get(3)).ok()?;
    steps.collect::<Result<_, _>>().ok()
}

#[test]
fn nothing_that_is_asked_often_walks_a_large_table() {
    let databases = [&DATA_CENTER, &DIRECTORY].map(|migrations| {
        let place = Place::sqlite();
        Store::open(&place.url, migrations, &place.options).unwrap().close();
        let database = Connection::open(place.file()).unwrap();
        (place, database)
    });
    let mut files = Vec::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut files);
    let (mut seen, mut faults, mut allowed) = (0, Vec::new(), BTreeSet::new());
    for sql in files.iter().flat_map(|file| statements(&fs::read_to_string(file).unwrap())) {
        for steps in databases.iter().filter_map(|(_, database)| plan(database, &sql)) {
            seen += 1;
            let scanned = steps.iter().filter_map(|step| step.strip_prefix("SCAN ")?.split(' ').next());
            let large = scanned.into_iter().any(|table| LARGE.contains(&table));
            if large {
                match MAY_SCAN.iter().find(|start| sql.starts_with(**start)) {
                    Some(start) => drop(allowed.insert(*start)),
                    None => faults.push(format!("{sql}\n    {steps:?}")),
                }
            }
            // A client may have a million of them, and one person a few.
            if steps.iter().any(|step| step.contains("grants_by_client (client_id=?)")) && sql.contains("user_id = $") {
                faults.push(format!("{sql}\n    {steps:?}"));
            }
        }
    }
    assert!(seen > 250, "only {seen} statements were found");
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert_eq!(allowed, BTreeSet::from(MAY_SCAN), "what is allowed is needed");
}

#[test]
fn an_organization_s_audit_is_read_by_the_index_of_its_filter() {
    let place = Place::sqlite();
    Store::open(&place.url, &DATA_CENTER, &place.options).unwrap().close();
    let database = Connection::open(place.file()).unwrap();
    let by_id = "id < $2 AND id >= $3 ORDER BY id DESC";
    let by_event = "(event, id) < ($5, $2) AND (event, id) >= ($5, $3) ORDER BY event DESC, id DESC";
    for (key, rest, index) in [
        ("organization_id", by_id, "audit_by_organization (organization_id=? AND id>? AND id<?)"),
        (
            "organization_id",
            by_event,
            "audit_by_organization_event (organization_id=? AND (event,id)>(?,?) AND (event,id)<(?,?))",
        ),
        ("user_id", by_id, "audit_by_user (user_id=? AND id>? AND id<?)"),
        ("client_id", by_id, "audit_by_client (client_id=? AND id>? AND id<?)"),
    ] {
        let sql = format!(
            "SELECT id, event, user_id, client_id, organization_id, detail, request_id FROM audit \
             WHERE {key} = $1 AND {rest} LIMIT $4"
        );
        assert!(include_str!("../../src/organization_audit.rs").contains(rest), "{rest}");
        let steps = plan(&database, &sql).unwrap();
        assert!(steps.len() == 1 && steps[0].contains(&format!("USING INDEX {index}")), "{sql}: {steps:?}");
    }
}
