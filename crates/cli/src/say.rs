//! What commands tell a person. Whoever reads only the first lines (a pager, `head`) has what they want: a closed output
//! ends no command. Secrets that are shown once are told by [`crate::serve::print_made`], which does fail.

use std::{
    fmt::Display,
    io::{self, Write as _},
};

/// A line on standard output.
pub fn line(text: impl Display) {
    let _ = writeln!(io::stdout(), "{text}");
}

/// A line on standard error.
pub fn aside(text: impl Display) {
    let _ = writeln!(io::stderr(), "{text}");
}
