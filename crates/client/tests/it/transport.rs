//! Servers that are not there, and places secrets may not go.

use grantor_client::{BaseUrl, Client, Clock, DataCenters, Error, MemoryStore, Settings, TransportCause};

use crate::stub::{START, Stub};

#[tokio::test]
async fn nobody_listens() {
    let free = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", free.local_addr().unwrap());
    drop(free);
    let settings = Settings::new(BaseUrl::parse(&url).unwrap(), "c");
    let client = Client::new(settings, MemoryStore::new(), Clock::fixed(START));
    match client.data_centers().await {
        Err(Error::Transport(error)) => assert!(matches!(error.cause, TransportCause::NoConnection { .. }), "{error}"),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn the_table_leaves_out_what_may_not_be_used() {
    let stub = Stub::start().await;
    stub.data_centers(
        &[("us", "https://accounts.example.com/"), ("xx", "http://accounts.example.org"), ("yy", "nonsense")],
        &[],
    );
    let table = stub.client().data_centers().await.unwrap();
    let expected = DataCenters::new([("us".to_owned(), BaseUrl::parse("https://accounts.example.com").unwrap())], []);
    assert_eq!(table, expected);
    stub.answers("/oauth/serverinfo", &[(200, r#"{"result":"failure"}"#)]);
    assert!(matches!(stub.client().data_centers().await, Err(Error::Transport(_))));
}
