//! What a command does with the stores themselves: beside a server or without one.

use std::path::Path;

use anyhow::Context as _;
use grantor_server::{
    Config,
    provision::{ProvisionError, Workshop},
};

use crate::{log, serve};

/// Opens the stores of the config, does it, and closes them, whatever came of it. Warnings go to standard error. Stores that
/// were never made are an error: there is nothing in them to look at or to keep.
pub async fn at_stores<T: Send + 'static, E: Into<anyhow::Error> + Send + 'static>(
    config: Option<&Path>,
    work: impl FnOnce(&Workshop) -> Result<T, E> + Send + 'static,
) -> anyhow::Result<T> {
    at(config, Workshop::open_existing, work).await
}

/// The same, and makes the stores that are not there.
pub async fn at_new_stores<T: Send + 'static, E: Into<anyhow::Error> + Send + 'static>(
    config: Option<&Path>,
    work: impl FnOnce(&Workshop) -> Result<T, E> + Send + 'static,
) -> anyhow::Result<T> {
    at(config, Workshop::open, work).await
}

async fn at<T: Send + 'static, E: Into<anyhow::Error> + Send + 'static>(
    config: Option<&Path>,
    open: fn(Config) -> Result<Workshop, ProvisionError>,
    work: impl FnOnce(&Workshop) -> Result<T, E> + Send + 'static,
) -> anyhow::Result<T> {
    log::of_a_command();
    let config = serve::config(config)?;
    let done = tokio::task::spawn_blocking(move || -> anyhow::Result<T> {
        let shop = open(config)?;
        let done = work(&shop);
        shop.close();
        done.map_err(Into::into)
    });
    done.await.context("the work ended early")?
}
