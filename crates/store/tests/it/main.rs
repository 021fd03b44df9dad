//! The tests of the store that need a database. PostgreSQL's half runs when GRANTOR_TEST_POSTGRES holds a URL.

#[cfg(test)]
mod access;
#[cfg(test)]
mod access_memory;
#[cfg(test)]
mod audit;
#[cfg(test)]
mod backup;
#[cfg(test)]
mod client_tokens;
#[cfg(test)]
mod codes;
#[cfg(test)]
mod device_codes;
#[cfg(test)]
mod directory;
#[cfg(test)]
mod engine;
#[cfg(test)]
mod engine_migrations;
#[cfg(test)]
mod engine_postgres;
#[cfg(test)]
mod engine_sqlite;
#[cfg(test)]
mod engine_support;
#[cfg(test)]
mod enhancements;
#[cfg(test)]
mod fixtures;
#[cfg(test)]
mod grants;
#[cfg(test)]
mod guesses;
#[cfg(test)]
mod implicit;
#[cfg(test)]
mod members;
#[cfg(test)]
mod model;
#[cfg(test)]
mod notices;
#[cfg(test)]
mod organization_pages;
#[cfg(test)]
mod organization_policies;
#[cfg(test)]
mod own_account;
#[cfg(test)]
mod owned_clients;
#[cfg(test)]
mod people;
#[cfg(test)]
mod plans;
#[cfg(test)]
mod races;
#[cfg(test)]
mod redeem;
#[cfg(test)]
mod refresh;
#[cfg(test)]
mod refresh_cap;
#[cfg(test)]
mod revoke;
#[cfg(test)]
mod rotation;
#[cfg(test)]
mod second_factors;
#[cfg(test)]
mod sessions;
#[cfg(test)]
mod signing_keys;
#[cfg(test)]
mod snapshot;
#[cfg(test)]
mod stories;
#[cfg(test)]
mod sweep;
#[cfg(test)]
mod webhooks;
