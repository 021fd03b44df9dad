//! Letters that a mail server does not take, and those that wait behind them.

use std::collections::BTreeMap;

use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader},
    net::{TcpListener, TcpStream},
};

use super::*;
use crate::tests::harness::eventually;

/// Soon enough to be waited for in a test …
const AT_ONCE: [Duration; 3] = [Duration::ZERO; 3];
/// … and never.
const NEVER: [Duration; 3] = [Duration::from_hours(24); 3];

/// What a mail server says to recipients: each answer once, the last one for good; others are welcome.
type Answers = BTreeMap<String, Vec<&'static str>>;

#[derive(Debug, Default)]
struct Seen {
    /// Whom letters were for, in order, taken or not.
    asked: Vec<String>,
    /// Whose letters were taken, in order.
    taken: Vec<String>,
}

struct Server {
    mail: Mail,
    seen: Arc<Mutex<Seen>>,
}

impl Server {
    async fn start(again: &'static [Duration], answers: &[(&str, &[&'static str])]) -> Self {
        let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let config = SmtpConfig {
            host: "127.0.0.1".to_owned(),
            port: Some(socket.local_addr().unwrap().port()),
            tls: SmtpTls::None,
            user: None,
            password: None,
        };
        let answers = answers.iter().map(|(to, said)| ((*to).to_owned(), said.to_vec())).collect();
        let (answers, seen) = (Arc::new(Mutex::new(answers)), Arc::<Mutex<Seen>>::default());
        let told = Arc::clone(&seen);
        tokio::spawn(async move {
            while let Ok((stream, _)) = socket.accept().await {
                tokio::spawn(converse(stream, Arc::clone(&answers), Arc::clone(&told)));
            }
        });
        let from = "Grantor <grantor@zylker.example>".parse().unwrap();
        Self { mail: Mail::carried(Carrier::Smtp(smtp_transport(&config).unwrap()), from, again), seen }
    }

    fn send(&self, name: &str) {
        let to = format!("{name}@zylker.example");
        self.mail.send(Letter { to, subject: "A letter".to_owned(), text: "Its text.\n".to_owned() });
    }

    async fn has_taken(&self, names: &[&str]) {
        eventually("it is taken", async || self.seen.lock().unwrap().taken.len() >= names.len()).await;
        assert_eq!(self.seen.lock().unwrap().taken, names);
    }

    /// No letter waits, in the queue or set back.
    async fn is_done(&self) {
        eventually("none waits", async || self.waiting() == 0).await;
    }

    fn waiting(&self) -> usize {
        QUEUE - self.mail.room.available_permits()
    }

    fn asked(&self) -> Vec<String> {
        self.seen.lock().unwrap().asked.clone()
    }
}

async fn converse(stream: TcpStream, answers: Arc<Mutex<Answers>>, seen: Arc<Mutex<Seen>>) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    stream.write_all(b"220 mail.example\r\n").await?;
    let (mut line, mut to, mut text) = (String::new(), String::new(), false);
    loop {
        line.clear();
        if stream.read_line(&mut line).await? == 0 {
            return Ok(());
        }
        let said = line.trim_end();
        let answer = if text && said != "." {
            continue;
        } else if text {
            text = false;
            seen.lock().unwrap().taken.push(std::mem::take(&mut to));
            "250 taken"
        } else if let Some(rest) = said.strip_prefix("RCPT TO:<") {
            to = rest.split('@').next().unwrap().to_owned();
            seen.lock().unwrap().asked.push(to.clone());
            match answers.lock().unwrap().get_mut(&to) {
                None => "250 welcome",
                Some(left) if left.len() > 1 => left.remove(0),
                Some(left) => left[0],
            }
        } else if said == "DATA" {
            text = true;
            "354 go on"
        } else {
            "250 mail.example"
        };
        stream.write_all(format!("{answer}\r\n").as_bytes()).await?;
    }
}

#[tokio::test]
async fn a_letter_that_is_refused_for_good_is_tried_once_and_holds_up_nobody() {
    let server = Server::start(&NEVER, &[("nobody", &["550 no such user"])]).await;
    server.send("nobody");
    server.send("alice");
    server.has_taken(&["alice"]).await;
    server.is_done().await;
    assert_eq!(server.asked(), ["nobody", "alice"]);
}

#[tokio::test]
async fn a_letter_that_is_set_back_holds_up_nobody_and_keeps_its_place() {
    let server = Server::start(&NEVER, &[("full", &["452 the mailbox is full"])]).await;
    server.send("full");
    server.send("alice");
    server.send("full");
    server.send("bob");
    server.has_taken(&["alice", "bob"]).await;
    eventually("two wait", async || server.waiting() == 2).await;
    assert_eq!(server.asked(), ["full", "alice", "full", "bob"]);
}

#[tokio::test]
async fn a_letter_that_is_set_back_is_tried_four_times() {
    let later = "451 later";
    let answers: [(&str, &[&'static str]); 2] = [("grey", &[later, later, later, "250 now"]), ("black", &[later])];
    let server = Server::start(&AT_ONCE, &answers).await;
    server.send("grey");
    server.has_taken(&["grey"]).await;
    server.send("black");
    server.is_done().await;
    assert_eq!(server.asked(), ["grey", "grey", "grey", "grey", "black", "black", "black", "black"]);
}

#[tokio::test]
async fn no_more_letters_wait_than_may() {
    let server = Server::start(&NEVER, &[("full", &["452 the mailbox is full"])]).await;
    // All places but one are taken.
    let others = server.mail.room.acquire_many(u32::try_from(QUEUE - 1).unwrap()).await.unwrap();
    server.send("full");
    eventually("it is set back", async || server.asked().len() == 1).await;
    assert_eq!(server.waiting(), QUEUE);
    server.send("alice");
    drop(others);
    server.send("bob");
    server.has_taken(&["bob"]).await;
    assert_eq!(server.asked(), ["full", "bob"], "the one too many is lost");
}
