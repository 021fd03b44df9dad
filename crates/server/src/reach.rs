//! Whether another data center can be reached, asked before a browser is sent there: a connection is opened and closed
//! again, and what was seen is believed for a few seconds. It can be wrong, since the browser goes another way than we do:
//! the page that says so has a way on.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use tokio::net::TcpStream;
use url::{Host, Url};

/// How long an answer is believed.
const BELIEVED: Duration = Duration::from_secs(5);
/// How long a connection may take.
const PATIENCE: Duration = Duration::from_secs(2);

/// What was seen lately, by URL.
#[derive(Debug, Default)]
pub struct Reach {
    seen: Mutex<HashMap<String, (Instant, bool)>>,
}

impl Reach {
    /// Whether somebody answers at that URL of the config.
    pub async fn answers(&self, url: &str) -> bool {
        let lately = self.seen.lock().unwrap_or_else(PoisonError::into_inner).get(url).copied();
        if let Some((at, answered)) = lately
            && at.elapsed() < BELIEVED
        {
            return answered;
        }
        let answered = connects(url).await;
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).insert(url.to_owned(), (Instant::now(), answered));
        answered
    }
}

async fn connects(url: &str) -> bool {
    let Ok(url) = Url::parse(url) else { return true };
    let (Some(host), Some(port)) = (url.host(), url.port_or_known_default()) else { return true };
    let opened = async {
        match host {
            Host::Domain(name) => TcpStream::connect((name, port)).await,
            Host::Ipv4(address) => TcpStream::connect((address, port)).await,
            Host::Ipv6(address) => TcpStream::connect((address, port)).await,
        }
    };
    matches!(tokio::time::timeout(PATIENCE, opened).await, Ok(Ok(_)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn who_listens_answers_and_is_believed_for_a_while() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let reach = Reach::default();
        assert!(reach.answers(&url).await);
        drop(listener);
        assert!(reach.answers(&url).await, "what was seen a moment ago counts");
        assert!(!Reach::default().answers(&url).await);
        assert!(reach.answers("no url").await, "what cannot be asked stops nobody");
    }
}
