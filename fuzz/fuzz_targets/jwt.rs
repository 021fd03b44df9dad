//! JWTs and JWK sets: client assertion, keys.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| grantor_fuzz::jwt::jwt(data));
