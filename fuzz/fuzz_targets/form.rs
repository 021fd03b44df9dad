//! Form bodies and queries of token-like requests.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| grantor_fuzz::rules::form(data));
