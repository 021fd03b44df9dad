//! Bodies of token-like requests: content type, query, body.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| grantor_fuzz::door::body(data));
