//! The pages of the console, in English only. One file for each.

mod client;
mod clients;
mod credentials;
mod register;
mod registration_fields;
mod secrets;

pub use client::ClientPage;
pub use clients::{ClientRow, Clients};
pub use credentials::{Credentials, ShownSecret};
pub use register::{ChooseType, NewClient, RegisteredClient, TypeChoice};
pub use registration_fields::{Fault, PlaceTick, RegistrationFields, StandardFields};
pub use secrets::{SecretLine, SecretPlace, Secrets};
