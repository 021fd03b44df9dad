//! Redirect URIs: registered, requested.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| grantor_fuzz::rules::redirect(data));
