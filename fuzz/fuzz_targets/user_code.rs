//! The code of a device that a person types.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| grantor_fuzz::rules::user_code(data));
