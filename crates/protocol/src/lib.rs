//! The rules of Grantor: scopes, clients, requests, grants, codes, tokens, policy. Everything here is a
//! pure function of its arguments: no I/O, no clock, no randomness, no HTTP and no SQL.

pub mod access_list;
pub mod asked;
pub mod auth_method;
pub mod authorize;
pub mod causes;
pub mod client;
pub mod deviations;
pub mod device;
pub mod dialect;
pub mod issue;
pub mod javascript_domain;
pub mod more_scopes;
pub mod organization_policy;
pub mod params;
pub mod people;
pub mod pkce;
pub mod policy;
pub mod redirect_uri;
pub mod registration;
pub mod resource;
pub mod rotation;
pub mod scope;
pub mod second_factor;
pub mod secret;
pub mod step;
pub mod time;
pub mod token;
pub mod whole_organization;
