//! Codes and tokens as clients present them.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| grantor_fuzz::rules::token(data));
