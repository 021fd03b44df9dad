//! The console's registrations over the wire: registering, changing, secrets, logos, and whose they are.

mod kit;
mod list;
mod logos;
mod registering;
mod registration;
mod secrets;
mod whose;
