//! Fresh credentials, shown this once: to copy, to download, or as a file's text.

/// What `console/credentials.html` shows.
#[derive(Clone)]
pub struct Credentials<'a> {
    pub client_id: &'a str,
    /// None for a client without secrets.
    pub secrets: Vec<ShownSecret<'a>>,
    /// The text of the file.
    pub file: String,
}

impl std::fmt::Debug for Credentials<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Credentials").field("client_id", &self.client_id).finish_non_exhaustive()
    }
}

/// One secret.
#[derive(Clone, Copy)]
pub struct ShownSecret<'a> {
    /// Empty: good at all data centers.
    pub location: &'a str,
    pub place: &'a str,
    pub secret: &'a str,
}

impl std::fmt::Debug for ShownSecret<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ShownSecret").field("location", &self.location).finish_non_exhaustive()
    }
}
