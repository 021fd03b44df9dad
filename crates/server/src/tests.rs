//! The server seen from outside: real listeners, real stores, raw HTTP; on SQLite and, when
//! `GRANTOR_TEST_POSTGRES` names a server, on PostgreSQL.

mod admin_api;
mod answers;
mod authorize;
mod canaries;
mod capabilities;
mod client_authentication;
mod client_credentials;
mod code;
mod console_clients;
mod console_tools;
mod data_centers;
mod deviations;
mod device;
mod environments;
mod exchanges;
mod harness;
mod introspection;
mod legacy_body;
mod notices;
mod open_id;
mod organization;
mod organizations;
mod parameters;
mod refresh;
mod remote_token;
mod revoke;
mod sandbox;
mod second_factor;
mod secrets;
mod self_clients;
mod signing_keys;
mod standard;
mod throttles;
mod token;
mod user_info;
