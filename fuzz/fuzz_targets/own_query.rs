//! Raw queries, apart from our own parameters.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| grantor_fuzz::door::own_query(data));
