//! Seals and form tokens: e-mail, organization, forged seal.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| grantor_fuzz::door::seal(data));
