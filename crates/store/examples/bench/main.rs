//! What `cargo xtask bench` needs of the store: rows in great number, and a refresh's statements issued by the bare driver.
//!
//! `bench seed DATA_DIR DIRECTORY DATA_CENTER CLIENT SCOPES COUNT SAMPLE FILE` adds so many users, each with a grant,
//! its refresh token and one live access token, and writes about SAMPLE refresh tokens, evenly taken, into FILE.
//! `bench visitor DATA_DIR DIRECTORY DATA_CENTER CLIENT SCOPES USER ORGANIZATION` lets the user consent and prints the
//! cookie of a signed-in browser.
//! `bench refresh URL CONNECTIONS SECONDS FILE` repeats the statements of a refresh of the tokens in FILE.

mod refresh;
mod seed;
mod statements;
mod visitor;

use std::path::Path;
use std::time::SystemTime;

use grantor_protocol::{
    scope::ScopeList,
    time::Timestamp,
    token::{DataCenterByte, TokenId},
};
use grantor_store::{DATA_CENTER, DIRECTORY, DatabaseUrl, Migrations, Store, StoreOptions};

type Fallible<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// The data center all of this happens in.
const LOCATION: &str = "us";

fn main() -> Fallible<()> {
    statements::are_the_stores_own()?;
    let mut arguments = Arguments(std::env::args().skip(1).collect::<Vec<_>>().into_iter());
    match arguments.next("what to do")?.as_str() {
        "seed" => {
            let place = Place::open(&mut arguments)?;
            let (count, sample) = (arguments.number("how many")?, arguments.number("how many to write")?);
            seed::run(&place, count, sample, Path::new(&arguments.next("a file")?))?;
            place.close();
        }
        "visitor" => {
            let place = Place::open(&mut arguments)?;
            let user = i64::try_from(arguments.number("user")?)?;
            visitor::run(&place, user, &arguments.next("organization")?)?;
            place.close();
        }
        "refresh" => {
            let url = arguments.next("a PostgreSQL URL")?;
            let (connections, seconds) = (arguments.number("connections")?, arguments.number("seconds")?);
            refresh::run(&url, connections, seconds, Path::new(&arguments.next("a file")?))?;
        }
        other => return Err(format!("{other} is none of seed, visitor, refresh").into()),
    }
    Ok(())
}

struct Arguments(std::vec::IntoIter<String>);

impl Arguments {
    fn next(&mut self, what: &str) -> Fallible<String> {
        self.0.next().ok_or_else(|| format!("missing: {what}").into())
    }

    fn number(&mut self, what: &str) -> Fallible<u64> {
        Ok(self.next(what)?.parse()?)
    }
}

/// Where the rows go, and for which client.
struct Place {
    directory: Store,
    store: Store,
    client: String,
    scopes: ScopeList,
    byte: DataCenterByte,
}

impl Place {
    fn open(arguments: &mut Arguments) -> Fallible<Self> {
        let folder = arguments.next("data folder")?;
        let directory = open("directory", &folder, &arguments.next("directory")?, &DIRECTORY)?;
        let store = open(LOCATION, &folder, &arguments.next("data center")?, &DATA_CENTER)?;
        let bytes = directory.write_blocking(|tx| tx.data_center_bytes(&[LOCATION.to_owned()]))?;
        let byte = *bytes.get(LOCATION).ok_or("the data center has no byte")?;
        let client = arguments.next("client")?;
        let scopes = ScopeList::from_stored(&arguments.next("scopes")?);
        Ok(Self { directory, store, client, scopes, byte })
    }

    fn close(self) {
        self.store.close();
        self.directory.close();
    }
}

fn open(name: &str, folder: &str, url: &str, migrations: &Migrations) -> Fallible<Store> {
    let url = DatabaseUrl::parse(url, Path::new(folder))?;
    let options = StoreOptions {
        schema: format!("grantor_{name}"),
        at: now().millis(),
        connections: 1,
        ..StoreOptions::default()
    };
    Ok(Store::open(&url, migrations, &options)?)
}

#[expect(clippy::disallowed_methods, reason = "a program of its own, whose only clock this is")]
fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap_or_default())
}

/// An identifier of that time whose rest tells what it is for and the how-manieth it is.
fn id(at: Timestamp, byte: DataCenterByte, kind: u8, number: u64) -> TokenId {
    let mut rest = [kind; 9];
    for (to, from) in rest.iter_mut().skip(1).zip(number.to_be_bytes()) {
        *to = from;
    }
    TokenId::new(at, byte, rest)
}
