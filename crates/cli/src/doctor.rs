//! `grantor doctor`: looks at everything that a config promises, and says what is wrong and what to do.

use std::path::PathBuf;

use anyhow::bail;
use clap::Args;
use grantor_server::doctor::{self, Level};

use crate::{say, serve};

/// Check a deployment: databases, keys, clock, TLS, public URLs, proxy headers, mail
///
/// Works beside a running server, and changes nothing. Exit code 1 when something does not work.
#[derive(Debug, Args)]
pub struct Doctor {
    /// The config file
    #[arg(long, value_name = "FILE", env = "GRANTOR_CONFIG")]
    config: Option<PathBuf>,
}

impl Doctor {
    /// Looks, and tells.
    pub async fn run(self) -> anyhow::Result<()> {
        let config = serve::config(self.config.as_deref())?;
        let found = doctor::examine(&config).await;
        for finding in &found {
            let mark = match finding.level {
                Level::Good => "ok  ",
                Level::Warning => "warn",
                Level::Bad => "BAD ",
            };
            say::line(format_args!("{mark}  {:<20} {}", finding.what, finding.told))?;
        }
        match found.iter().filter(|finding| finding.level == Level::Bad).count() {
            0 => Ok(()),
            1 => bail!("one thing does not work"),
            bad => bail!("{bad} things do not work"),
        }
    }
}
