//! What a command does with the stores themselves: beside a server or without one.

use std::path::Path;

use anyhow::Context as _;
use grantor_server::provision::Workshop;

use crate::{log, serve};

/// Opens the stores of the config, does it, and closes them, whatever came of it. Warnings go to standard error.
pub async fn at_stores<T: Send + 'static, E: Into<anyhow::Error> + Send + 'static>(
    config: Option<&Path>,
    work: impl FnOnce(&Workshop) -> Result<T, E> + Send + 'static,
) -> anyhow::Result<T> {
    log::of_a_command();
    let config = serve::config(config)?;
    let done = tokio::task::spawn_blocking(move || -> anyhow::Result<T> {
        let shop = Workshop::open(config)?;
        let done = work(&shop);
        shop.close();
        done.map_err(Into::into)
    });
    done.await.context("the work ended early")?
}
