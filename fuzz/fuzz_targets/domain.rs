//! JavaScript domains: registered, URL.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| grantor_fuzz::rules::domain(data));
