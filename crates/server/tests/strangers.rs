//! What the fuzz targets found, and where they begin: every file of `fuzz/corpus` through the same properties, without
//! the fuzzer. `cargo xtask fuzz` goes on from here; a finding becomes a file there, and a test of its own.

use std::path::{Path, PathBuf};

#[cfg(test)]
#[path = "../../../fuzz/src/door.rs"]
mod door;
#[cfg(test)]
#[path = "../../../fuzz/src/files.rs"]
mod files;
#[cfg(test)]
#[path = "../../../fuzz/src/jwt.rs"]
mod jwt;
#[cfg(test)]
#[path = "../../../fuzz/src/rules.rs"]
mod rules;

#[cfg(test)]
fn fuzz() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz")
}

#[cfg(test)]
fn replay(target: &str, property: fn(&[u8])) {
    let folder = fuzz().join("corpus").join(target);
    let mut files: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert!(files.len() > 2, "{} is empty", folder.display());
    for file in files {
        println!("{}", file.display());
        property(&std::fs::read(file).unwrap());
    }
    // No property leans on what the engine never makes.
    for data in [b"".as_slice(), b"\n", b"\n\n\n", b"\xff", b"\0"] {
        property(data);
    }
}

macro_rules! replayed {
    ($($room:ident::$target:ident)*) => {
        $(#[test] fn $target() { replay(stringify!($target), $room::$target); })*

        /// Every target that the fuzzer knows.
        const TARGETS: &[&str] = &[$(stringify!($target)),*];
    };
}

replayed! {
    rules::query rules::form rules::scope rules::redirect rules::token rules::pkce rules::email rules::user_code
    rules::domain door::body door::multipart door::basic door::bearer door::cookies door::seal door::language
    door::forwarded door::own_query files::config files::provision jwt::jwt
}

#[test]
fn every_target_is_replayed() {
    let names = |folder: &str| {
        let entries = std::fs::read_dir(fuzz().join(folder)).unwrap();
        let mut names: Vec<_> =
            entries.map(|entry| entry.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    };
    let mut ours = TARGETS.to_vec();
    ours.sort_unstable();
    assert_eq!(names("fuzz_targets"), ours);
    assert_eq!(names("corpus"), ours);
}
