//! Values survive the way into a query and back.

use super::*;

#[test]
fn values_survive_encoding() {
    let odd = "a b&c=d%+ü/";
    let query = form(&[("x", "1"), ("y z", odd)]);
    assert_eq!(parameter(&query, "y z").as_deref(), Some(odd));
    assert_eq!(parameter(&query, "none"), None);
    assert_eq!(parameter("a=b+c", "a").as_deref(), Some("b c"));
}
