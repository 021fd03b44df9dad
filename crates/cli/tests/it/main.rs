//! The built binary, as a developer and a script use it.

#[cfg(test)]
mod developer;
#[cfg(test)]
mod operator;
/// The guide's example of a suite in Rust: it runs as it stands there.
#[cfg(test)]
#[path = "../../../../docs/examples/sandbox/integration.rs"]
mod sandbox;
#[cfg(test)]
mod stub;
