//! Forms are found with everything a browser would send.

use super::*;

const PAGE: &str = r#"<!doctype html><p>1 > 0</p><form method="post" action="/oauth/v2/auth?a=1&amp;b=2">
<input type="hidden" name="csrf" value="x&#39;&quot;y">
<label>Email <input type=email name=email required></label><input name="odd > one" type='password'>
<label><input type="radio" name="org" value="1">One</label><label><input type="radio" name="org" value="2">Two</label>
<input type="checkbox" name="keep" checked>
<button name="answer" value="yes"><svg><path d="m0"/></svg> Accept </button><button name="answer" value="no">Reject</button></form>
<form action="/search"><input type="submit" value="Find"></form>"#;

#[test]
fn forms_fields_and_buttons_are_found() {
    let forms = forms(PAGE);
    assert_eq!(forms.len(), 2);
    let form = &forms[0];
    assert_eq!((form.action.as_str(), form.posts), ("/oauth/v2/auth?a=1&b=2", true));
    assert_eq!(form.field("hidden").unwrap().value, "x'\"y");
    assert_eq!(form.field("password").unwrap().name, "odd > one");
    assert_eq!(form.button("Accept").unwrap().value, "yes");
    assert!(form.button("accep").is_none());
    assert!(!forms[1].posts && forms[1].button("Find").is_some());
}

#[test]
fn only_the_pressed_button_is_sent_and_one_radio() {
    let forms = forms(PAGE);
    let form = &forms[0];
    let sent = form.filled(&[("email", "a@b.example")], form.button("Reject").unwrap());
    let pair =
        |name: &str| sent.iter().filter(|(key, _)| key == name).map(|(_, value)| value.as_str()).collect::<Vec<_>>();
    assert_eq!(pair("email"), ["a@b.example"]);
    assert_eq!(pair("answer"), ["no"]);
    assert_eq!(pair("org"), ["1"]);
    assert_eq!(pair("keep"), ["on"]);
}

#[test]
fn the_button_beside_a_name_is_found() {
    let page = r#"<form method="post"><ul><li><bdi id="n1">Desk</bdi><button name="grant" value="aa" id="r">Remove</button></li>
<li><bdi id="n2">Desk &amp; Co</bdi> <span>since</span><button class="small" name="grant" value="bb">Remove</button></li></ul></form>"#;
    assert_eq!(button_beside(page, "Desk").as_deref(), Some("aa"));
    assert_eq!(button_beside(page, "Desk &amp; Co").as_deref(), Some("bb"));
    assert_eq!(button_beside(page, "Other"), None);
}
