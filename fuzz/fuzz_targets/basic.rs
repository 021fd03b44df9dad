//! HTTP Basic credentials.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| grantor_fuzz::door::basic(data));
