//! What the rest of the protocol costs: introspection, a client's own tokens, a device's polls, and ID tokens by the
//! algorithm that signs them.

use std::path::Path;

use anyhow::Result;

use super::ceiling::Ceiling;
use super::installation::{self, Algorithm, Installation, Running};
use super::load::{Load, Range, Target};
use super::{ACCESS_TOKENS, Args, Findings, grantor};

/// Devices that poll: as many as may begin from one address within a minute.
const DEVICES: usize = 60;

/// Measures what was asked for of these.
pub(super) fn measure(
    args: &Args,
    range: &Range,
    small: &Installation,
    server: &Running,
    ceiling: Option<&Ceiling>,
    found: &mut Findings,
) -> Result<()> {
    let file = |name: &str| range.folder.join(name);
    let asking = |path: &str, form: String, pool: &Path| Load {
        script: "draw.lua",
        address: server.address,
        settings: vec![
            ("BENCH_PATH", path.to_owned()),
            ("BENCH_FORM", form),
            ("BENCH_POOL", pool.display().to_string()),
        ],
    };
    let mut plans: Vec<(String, Load, Option<f64>)> = Vec::new();
    if args.wants("introspect") {
        let tokens = file("introspected");
        server.access_tokens(&small.refresh_tokens, ACCESS_TOKENS, &tokens)?;
        let load = asking("/oauth/v2/introspect", installation::introspection_form(), &tokens);
        plans.push(("introspection".to_owned(), load, Some(0.6)));
    }
    if args.wants("client") {
        let nothing = file("nothing");
        std::fs::write(&nothing, "0\n")?;
        let load = asking("/oauth/v2/token", installation::client_credentials_form(), &nothing);
        plans.push(("client credentials".to_owned(), load, Some(0.2)));
    }
    if args.wants("device") {
        let codes = file("device-codes");
        server.device_codes(DEVICES, &codes)?;
        plans.push((
            "device polling".to_owned(),
            asking("/oauth/v3/device/token", installation::poll_form(), &codes),
            None,
        ));
    }
    if args.wants("sign") {
        for algorithm in [Algorithm::Rs256, Algorithm::Es256] {
            let tokens = small.signing(algorithm)?;
            let load = asking("/oauth/v2/token", installation::signing_form(algorithm), &tokens);
            plans.push((format!("refresh with an ID token, {}", algorithm.name()), load, None));
        }
    }
    for (name, load, goal) in plans {
        let least = ceiling.map(|ceiling| ceiling.part(&name)).transpose()?.flatten();
        for connections in args.connections.iter().copied() {
            let mut figure = range.figure(&name, connections, grantor(server), || Ok(load.clone()))?;
            if name == "device polling" {
                // "Not yet" and "slower" are answers a poll is made for.
                figure.errors = 0.0;
            }
            if let Some(goal) = goal {
                found.at_least(format!("{name} of bare HTTP, {connections} connections"), figure.ratio, goal);
            }
            if let Some((ceiling, load)) = ceiling.zip(least.as_ref()) {
                let target = Target { pid: ceiling.process.id(), grantor: None, database: None };
                let name = format!("ceiling, {name}");
                found.figures.push(range.figure(&name, connections, target, || Ok(load.clone()))?);
            }
            found.figures.push(figure);
        }
    }
    Ok(())
}
