//! What commands tell a person. Whoever reads only the first lines (a pager, `head`) has what they want: a closed output
//! ends no command. Any other output that cannot be written does, since what is missing would look like nothing.

use std::{
    fmt::Display,
    io::{self, Write as _},
};

use anyhow::Context as _;

/// A line on standard output.
pub fn line(text: impl Display) -> anyhow::Result<()> {
    let mut out = io::stdout();
    match writeln!(out, "{text}").and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error).context("standard output"),
        _ => Ok(()),
    }
}

/// A line on standard error, where nobody can be told that it was lost.
pub fn aside(text: impl Display) {
    let _ = writeln!(io::stderr(), "{text}");
}
