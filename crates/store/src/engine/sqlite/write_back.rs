//! Writing pages of the file back a few at a time. A sync of thousands of scattered pages keeps the device busy for a
//! tenth of a second, and every commit waits behind them; in slices, a commit waits for one slice.

use std::fs::File;
use std::io;
use std::ops::Range;
use std::path::Path;
use std::thread;
use std::time::Duration;

/// So many pages are handed to the device …
const SLICE: usize = 4;
/// … and then this long none: about as long as a slow one takes for them.
const PAUSE: Duration = Duration::from_micros(150);
/// But the log may grow meanwhile by no more than a page for so many: what comes after it must be shorter, or the copying
/// never ends. A device that lets the log grow fast does not need the pauses.
const FOR_ONE_MORE: usize = 3;

/// Fewer than these are not worth it …
const FEW: usize = 256;
/// … and so many in a row go to the device as one.
const ROW: usize = 8;

/// Lengths in the log (<https://www.sqlite.org/fileformat2.html#walformat>): its head, and the head of each frame, which
/// begins with the number of the page that follows.
const LOG_HEAD: u64 = 32;
const FRAME_HEAD: u64 = 24;

/// Asks the system to write back the pages that these frames of the log were copied to, with pauses as long as the log,
/// whose length in pages `length` tells, does not grow too much. What is not written when it returns is left for the sync.
///
/// # Errors
/// When the log cannot be read.
pub(super) fn write_back(file: &File, log: &Path, frames: Range<u32>, length: impl Fn() -> u32) -> io::Result<()> {
    let before = length();
    let (pages, size) = pages_of(log, frames)?;
    let pages = scattered(&pages);
    if pages.len() < FEW {
        return Ok(());
    }
    for (slice, written) in pages.chunks(SLICE).zip((SLICE..).step_by(SLICE)) {
        for page in slice {
            begin(file, u64::from(page.saturating_sub(1)) * size, size)?;
        }
        if in_time(written, length().saturating_sub(before)) {
            thread::park_timeout(PAUSE);
        }
    }
    Ok(())
}

/// Whether there is time for a pause, after so many pages, during which the log grew by so many.
fn in_time(written: usize, grown: u32) -> bool {
    usize::try_from(grown).is_ok_and(|grown| grown.saturating_mul(FOR_ONE_MORE) <= written)
}

/// The pages in these frames, counted from 0, each once and in their order in the file; and the size of a page in bytes.
fn pages_of(log: &Path, frames: Range<u32>) -> io::Result<(Vec<u32>, u64)> {
    let log = File::open(log)?;
    let size = u64::from(number_at(&log, 8)?);
    let mut pages = Vec::with_capacity(frames.len());
    for frame in frames {
        pages.push(number_at(&log, LOG_HEAD + u64::from(frame) * (FRAME_HEAD + size))?);
    }
    pages.sort_unstable();
    pages.dedup();
    Ok((pages, size))
}

/// The pages that have few neighbours among them.
fn scattered(pages: &[u32]) -> Vec<u32> {
    let rows = pages.chunk_by(|one, next| next - one == 1);
    rows.filter(|row| row.len() < ROW).flatten().copied().collect()
}

#[cfg(unix)]
fn number_at(log: &File, offset: u64) -> io::Result<u32> {
    let mut bytes = [0; 4];
    std::os::unix::fs::FileExt::read_exact_at(log, &mut bytes, offset)?;
    Ok(u32::from_be_bytes(bytes))
}

#[cfg(not(unix))]
fn number_at(_log: &File, _offset: u64) -> io::Result<u32> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Linux begins to write back what it is told will not be needed, and keeps a page that is not named whole; so nothing
/// is thrown out of its cache.
#[cfg(target_os = "linux")]
fn begin(file: &File, offset: u64, length: u64) -> io::Result<()> {
    use rustix::fs::{Advice, fadvise};
    fadvise(file, offset, std::num::NonZeroU64::new(length - 1), Advice::DontNeed)?;
    Ok(())
}

#[cfg(not(target_os = "linux"))]
fn begin(_file: &File, _offset: u64, _length: u64) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

#[cfg(test)]
mod tests {
    use super::super::session::{PASSIVE, Session};
    use super::*;

    #[test]
    fn the_pages_of_the_log_are_those_that_were_changed() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("test.db");
        let session = Session::writer(&file).unwrap();
        session.batch("CREATE TABLE item (id INTEGER PRIMARY KEY, data BLOB)").unwrap();
        for _ in 0..20 {
            session.batch("INSERT INTO item (data) VALUES (zeroblob(3000))").unwrap();
        }
        session.checkpoint(PASSIVE).unwrap();
        let told = session.checkpoint(PASSIVE).unwrap();
        let log = super::super::beside(&file, "-wal");
        let (pages, size) = pages_of(&log, 0..told.copied).unwrap();
        let count = session.connection().query_row("PRAGMA page_count", [], |row| row.get::<_, u32>(0)).unwrap();
        assert_eq!(size, 4096);
        assert!(pages.len() > 10 && pages.len() < told.copied as usize, "{pages:?} of {told:?}");
        assert!(pages.windows(2).all(|two| two[0] < two[1]), "{pages:?}");
        assert!(pages.iter().all(|page| (1..=count).contains(page)), "{pages:?} of {count}");
        let file = File::open(&file).unwrap();
        write_back(&file, &log, 0..told.copied, || told.copied).unwrap();
        if cfg!(target_os = "linux") {
            begin(&file, u64::from(pages[0]) * size, size).unwrap();
        }
        assert!(pages_of(&log, 0..1_000_000).is_err(), "a log that is shorter");
    }

    #[test]
    fn pauses_end_when_the_log_grows_by_a_third_of_what_is_written() {
        assert!(in_time(4, 0) && in_time(4, 1) && in_time(4_400, 1_466));
        assert!(!in_time(4, 2) && !in_time(4_400, 1_467) && !in_time(4, u32::MAX));
    }

    #[test]
    fn rows_of_pages_are_left_for_the_sync() {
        let row: Vec<u32> = (100..108).collect();
        let pages = [&[1, 2, 5][..], &row, &[200, 202]].concat();
        assert_eq!(scattered(&pages), [1, 2, 5, 200, 202]);
        assert!(scattered(&[]).is_empty());
    }
}
