//! Files that only their owner can read: written whole or not at all, refused when others can read them.

use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

use crate::{StoreError, random_word};

/// No private file is longer, in bytes.
const LARGEST: u64 = 16 * 1024 * 1024;

fn failed(path: &Path, doing: &'static str) -> impl Fn(std::io::Error) -> StoreError {
    let path = path.to_path_buf();
    move |source| StoreError::Io { path: path.clone(), doing, source }
}

/// Reads a whole private file; `None` when there is none.
///
/// # Errors
/// [`StoreError::TooOpen`] when others may read it, [`StoreError::Io`] or [`StoreError::Unreadable`] when it cannot be read.
pub fn read(path: &Path) -> Result<Option<Vec<u8>>, StoreError> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed(path, "read")(error)),
    };
    refuse_if_open(path, &file)?;
    let mut bytes = Vec::new();
    file.take(LARGEST + 1).read_to_end(&mut bytes).map_err(failed(path, "read"))?;
    if bytes.len() as u64 > LARGEST {
        return Err(StoreError::Unreadable { path: path.to_path_buf(), why: "it is longer than 16 MiB".to_owned() });
    }
    Ok(Some(bytes))
}

/// Replaces a private file (mode 0600): whoever reads it sees the old contents or the new, and the new ones are on the
/// disk when this returns. Its folder is made (mode 0700) when it is missing.
///
/// # Errors
/// [`StoreError::Io`]; then the old contents are still there, unless only the folder could not be synced.
pub fn write(path: &Path, contents: &[u8]) -> Result<(), StoreError> {
    if contents.len() as u64 > LARGEST {
        // What cannot be read again must not take the place of what can.
        return Err(failed(path, "written")(std::io::Error::new(
            ErrorKind::FileTooLarge,
            "it would be longer than 16 MiB",
        )));
    }
    let folder = folder_of(path);
    make_folder(&folder)?;
    let random = random_word().map_err(|why| StoreError::Other(Box::new(why)))?;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let temporary = folder.join(format!(".{name}.{}.tmp", random.expose().get(..12).unwrap_or_default()));
    let written = write_new(&temporary, contents).and_then(|()| fs::rename(&temporary, path));
    if let Err(error) = written {
        // What is left of a failed attempt is of no use; the first error is the one that matters.
        drop(fs::remove_file(&temporary));
        return Err(failed(path, "written")(error));
    }
    sync_folder(&folder).map_err(failed(path, "written"))
}

/// Removes a private file; a missing one is fine.
///
/// # Errors
/// [`StoreError::Io`].
pub fn remove(path: &Path) -> Result<(), StoreError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(failed(path, "removed")(error)),
        _ => Ok(()),
    }
}

/// Opens a lock file, making it and its folder when missing. It is never removed, or two processes could lock two files.
pub(crate) fn open_lock(path: &Path) -> Result<File, StoreError> {
    make_folder(&folder_of(path))?;
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    owner_only(&mut options);
    options.open(path).map_err(failed(path, "locked"))
}

fn folder_of(path: &Path) -> PathBuf {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_path_buf(),
        _ => PathBuf::from("."),
    }
}

fn write_new(path: &Path, contents: &[u8]) -> std::io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    owner_only(&mut options);
    let mut file = options.open(path)?;
    file.write_all(contents)?;
    file.sync_all()
}

#[cfg(unix)]
fn owner_only(options: &mut OpenOptions) {
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
}

#[cfg(not(unix))]
fn owner_only(_options: &mut OpenOptions) {}

fn make_folder(folder: &Path) -> Result<(), StoreError> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder).map_err(failed(folder, "written"))
}

#[cfg(unix)]
fn refuse_if_open(path: &Path, file: &File) -> Result<(), StoreError> {
    let metadata = file.metadata().map_err(failed(path, "read"))?;
    let mode = std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o777;
    let others_may = mode & 0o077;
    if others_may == 0 { Ok(()) } else { Err(StoreError::TooOpen { path: path.to_path_buf(), mode }) }
}

#[cfg(not(unix))]
fn refuse_if_open(_path: &Path, _file: &File) -> Result<(), StoreError> {
    Ok(())
}

#[cfg(unix)]
fn sync_folder(folder: &Path) -> std::io::Result<()> {
    File::open(folder)?.sync_all()
}

#[cfg(not(unix))]
fn sync_folder(_folder: &Path) -> std::io::Result<()> {
    Ok(())
}
