//! Answers of every shape are read, and half ones are errors.

use super::*;

fn parse(text: &str) -> io::Result<(Response, bool)> {
    read(&mut BufReader::new(text.as_bytes()))
}

#[test]
fn a_body_of_given_length() {
    let (response, keep) =
        parse("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nSet-Cookie: a=1\r\nset-cookie: b=2\r\n\r\n{}rest").unwrap();
    assert_eq!((response.status, response.body.as_str(), keep), (200, "{}", true));
    assert_eq!(response.all("set-cookie").collect::<Vec<_>>(), ["a=1", "b=2"]);
}

#[test]
fn a_body_in_chunks() {
    let (response, keep) =
        parse("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n").unwrap();
    assert_eq!((response.body.as_str(), keep), ("abcde", true));
}

#[test]
fn a_body_until_the_end_closes() {
    let (response, keep) = parse("HTTP/1.1 400 Bad Request\r\n\r\nall").unwrap();
    assert_eq!((response.status, response.body.as_str(), keep), (400, "all", false));
}

#[test]
fn a_server_that_dies_in_between_has_not_answered() {
    assert!(parse("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab").is_err());
    assert!(parse("HTTP/1.1 200 OK\r\nContent-Le").is_err());
    assert!(parse("").is_err());
}
