//! The server seen from outside: real listeners, real stores, raw HTTP; on SQLite and, when
//! `GRANTOR_TEST_POSTGRES` names a server, on PostgreSQL.

mod answers;
mod authorize;
mod canaries;
mod capabilities;
mod client_authentication;
mod client_credentials;
mod code;
mod data_centers;
mod device;
mod environments;
mod every_route;
mod exchanges;
mod harness;
mod introspection;
mod legacy_body;
mod open_id;
mod parameters;
mod refresh;
mod remote_token;
mod revoke;
mod sandbox;
mod self_clients;
mod signing_keys;
mod standard;
mod throttles;
mod token;
mod user_info;
