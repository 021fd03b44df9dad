//! What is done about the credentials of a client that does not exist: all that is done about a wrong secret, so that it
//! takes as long (case D04).

use std::sync::LazyLock;

use grantor_protocol::{
    client::{self, Client, ClientRecord, ClientSecret, ClientSettings, ClientType},
    secret::SecretHash,
};

use crate::{explained, guesses::Guess, house::DataCenter, refusals::Asking, tokens};

/// A client that nobody has.
static NOBODY: LazyLock<ClientRecord> = LazyLock::new(|| ClientRecord {
    client: Client {
        id: ID.to_owned(),
        client_type: ClientType::Server,
        name: String::new(),
        homepage_url: String::new(),
        redirect_uris: Vec::new(),
        data_centers: Vec::new(),
        scopes: Vec::new(),
        grant_types: Vec::new(),
        disabled: false,
        settings: ClientSettings::default(),
    },
    secrets: vec![ClientSecret { location: None, hash: SecretHash::from_bytes([0; 32]) }],
});

/// The id of nobody, under which guesses and notices go.
pub const ID: &str = "";

/// Counts, compares and explains, for nothing but the log. `id`: as it was sent.
pub fn suspect(dc: &DataCenter, id: &str, secrets: &[&str], asking: &Asking) {
    let guess = Guess::Client(ID, asking.address);
    std::hint::black_box(dc.guesses.wait(guess, asking.now));
    client::authenticate_nobody(secrets);
    std::hint::black_box(explained::secret(&NOBODY, secrets, &dc.place.location));
    asking.claimed(tokens::masked(tokens::shown(id)).into_owned());
    dc.guesses.wrong(guess, asking.now);
}
