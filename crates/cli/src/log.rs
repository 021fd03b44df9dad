//! Where the log goes and how much of it: standard error, for people or as JSON lines.

use clap::{Args, ValueEnum};
use tracing_subscriber::EnvFilter;

/// How log lines look.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// The log's options.
#[derive(Debug, Args)]
pub struct Log {
    /// What is logged: error, warn, info, debug, or a filter like grantor_server=debug
    #[arg(long = "log", value_name = "FILTER", default_value = "info", env = "GRANTOR_LOG", value_parser = readable)]
    filter: String,
    /// How log lines look
    #[arg(long = "log-format", value_name = "FORMAT", value_enum, default_value = "text", env = "GRANTOR_LOG_FORMAT")]
    format: Format,
}

/// Refuses a filter that cannot be read, before anything starts.
fn readable(text: &str) -> Result<String, String> {
    if text.trim().is_empty() {
        return Err("empty; `off` logs nothing".to_owned());
    }
    EnvFilter::try_new(text).map(|_| text.to_owned()).map_err(|error| error.to_string())
}

/// Starts the log of a command that does one thing and ends: warnings and errors, for people.
pub fn of_a_command() {
    Log { filter: "warn".to_owned(), format: Format::Text }.start();
}

impl Log {
    /// Starts logging.
    pub fn start(&self) {
        let filter = EnvFilter::try_new(&self.filter).unwrap_or_else(|_| EnvFilter::new("info"));
        let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
        // Telling that a line was lost goes to the same place and panics there, in the middle of a request.
        let lines = lines.log_internal_errors(false);
        let started = match self.format {
            Format::Text => {
                let lines = lines.with_target(false);
                // On a terminal the library asks NO_COLOR by itself.
                let terminal = std::io::IsTerminal::is_terminal(&std::io::stderr());
                if terminal { lines.try_init() } else { lines.with_ansi(false).try_init() }
            }
            Format::Json => lines.json().flatten_event(true).with_current_span(false).with_span_list(false).try_init(),
        };
        // Already started (a test): keep that one.
        drop(started);
    }
}
