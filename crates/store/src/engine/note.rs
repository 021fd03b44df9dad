//! A number in the file beside a database that locks it. An operator's command puts a new one there after a commit that
//! matters to the server, and the server looks whether it is still the one it knows.

use std::fs::File;
use std::io;
use std::path::PathBuf;
use std::sync::OnceLock;

use super::files::private;

#[derive(Debug, Default)]
pub(crate) struct Note {
    /// None for one that nobody can write: of no file, or on a system where it cannot be read while it is locked.
    path: Option<PathBuf>,
    read: OnceLock<Option<File>>,
}

impl Note {
    pub(super) fn of(path: PathBuf) -> Self {
        Self { path: Some(path).filter(|_| cfg!(unix)), read: OnceLock::new() }
    }

    /// What it says; 0 when it says nothing.
    pub(super) fn number(&self) -> u64 {
        let open = || self.path.as_ref().and_then(|path| File::open(path).ok());
        self.read.get_or_init(open).as_ref().and_then(|file| number_in(file).ok()).unwrap_or(0)
    }

    /// Puts a number there that was never there before.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub(super) fn renew(&self) -> io::Result<()> {
        let Some(path) = &self.path else { return Ok(()) };
        let mut number = [0; 8];
        aws_lc_rs::rand::fill(&mut number).map_err(io::Error::other)?;
        write_number(&private().write(true).open(path)?, number)
    }
}

#[cfg(unix)]
fn number_in(file: &File) -> io::Result<u64> {
    let mut bytes = [0; 8];
    std::os::unix::fs::FileExt::read_exact_at(file, &mut bytes, 0)?;
    Ok(u64::from_be_bytes(bytes))
}

#[cfg(not(unix))]
fn number_in(_file: &File) -> io::Result<u64> {
    Err(io::ErrorKind::Unsupported.into())
}

#[cfg(unix)]
fn write_number(file: &File, number: [u8; 8]) -> io::Result<()> {
    std::os::unix::fs::FileExt::write_all_at(file, &number, 0)
}

#[cfg(not(unix))]
fn write_number(_file: &File, _number: [u8; 8]) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn every_renewal_is_seen() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("test.db.lock");
        File::create(&path).unwrap();
        let (server, command) = (Note::of(path.clone()), Note::of(path));
        let mut seen = vec![server.number()];
        assert_eq!(seen, [0]);
        for _ in 0..3 {
            command.renew().unwrap();
            assert!(!seen.contains(&server.number()));
            seen.push(server.number());
        }
    }

    #[test]
    fn what_has_no_file_says_nothing() {
        let note = Note::default();
        assert_eq!(note.number(), 0);
        note.renew().unwrap();
        assert_eq!(note.number(), 0);
    }
}
