//! What must hold of every parser of strangers' bytes, one function for each fuzz target. The targets call these with
//! what the engine makes up; `crates/server/tests/strangers.rs` calls them with the files of `corpus/`.

pub mod door;
pub mod files;
pub mod jwt;
pub mod rules;
