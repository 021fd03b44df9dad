//! The tests of the store that need a database. PostgreSQL's half runs when GRANTOR_TEST_POSTGRES holds a URL.

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
