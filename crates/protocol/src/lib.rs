//! The rules of Grantor: scopes, clients, requests, grants, codes, tokens, policy. Everything here is a
//! pure function of its arguments: no I/O, no clock, no randomness, no HTTP and no SQL.

pub mod asked;
pub mod authorize;
pub mod causes;
pub mod client;
pub mod dialect;
pub mod issue;
pub mod params;
pub mod people;
pub mod pkce;
pub mod policy;
pub mod redirect_uri;
pub mod scope;
pub mod secret;
pub mod step;
pub mod time;
pub mod token;
