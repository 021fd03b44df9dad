//! Backups: every store of a config in one encrypted file, made beside a running server, checked and restored
//! (docs/operating.md). What is in the file cannot be read, changed, cut off or reordered without its key.
//!
//! The file begins with a line that says so and sixteen random bytes. Then come chunks of at most 64 KiB: four bytes of
//! length (the highest bit marks the last chunk) and AES-256-GCM under a key made for this file alone (HKDF of the key
//! and the random bytes), with the chunk's number as nonce. Inside are lines of text, one store after the other.

mod files;

use std::{
    io::{BufReader, BufWriter, Read, Write},
    path::{Path, PathBuf},
    sync::mpsc,
    thread,
};

use aws_lc_rs::{
    aead::{AES_256_GCM, Aad, LessSafeKey, MAX_TAG_LEN, NONCE_LEN, Nonce, UnboundKey},
    hkdf,
};
use data_encoding::HEXLOWER;
use grantor_store::{DATA_CENTER, DIRECTORY, DumpTotals, Migrations, Restoring, Store, StoreError};

use crate::{
    entropy::{Entropy, NoEntropy},
    provision::{ProvisionError, Workshop},
};

pub use files::keep_key;

use files::{private_file, sync_folder_of};

/// What the file begins with.
const MAGIC: &[u8] = b"grantor backup 1\n";
/// The most that one chunk holds in the clear.
const CHUNK: usize = 64 * 1024;
/// The bit of a chunk's length that marks the last one.
const LAST: u32 = 1 << 31;
/// Lines that wait to be written.
const QUEUE: usize = 4_096;

/// Why there is no backup, or why one cannot be used: a sentence for the operator.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// A file could not be read or written.
    #[error("{}: {why}", file.display())]
    File {
        /// Which.
        file: PathBuf,
        /// Why.
        why: std::io::Error,
    },
    /// The key file holds no key.
    #[error("{} holds no backup key (64 hex digits); make one with: grantor backup --make-key FILE", .0.display())]
    NoKey(PathBuf),
    /// It does not begin as a backup does.
    #[error("{} is no backup of Grantor", .0.display())]
    NotABackup(PathBuf),
    /// It was changed or cut off, or belongs to another key.
    #[error("{} cannot be opened: it was damaged, cut off, or made with another key", .0.display())]
    Sealed(PathBuf),
    /// What is in it does not fit.
    #[error("the store of {store}: {why}")]
    Store {
        /// Which store.
        store: String,
        /// Why.
        why: StoreError,
    },
    /// A restore needs empty stores.
    #[error("the store of {0} is not empty; restore into new databases (or remove the files of the old ones first)")]
    NotEmpty(String),
    /// The backup has a data center that the config does not serve.
    #[error("the backup holds the data center {0:?}, which this config does not serve")]
    NotServed(String),
    /// The stores could not be opened.
    #[error(transparent)]
    Open(#[from] ProvisionError),
    /// There were no random bytes.
    #[error(transparent)]
    NoEntropy(#[from] NoEntropy),
}

/// One store in a backup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// `directory`, or a data center's location.
    pub store: String,
    /// How much of it.
    pub totals: DumpTotals,
}

/// A new key, for a file that only its owner may read.
///
/// # Errors
/// When there are no random bytes.
pub fn make_key() -> Result<String, BackupError> {
    let key: [u8; 32] = Entropy::default().bytes()?;
    Ok(HEXLOWER.encode(&key))
}

/// Writes every store that the config serves. The file appears under its name only when it is whole.
///
/// # Errors
/// Why it was not made.
pub fn make(shop: &Workshop, to: &Path, key: &Path) -> Result<Vec<Kept>, BackupError> {
    let key = read_key(key)?;
    let mut unfinished = to.as_os_str().to_owned();
    unfinished.push(".unfinished");
    let unfinished = PathBuf::from(unfinished);
    let done = write(shop, &unfinished, &key).and_then(|kept| {
        let named = std::fs::rename(&unfinished, to).and_then(|()| sync_folder_of(to));
        named.map_err(|why| BackupError::File { file: to.to_owned(), why })?;
        Ok(kept)
    });
    if done.is_err() {
        // What is left of it is of no use; it may not even be there.
        let _ = std::fs::remove_file(&unfinished);
    }
    done
}

fn write(shop: &Workshop, unfinished: &Path, key: &[u8; 32]) -> Result<Vec<Kept>, BackupError> {
    let wrong = |why| BackupError::File { file: unfinished.to_owned(), why };
    let file = private_file(unfinished).map_err(wrong)?;
    let salt: [u8; 16] = shop.entropy.bytes()?;
    let mut out = Sealing::begin(BufWriter::new(file), key, &salt).map_err(wrong)?;
    let mut kept = Vec::new();
    // The directory first: whatever it names was there before, in a data center's store, and is found there.
    for (name, store, migrations) in stores(shop) {
        out.line(&format!("# {name}")).map_err(wrong)?;
        let (send, lines) = mpsc::sync_channel(QUEUE);
        let dumping = {
            let store = store.clone();
            thread::spawn(move || store.dump_blocking(migrations, send))
        };
        let mut written = Ok(());
        for line in &lines {
            written = out.line(&line);
            if written.is_err() {
                break;
            }
        }
        drop(lines);
        let totals = dumping.join().unwrap_or(Err(StoreError::Panicked));
        written.map_err(wrong)?;
        let totals = totals.map_err(|why| BackupError::Store { store: name.clone(), why })?;
        kept.push(Kept { store: name, totals });
    }
    out.end().map_err(wrong)?;
    Ok(kept)
}

/// Reads a whole backup and says what is in it, without any store.
///
/// # Errors
/// What is wrong with it.
pub fn verify(from: &Path, key: &Path) -> Result<Vec<Kept>, BackupError> {
    carry(from, key, |_| Ok(None))
}

/// Writes a backup into the stores of the config, which must be empty.
///
/// # Errors
/// What is wrong; nothing was written unless a database failed midway.
pub fn restore(shop: &Workshop, from: &Path, key: &Path) -> Result<Vec<Kept>, BackupError> {
    // A backup that is damaged somewhere is found out before anything is written.
    let whole = verify(from, key)?;
    for kept in &whole {
        let (store, migrations) = find(shop, &kept.store)?;
        let rows = store.read_blocking(move |tx| tx.rows_of(migrations, 1));
        if rows.map_err(|why| BackupError::Store { store: kept.store.clone(), why })? > 0 {
            return Err(BackupError::NotEmpty(kept.store.clone()));
        }
    }
    // It takes many commits. Nobody opens what one that breaks off leaves, for it would look whole.
    mark(shop, &whole, true)?;
    let kept = carry(from, key, |name| Ok(Some(find(shop, name)?.0.clone())))?;
    mark(shop, &whole, false)?;
    Ok(kept)
}

fn mark(shop: &Workshop, stores: &[Kept], unfinished: bool) -> Result<(), BackupError> {
    for Kept { store, .. } in stores {
        let marked = find(shop, store)?.0.write_blocking(move |tx| tx.mark_restore(unfinished));
        marked.map_err(|why| BackupError::Store { store: store.clone(), why })?;
    }
    Ok(())
}

fn stores(shop: &Workshop) -> Vec<(String, &Store, &'static Migrations)> {
    let directory = std::iter::once(("directory".to_owned(), &shop.stores.directory, &DIRECTORY));
    directory.chain(shop.stores.data_centers.iter().map(|(name, store)| (name.clone(), store, &DATA_CENTER))).collect()
}

fn find<'s>(shop: &'s Workshop, name: &str) -> Result<(&'s Store, &'static Migrations), BackupError> {
    let found = stores(shop).into_iter().find(|(known, ..)| known == name);
    found.map(|(_, store, migrations)| (store, migrations)).ok_or_else(|| BackupError::NotServed(name.to_owned()))
}

/// Hands every line to its store's end, which writes it or only checks it.
fn carry(
    from: &Path,
    key: &Path,
    mut into: impl FnMut(&str) -> Result<Option<Store>, BackupError>,
) -> Result<Vec<Kept>, BackupError> {
    let key = read_key(key)?;
    let file = std::fs::File::open(from).map_err(|why| BackupError::File { file: from.to_owned(), why })?;
    let mut opening = Opening::begin(BufReader::new(file), &key, from)?;
    let mut kept = Vec::new();
    let mut open: Option<(String, Restoring)> = None;
    while let Some(line) = opening.line()? {
        if let Some(name) = line.strip_prefix("# ") {
            finish(open.take(), &mut kept)?;
            let migrations = if name == "directory" { &DIRECTORY } else { &DATA_CENTER };
            open = Some((name.to_owned(), Restoring::begin(migrations, into(name)?)));
        } else if let Some((name, restoring)) = &mut open {
            restoring.line(&line).map_err(|why| BackupError::Store { store: name.clone(), why })?;
        } else {
            return Err(BackupError::NotABackup(from.to_owned()));
        }
    }
    finish(open, &mut kept)?;
    Ok(kept)
}

fn finish(open: Option<(String, Restoring)>, kept: &mut Vec<Kept>) -> Result<(), BackupError> {
    if let Some((store, restoring)) = open {
        let totals = restoring.end().map_err(|why| BackupError::Store { store: store.clone(), why })?;
        kept.push(Kept { store, totals });
    }
    Ok(())
}

fn read_key(file: &Path) -> Result<[u8; 32], BackupError> {
    let text = std::fs::read_to_string(file).map_err(|why| BackupError::File { file: file.to_owned(), why })?;
    let bytes = HEXLOWER.decode(text.trim().as_bytes()).ok().and_then(|bytes| bytes.try_into().ok());
    bytes.ok_or_else(|| BackupError::NoKey(file.to_owned()))
}

/// The key of one file.
fn file_key(key: &[u8; 32], salt: &[u8; 16]) -> Option<LessSafeKey> {
    let prk = hkdf::Salt::new(hkdf::HKDF_SHA256, salt).extract(key);
    let mut bytes = [0; 32];
    prk.expand(&[MAGIC], hkdf::HKDF_SHA256).ok()?.fill(&mut bytes).ok()?;
    UnboundKey::new(&AES_256_GCM, &bytes).ok().map(LessSafeKey::new)
}

/// Every chunk has a number of its own, and the last one says that it is.
fn nonce(number: u64) -> Nonce {
    let mut bytes = [0; NONCE_LEN];
    for (to, from) in bytes.iter_mut().rev().zip(number.to_le_bytes()) {
        *to = from;
    }
    Nonce::assume_unique_for_key(bytes)
}

fn broken() -> std::io::Error {
    std::io::Error::other("a chunk could not be sealed")
}

struct Sealing<W: Write> {
    out: W,
    key: LessSafeKey,
    waiting: Vec<u8>,
    number: u64,
}

impl<W: Write> Sealing<W> {
    fn begin(mut out: W, key: &[u8; 32], salt: &[u8; 16]) -> std::io::Result<Self> {
        out.write_all(MAGIC)?;
        out.write_all(salt)?;
        let key = file_key(key, salt).ok_or_else(broken)?;
        Ok(Self { out, key, waiting: Vec::with_capacity(2 * CHUNK), number: 0 })
    }

    fn line(&mut self, line: &str) -> std::io::Result<()> {
        self.waiting.extend_from_slice(line.as_bytes());
        self.waiting.push(b'\n');
        while self.waiting.len() > CHUNK {
            let rest = self.waiting.split_off(CHUNK);
            let chunk = std::mem::replace(&mut self.waiting, rest);
            self.chunk(chunk, false)?;
        }
        Ok(())
    }

    fn chunk(&mut self, mut chunk: Vec<u8>, last: bool) -> std::io::Result<()> {
        let mark = [u8::from(last)];
        self.key.seal_in_place_append_tag(nonce(self.number), Aad::from(mark), &mut chunk).map_err(|_| broken())?;
        self.number += 1;
        let length = u32::try_from(chunk.len()).map_err(|_| broken())? | if last { LAST } else { 0 };
        self.out.write_all(&length.to_be_bytes())?;
        self.out.write_all(&chunk)
    }

    fn end(mut self) -> std::io::Result<()>
    where
        W: Durable,
    {
        let rest = std::mem::take(&mut self.waiting);
        self.chunk(rest, true)?;
        self.out.flush()?;
        self.out.keep()
    }
}

/// What can be made durable.
trait Durable {
    fn keep(&mut self) -> std::io::Result<()>;
}

impl Durable for BufWriter<std::fs::File> {
    fn keep(&mut self) -> std::io::Result<()> {
        self.get_ref().sync_all()
    }
}

struct Opening<'f, R: Read> {
    from: R,
    file: &'f Path,
    key: LessSafeKey,
    number: u64,
    clear: Vec<u8>,
    /// How much of `clear` was handed out.
    taken: usize,
    ended: bool,
}

impl<'f, R: Read> Opening<'f, R> {
    fn begin(mut from: R, key: &[u8; 32], file: &'f Path) -> Result<Self, BackupError> {
        let mut head = [0; 17];
        let mut salt = [0; 16];
        let read = from.read_exact(&mut head).and_then(|()| from.read_exact(&mut salt));
        if read.is_err() || head != *MAGIC {
            return Err(BackupError::NotABackup(file.to_owned()));
        }
        let key = file_key(key, &salt).ok_or_else(|| BackupError::Sealed(file.to_owned()))?;
        Ok(Self { from, file, key, number: 0, clear: Vec::new(), taken: 0, ended: false })
    }

    /// The next line, without its end.
    fn line(&mut self) -> Result<Option<String>, BackupError> {
        let sealed = || BackupError::Sealed(self.file.to_owned());
        loop {
            let rest = self.clear.get(self.taken..).unwrap_or_default();
            if let Some(at) = rest.iter().position(|b| *b == b'\n') {
                let line = rest.get(..at).and_then(|line| std::str::from_utf8(line).ok()).map(str::to_owned);
                let line = line.ok_or_else(sealed)?;
                self.taken += at + 1;
                return Ok(Some(line));
            }
            if self.ended {
                return if rest.is_empty() { Ok(None) } else { Err(sealed()) };
            }
            self.clear.drain(..self.taken);
            self.taken = 0;
            self.next_chunk()?;
        }
    }

    fn next_chunk(&mut self) -> Result<(), BackupError> {
        let sealed = || BackupError::Sealed(self.file.to_owned());
        let mut length = [0; 4];
        self.from.read_exact(&mut length).map_err(|_| sealed())?;
        let length = u32::from_be_bytes(length);
        let (last, length) = (length & LAST != 0, (length & !LAST) as usize);
        if length > CHUNK + MAX_TAG_LEN {
            return Err(sealed());
        }
        let mut chunk = vec![0; length];
        self.from.read_exact(&mut chunk).map_err(|_| sealed())?;
        let opened = self.key.open_in_place(nonce(self.number), Aad::from([u8::from(last)]), &mut chunk);
        let clear = opened.map_err(|_| sealed())?;
        self.clear.extend_from_slice(clear);
        self.number += 1;
        self.ended = last;
        if last && self.from.read(&mut [0]).is_ok_and(|more| more > 0) {
            return Err(sealed());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
