//! What every page owes every person: one heading, a language, a name for each control, enough contrast in both color
//! schemes, and no sideways scrolling on a narrow screen.

use anyhow::{Context as _, Result, ensure};
use fantoccini::Client;
use serde_json::json;

use crate::elements::developer_tools;
use crate::environment;

/// Runs in the page; answers a list of faults.
const FAULTS: &str = include_str!("accessibility.js");

/// The narrowest screen that must do, in CSS pixels.
const NARROW: u32 = 320;

/// Asks axe, which is in the page, for what it calls serious or critical.
async fn by_axe(client: &Client) -> Result<Vec<String>> {
    let asked = "const done = arguments[arguments.length - 1];
        axe.run(document, { resultTypes: ['violations'] }).then((found) => done(found.violations
            .filter((one) => ['serious', 'critical'].includes(one.impact))
            .map((one) => `${one.id}: ${one.nodes.map((node) => node.html.slice(0, 120)).join(' | ')}`)));";
    let told = client.execute_async(asked, vec![]).await?;
    let told = told.as_array().context("what axe says")?;
    Ok(told.iter().filter_map(|fault| fault.as_str()).map(str::to_owned).collect())
}

/// Fails with every fault of the page that is shown.
pub async fn check(client: &Client, page: &str) -> Result<()> {
    let mut faults = Vec::new();
    let axe = environment::axe();
    if let Some(script) = &axe {
        let script = std::fs::read_to_string(script).with_context(|| script.display().to_string())?;
        client.execute(&script, vec![]).await?;
    }
    for scheme in ["light", "dark"] {
        // Without motion, or colors would be read in the middle of their change.
        let features = json!({"features": [
            {"name": "prefers-color-scheme", "value": scheme},
            {"name": "prefers-reduced-motion", "value": "reduce"},
        ]});
        developer_tools(client, "Emulation.setEmulatedMedia", features).await?;
        let told = client.execute(FAULTS, vec![]).await?;
        let told = told.as_array().cloned().unwrap_or_default();
        let mut told: Vec<String> = told.iter().filter_map(|fault| fault.as_str()).map(str::to_owned).collect();
        if axe.is_some() {
            told.extend(by_axe(client).await?);
        }
        faults.extend(told.into_iter().map(|fault| format!("{fault} ({scheme})")));
    }
    developer_tools(client, "Emulation.setEmulatedMedia", json!({"features": []})).await?;

    let narrow = json!({"width": NARROW, "height": 640, "deviceScaleFactor": 1, "mobile": false});
    developer_tools(client, "Emulation.setDeviceMetricsOverride", narrow).await?;
    let width =
        client.execute("return document.documentElement.scrollWidth", vec![]).await?.as_u64().unwrap_or(u64::MAX);
    developer_tools(client, "Emulation.clearDeviceMetricsOverride", json!({})).await?;
    if width > u64::from(NARROW) {
        faults.push(format!("scrolls sideways at {NARROW} px: {width} px wide"));
    }
    ensure!(faults.is_empty(), "{page}: {}", faults.join("; "));
    Ok(())
}
