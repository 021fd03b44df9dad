//! The rewriting of statements, as a table.
use super::{SqlKey, for_sqlite};

#[test]
fn placeholders_become_question_marks() {
    assert_eq!(for_sqlite("SELECT a FROM t WHERE b = $2 AND c = $1"), "SELECT a FROM t WHERE b = ?2 AND c = ?1");
    assert_eq!(for_sqlite("VALUES ($1,$2,$10)"), "VALUES (?1,?2,?10)");
}

#[test]
fn quotes_and_comments_are_left_alone() {
    assert_eq!(for_sqlite("SELECT '$1', \"$2\", $3"), "SELECT '$1', \"$2\", ?3");
    assert_eq!(for_sqlite("SELECT 'it''s $1', $1"), "SELECT 'it''s $1', ?1");
    assert_eq!(for_sqlite("SELECT 1 -- costs $1\n, $1"), "SELECT 1 -- costs $1\n, ?1");
    assert_eq!(for_sqlite("SELECT /* $1 ' */ $1"), "SELECT /* $1 ' */ ?1");
    assert_eq!(for_sqlite("SELECT '€ $1', $1 - 2 / $2"), "SELECT '€ $1', ?1 - 2 / ?2");
    assert_eq!(for_sqlite("SELECT '$', $1"), "SELECT '$', ?1");
    assert_eq!(for_sqlite("SELECT '  ',\n        $1 -- a  b\n    , 2"), "SELECT '  ', ?1 -- a  b\n, 2");
}

#[test]
fn a_last_for_update_goes() {
    assert_eq!(for_sqlite("SELECT a FROM t WHERE b = $1 FOR UPDATE"), "SELECT a FROM t WHERE b = ?1");
    assert_eq!(for_sqlite("SELECT a FROM t WHERE b = $1\n  for update \n"), "SELECT a FROM t WHERE b = ?1");
    assert_eq!(for_sqlite("SELECT waitFOR UPDATE"), "SELECT waitFOR UPDATE");
    assert_eq!(for_sqlite("FOR UPDATE"), "FOR UPDATE");
    assert_eq!(for_sqlite("SELECT a FROM t r WHERE b = $1 FOR UPDATE OF r"), "SELECT a FROM t r WHERE b = ?1");
    assert_eq!(for_sqlite("SELECT a FROM t ORDER BY x OF r"), "SELECT a FROM t ORDER BY x OF r");
}

#[test]
fn a_text_is_known_by_its_place() {
    let text: &'static str = "SELECT 1 FOR UPDATE";
    assert_eq!(SqlKey::of(text), SqlKey::of(text));
    assert_ne!(SqlKey::of(text), SqlKey::of(&text[..8]));
}
