//! A hundred thousand guessed codes, straight at the store: none succeeds, and none changes anything (case C11).

use std::sync::Arc;

use grantor_protocol::causes::TokenError;
use grantor_protocol::secret::TokenSecret;
use grantor_store::Redemption;

use crate::fixtures::{Code, World, at, for_each_plain_world};

/// Guesses in one step.
const BATCH: usize = 1_000;
/// How many such steps.
const BATCHES: usize = 100;

/// The nth guess: at everything, or by somebody who knows what lies in the open.
fn guess(world: &World, codes: &[Code], n: usize) -> Redemption {
    let (code, other) = (&codes[n % codes.len()], &codes[(n + 1) % codes.len()]);
    let mut asked = world.redemption(code, at(1)).0;
    let fresh = TokenSecret::derive(b"guess", &n.to_be_bytes());
    match n % 4 {
        0 => asked.code = world.token(at(0)),
        // A real identifier is worth nothing without its secret, nor with another's.
        1 => asked.code.secret = fresh,
        2 => asked.code.secret = other.secret.clone(),
        // All but one bit of the right secret.
        _ => {
            let right = u128::from_str_radix(&code.secret.reveal_hex(), 16).unwrap();
            asked.code.secret = TokenSecret::from_bytes((right ^ 1 << (n / 4 % 128)).to_be_bytes());
        }
    }
    asked
}

#[test]
fn c11_a_hundred_thousand_guesses_hit_nothing() {
    for_each_plain_world(|world| {
        world.policy.throttles = false;
        let codes: Vec<Code> = (0..16).map(|_| world.issued(at(0))).collect();
        let before = world.everything();
        for batch in 0..BATCHES {
            let guesses: Vec<Redemption> = (0..BATCH).map(|n| guess(world, &codes, batch * BATCH + n)).collect();
            let (catalog, policy, trail) = (Arc::clone(&world.catalog), world.policy.clone(), world.trail(at(1)));
            let hits = world.write(move |tx| {
                let mut hits = 0;
                for asked in &guesses {
                    let outcome = tx.redeem_code(asked, &catalog, &policy, &trail, at(1))?;
                    hits += usize::from(!matches!(outcome, Err(TokenError::CodeUnknown)));
                }
                Ok(hits)
            });
            assert_eq!(hits, 0, "batch {batch}");
        }
        assert_eq!(world.everything(), before);
        for code in &codes {
            world.redeem(code, at(1)).unwrap();
        }
    });
}
