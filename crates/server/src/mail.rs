//! Letters to people: queued by the pages and sent by one task, so that an answer neither waits for a mail server nor
//! tells by its time whether a letter went out. A letter that is not taken is set back for a while, so that no other waits
//! for it, and tried a few times, unless it is refused for good; what stays unsent is in the log.

#[cfg(test)]
mod tests;

use std::{
    collections::{BTreeMap, VecDeque},
    path::Path,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use lettre::{
    AsyncFileTransport, AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor,
    message::{Mailbox, header::ContentType},
    transport::smtp::authentication::Credentials,
};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore, mpsc},
    time::{Instant, sleep, sleep_until},
};
use tracing::{info, warn};

use crate::{
    config::{ConfigError, MailConfig, SmtpConfig, SmtpTls},
    failure::Failure,
};

/// The most letters that wait to be sent, for the first time or again.
const QUEUE: usize = 1_024;
/// The most letters that are being written at once.
const WRITING: usize = 256;
/// Letters that a sandbox keeps to be looked at; the oldest go.
const KEPT: usize = 100;
/// Waits before a letter is tried again.
const AGAIN: [Duration; 3] = [Duration::from_secs(2), Duration::from_secs(15), Duration::from_mins(1)];
/// By how much an answer goes before the letter it promises is written.
const HEAD_START: Duration = Duration::from_millis(20);
/// How long a mail server may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// A letter: plain text.
#[derive(Clone)]
pub struct Letter {
    /// The address it goes to.
    pub to: String,
    /// One line.
    pub subject: String,
    /// The text.
    pub text: String,
}

impl std::fmt::Debug for Letter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Letter(…)")
    }
}

/// Where letters are handed in.
#[derive(Debug, Clone)]
pub struct Mail {
    queue: Option<mpsc::Sender<Waiting>>,
    /// A letter's place among those that wait is free again when it is sent or given up.
    room: Arc<Semaphore>,
    writing: Arc<Semaphore>,
    /// In a sandbox: the last letters, the newest first.
    kept: Option<Arc<Mutex<VecDeque<Letter>>>>,
}

impl Default for Mail {
    fn default() -> Self {
        let (room, writing) = (Arc::new(Semaphore::new(QUEUE)), Arc::new(Semaphore::new(WRITING)));
        Self { queue: None, room, writing, kept: None }
    }
}

/// A letter that is handed in.
#[derive(Debug)]
struct Waiting {
    letter: Letter,
    place: OwnedSemaphorePermit,
}

/// A letter as it travels.
struct Unsent {
    message: Message,
    /// How often it was not taken.
    tried: usize,
    _place: OwnedSemaphorePermit,
}

/// Why a letter was not taken.
struct NotTaken {
    why: String,
    /// It would be refused each time.
    for_good: bool,
}

enum Carrier {
    Folder(AsyncFileTransport<Tokio1Executor>),
    Smtp(AsyncSmtpTransport<Tokio1Executor>),
}

impl Mail {
    /// Starts the sending task; without a config there is no mail. `keep`: letters are kept to be looked at as well.
    ///
    /// # Errors
    /// When the folder cannot be made, or the mail server's name cannot be used.
    pub fn start(config: Option<&MailConfig>, data_dir: &Path, keep: bool) -> Result<Self, ConfigError> {
        let Some(config) = config else { return Ok(Self::default()) };
        let from: Mailbox = config.from.parse().map_err(|e| ConfigError(format!("mail: from: {e}")))?;
        let carrier = match (&config.folder, &config.smtp) {
            (Some(folder), _) => {
                let folder = data_dir.join(folder);
                std::fs::create_dir_all(&folder)
                    .map_err(|e| ConfigError(format!("mail: folder {}: {e}", folder.display())))?;
                Carrier::Folder(AsyncFileTransport::new(folder))
            }
            (None, Some(smtp)) => Carrier::Smtp(smtp_transport(smtp)?),
            (None, None) => return Ok(Self::default()),
        };
        Ok(Self { kept: keep.then(Arc::default), ..Self::carried(carrier, from, &AGAIN) })
    }

    /// With letters that are tried again after each of these waits.
    fn carried(carrier: Carrier, from: Mailbox, again: &'static [Duration]) -> Self {
        let (queue, waiting) = mpsc::channel(QUEUE);
        tokio::spawn(carry(carrier, from, again, waiting));
        Self { queue: Some(queue), ..Self::default() }
    }

    /// Whether letters can be sent at all.
    pub fn is_there(&self) -> bool {
        self.queue.is_some()
    }

    /// Hands a letter in. When the queue is full it is lost, and the log says so.
    pub fn send(&self, letter: Letter) {
        let Some(queue) = &self.queue else { return };
        if let Some(kept) = &self.kept {
            let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
            kept.truncate(KEPT - 1);
            kept.push_front(letter.clone());
        }
        let placed = Arc::clone(&self.room).try_acquire_owned().ok().map(|place| Waiting { letter, place });
        if placed.is_none_or(|waiting| queue.try_send(waiting).is_err()) {
            warn!("a letter was not sent: too many wait");
        }
    }

    /// Writes a letter after the answer: what has to be looked up for it takes nobody's time, and tells nobody anything.
    pub fn write(&self, letter: impl Future<Output = Result<Option<Letter>, Failure>> + Send + 'static) {
        let Ok(turn) = Arc::clone(&self.writing).try_acquire_owned() else {
            warn!("a letter was not written: too many are being written");
            return;
        };
        let mail = self.clone();
        tokio::spawn(async move {
            let _turn = turn;
            // Begun beside the answer, it would slow that down: 20 us of 560, which told who has an account (case K01).
            sleep(HEAD_START).await;
            match letter.await {
                Ok(Some(letter)) => mail.send(letter),
                Ok(None) => {}
                Err(failure) => warn!(error = %failure.chain(), "a letter could not be written"),
            }
        });
    }

    /// In a sandbox: the last letters, the newest first.
    pub fn kept(&self) -> Vec<Letter> {
        let Some(kept) = &self.kept else { return Vec::new() };
        kept.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }

    /// In a sandbox: forgets them.
    pub fn forget(&self) {
        if let Some(kept) = &self.kept {
            kept.lock().unwrap_or_else(PoisonError::into_inner).clear();
        }
    }
}

/// Whether letters could be sent: what the carrier says of itself, without a letter.
///
/// # Errors
/// Why not, in words.
pub async fn try_out(config: &MailConfig, data_dir: &Path) -> Result<String, String> {
    if let Some(smtp) = &config.smtp {
        let transport = smtp_transport(smtp).map_err(|e| e.0)?;
        return match transport.test_connection().await {
            Ok(true) => Ok(format!("{} takes letters", smtp.host)),
            Ok(false) => Err(format!("{} can be reached, and takes no letters", smtp.host)),
            Err(why) => Err(format!("{}: {why}", smtp.host)),
        };
    }
    let folder = data_dir.join(config.folder.as_deref().unwrap_or(Path::new("mail")));
    std::fs::create_dir_all(&folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    Ok(format!("letters are written to {}: for development only", folder.display()))
}

fn smtp_transport(config: &SmtpConfig) -> Result<AsyncSmtpTransport<Tokio1Executor>, ConfigError> {
    let host = config.host.as_str();
    let builder = match config.tls {
        SmtpTls::Implicit => AsyncSmtpTransport::<Tokio1Executor>::relay(host),
        SmtpTls::Starttls => AsyncSmtpTransport::<Tokio1Executor>::starttls_relay(host),
        SmtpTls::None => Ok(AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(host)),
    };
    let mut builder = builder.map_err(|e| ConfigError(format!("mail.smtp: {e}")))?.timeout(Some(PATIENCE));
    if let Some(port) = config.port {
        builder = builder.port(port);
    }
    if let (Some(user), Some(password)) = (&config.user, &config.password) {
        builder = builder.credentials(Credentials::new(user.clone(), password.clone()));
    }
    Ok(builder.build())
}

async fn carry(carrier: Carrier, from: Mailbox, again: &'static [Duration], mut queue: mpsc::Receiver<Waiting>) {
    // By when they are due; the number keeps two of one moment apart.
    let mut set_back: BTreeMap<(Instant, u64), Unsent> = BTreeMap::new();
    let mut numbers = 0_u64..;
    loop {
        let due = set_back.keys().next().map(|(at, _)| *at);
        let next = tokio::select! {
            handed_in = queue.recv() => match handed_in {
                Some(waiting) => addressed(&from, waiting),
                None => return,
            },
            () = sleep_until(due.unwrap_or_else(Instant::now)), if due.is_some() => {
                set_back.pop_first().map(|(_, unsent)| unsent)
            }
        };
        let Some(mut unsent) = next else { continue };
        let Err(NotTaken { why, for_good }) = carrier.send(unsent.message.clone()).await else {
            info!("a letter was sent");
            continue;
        };
        let (Some(pause), Some(number)) = (again.get(unsent.tried).filter(|_| !for_good), numbers.next()) else {
            warn!(why, "a letter was given up");
            continue;
        };
        warn!(why, "a letter was not taken; it is tried again");
        unsent.tried += 1;
        set_back.insert((Instant::now() + *pause, number), unsent);
    }
}

fn addressed(from: &Mailbox, Waiting { letter, place }: Waiting) -> Option<Unsent> {
    match written(from, &letter) {
        Ok(message) => Some(Unsent { message, tried: 0, _place: place }),
        Err(why) => {
            warn!(why, "a letter could not be written");
            None
        }
    }
}

fn written(from: &Mailbox, letter: &Letter) -> Result<Message, String> {
    let to = letter.to.parse().map_err(|_| "its address cannot be used".to_owned())?;
    Message::builder()
        .from(from.clone())
        .to(Mailbox::new(None, to))
        .subject(letter.subject.replace(['\r', '\n'], " "))
        .header(ContentType::TEXT_PLAIN)
        .body(letter.text.clone())
        .map_err(|e| e.to_string())
}

impl Carrier {
    async fn send(&self, message: Message) -> Result<(), NotTaken> {
        match self {
            Self::Folder(folder) => {
                folder.send(message).await.map(drop).map_err(|e| NotTaken { why: e.to_string(), for_good: false })
            }
            Self::Smtp(smtp) => {
                let taken = smtp.send(message).await;
                taken.map(drop).map_err(|e| NotTaken { why: e.to_string(), for_good: e.is_permanent() })
            }
        }
    }
}
