//! The server seen from outside: real listeners, real stores, raw HTTP; on SQLite and, when
//! `GRANTOR_TEST_POSTGRES` names a server, on PostgreSQL.

mod answers;
mod authorize;
mod canaries;
mod client_authentication;
mod code;
mod data_centers;
mod exchanges;
mod harness;
mod parameters;
mod refresh;
mod revoke;
mod throttles;
mod token;
mod user_info;
