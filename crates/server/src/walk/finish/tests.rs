//! What is drawn and derived looks like chance: a hundred thousand of each kind (case C11). The bounds are so wide that a
//! good source misses one less often than once in a thousand million runs.

use std::collections::HashSet;

use grantor_protocol::{time::Timestamp, token::DataCenterByte};

use super::*;
use crate::entropy::Entropy;

const COUNT: usize = 100_000;
/// Standard deviations from the mean; beyond them lies a part in 10^13 of all runs.
const FAR: f64 = 7.5;
/// The same for 15 and for 255 degrees of freedom of a chi square.
const FAR_15: f64 = 110.0;
const FAR_255: f64 = 500.0;

/// How many standard deviations a count is from the half of `of`.
fn from_half(count: usize, of: usize) -> f64 {
    (count as f64 - of as f64 / 2.0) / (of as f64 / 4.0).sqrt()
}

fn chi_square(counts: &[usize]) -> f64 {
    let expected = counts.iter().sum::<usize>() as f64 / counts.len() as f64;
    counts.iter().map(|&count| (count as f64 - expected).powi(2) / expected).sum()
}

fn bit(secret: &[u8; 16], n: usize) -> bool {
    secret[n / 8] >> (7 - n % 8) & 1 == 1
}

/// What is wrong with a row of secrets; empty when it looks like chance.
fn problems(secrets: &[[u8; 16]]) -> Vec<String> {
    let mut found = Vec::new();
    let mut judge = |what: &str, value: f64, bound: f64| {
        if value.abs() > bound {
            found.push(format!("{what}: {value:.1}, over {bound}"));
        }
    };
    let bits = secrets.len() * 128;
    let distinct: HashSet<&[u8; 16]> = secrets.iter().collect();
    judge("repeated", (secrets.len() - distinct.len()) as f64, 0.5);
    // Monobit: as many ones as zeros, in all and at each place.
    let ones = |secrets: &[[u8; 16]]| secrets.iter().map(|s| u128::from_be_bytes(*s).count_ones() as usize).sum();
    judge("monobit", from_half(ones(secrets), bits), FAR);
    for n in 0..128 {
        let set = secrets.iter().filter(|secret| bit(secret, n)).count();
        judge(&format!("bit {n}"), from_half(set, secrets.len()), FAR);
    }
    // Poker: every half byte as often, and every byte, which is the serial test of half bytes.
    let (mut halves, mut bytes) = ([0; 16], [0; 256]);
    for byte in secrets.iter().flatten() {
        halves[usize::from(byte >> 4)] += 1;
        halves[usize::from(byte & 15)] += 1;
        bytes[usize::from(*byte)] += 1;
    }
    judge("poker", chi_square(&halves), FAR_15);
    judge("serial", chi_square(&bytes), FAR_255);
    // Runs: a bit says nothing about the next, within a secret or from one to the next.
    let mut changes = 0;
    for secret in secrets {
        changes += (1..128).filter(|&n| bit(secret, n) != bit(secret, n - 1)).count();
    }
    judge("runs", from_half(changes, secrets.len() * 127), FAR);
    let differences: Vec<[u8; 16]> = secrets
        .windows(2)
        .map(|pair| (u128::from_be_bytes(pair[0]) ^ u128::from_be_bytes(pair[1])).to_be_bytes())
        .collect();
    judge("difference to the next", from_half(ones(&differences), differences.len() * 128), FAR);
    found
}

fn bytes_of(token: &PresentedToken) -> [u8; 16] {
    u128::from_str_radix(&token.secret.reveal_hex(), 16).unwrap().to_be_bytes()
}

#[test]
fn c11_a_hundred_thousand_codes_look_like_chance() {
    let entropy = Entropy::default();
    // One moment, one person: nothing but chance is left to tell codes apart.
    let (key, now, place) =
        (entropy.bytes::<32>().unwrap(), Timestamp::from_millis(1_795_341_600_000), DataCenterByte(1));
    let codes: Vec<PresentedToken> =
        (0..COUNT).map(|_| code_of(&key, entropy.id(now, place).unwrap(), UserId(700_001), "10001")).collect();
    let ids: HashSet<[u8; 16]> = codes.iter().map(|code| *code.id.as_bytes()).collect();
    assert_eq!(ids.len(), COUNT);
    let secrets: Vec<[u8; 16]> = codes.iter().map(bytes_of).collect();
    assert_eq!(problems(&secrets), Vec::<String>::new());
    // The same interaction has the same code, of the same person only.
    let again = entropy.id(now, place).unwrap();
    let code = |user, organization| bytes_of(&code_of(&key, again, UserId(user), organization));
    assert_eq!(code(1, "1"), code(1, "1"));
    assert!(code(1, "1") != code(2, "1") && code(1, "1") != code(1, "2"));
}

#[test]
fn c11_a_hundred_thousand_drawn_secrets_look_like_chance() {
    let entropy = Entropy::default();
    let id = entropy.id(Timestamp::from_millis(0), DataCenterByte(1)).unwrap();
    let drawn = (0..COUNT).map(|_| bytes_of(&PresentedToken { id, secret: entropy.secret().unwrap() }));
    assert_eq!(problems(&drawn.collect::<Vec<_>>()), Vec::<String>::new());
}

#[test]
fn what_is_no_chance_is_found() {
    let derived = |n: usize| {
        let secret = TokenSecret::derive(b"key", &n.to_be_bytes());
        u128::from_str_radix(&secret.reveal_hex(), 16).unwrap()
    };
    let of = |make: &dyn Fn(usize) -> u128| problems(&(0..20_000).map(|n| make(n).to_be_bytes()).collect::<Vec<_>>());
    assert_eq!(of(&derived), Vec::<String>::new());
    assert!(of(&|n| derived(n / 2)).iter().any(|p| p.starts_with("repeated")), "twice");
    assert!(of(&|n| derived(n) | 1).iter().any(|p| p.starts_with("bit 127")), "a bit that stands still");
    assert!(
        of(&|n| derived(n) & 0x7fff_ffff_ffff_ffff).iter().any(|p| p.starts_with("monobit")),
        "64 bits and no more"
    );
    assert!(!of(&|n| n as u128).is_empty(), "a counter");
    assert!(of(&|n| derived(n / 2).wrapping_add(n as u128)).iter().any(|p| p.starts_with("difference")), "one in two");
    let smooth = |n: usize| derived(n) & derived(n) >> 1;
    assert!(
        of(&smooth).iter().any(|p| p.starts_with("runs") || p.starts_with("serial")),
        "bits that follow each other"
    );
}
