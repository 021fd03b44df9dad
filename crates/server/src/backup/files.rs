//! The files of a backup: their owner's alone, and durable by their names.

use std::{
    fs::{File, OpenOptions},
    io::{self, Write as _},
    path::Path,
};

/// Writes a key into a file of its own. One that is there already is left as it is, and one that could not be written whole
/// is removed: half a key opens nothing, and its name would be taken.
///
/// # Errors
/// [`io::ErrorKind::AlreadyExists`], or why it cannot be written.
pub fn keep_key(path: &Path, key: &str) -> io::Result<()> {
    let mut options = OpenOptions::new();
    let mut file = private(options.write(true).create_new(true)).open(path)?;
    let written = writeln!(file, "{key}").and_then(|()| file.sync_all());
    if written.is_err() {
        let _ = std::fs::remove_file(path);
    }
    written.and_then(|()| sync_folder_of(path))
}

/// A file that only its owner may read, empty whatever was there.
pub(super) fn private_file(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    private(options.write(true).create(true).truncate(true)).open(path)
}

fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    options
}

/// A new name is durable when its folder is.
#[cfg(unix)]
pub(super) fn sync_folder_of(file: &Path) -> io::Result<()> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder)?.sync_all()
}

#[cfg(not(unix))]
pub(super) fn sync_folder_of(_file: &Path) -> io::Result<()> {
    Ok(())
}
