//! Browser journeys against the built binary: a server with people of our own, a real browser, and an application that
//! waits for the callback. Everything is on loopback and ends with the test.

pub mod accessibility;
pub mod browser;
pub mod callback;
pub mod driver;
pub mod elements;
pub mod environment;
pub mod passkeys;
pub mod process;
pub mod scene;
pub mod wire;
