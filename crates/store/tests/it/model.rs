//! Long random schedules against a tiny model: after every step exactly those tokens are alive that the model says,
//! whatever was redeemed, refreshed, revoked, withdrawn, evicted or swept before. The schedules come from fixed seeds.

use std::time::Duration;

use grantor_protocol::time::Timestamp;
use grantor_protocol::token::PresentedToken;

use crate::fixtures::{Code, O1, O2, U1, World, at, for_each_world};

const ORGANIZATIONS: [&str; 2] = [O1, O2];
const REFRESH_CAP: usize = 3;
const ACCESS_CAP: usize = 3;

/// Numbers that look random and are the same in every run (xorshift).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % sides as u64).unwrap()
    }
}

struct ModelFamily {
    refresh: PresentedToken,
    organization: usize,
    ended: bool,
    /// Those with a place, oldest first, as indices into the access tokens.
    tokens: Vec<usize>,
}

struct ModelAccess {
    token: PresentedToken,
    family: Option<usize>,
    organization: usize,
    expires_at: Timestamp,
    ended: bool,
}

struct ModelCode {
    code: Code,
    organization: usize,
    offline: bool,
    /// How often the organization's grant had been withdrawn when it was made.
    generation: u32,
    used: Option<(Timestamp, usize)>,
    refused: bool,
}

struct Model {
    now: Timestamp,
    codes: Vec<ModelCode>,
    families: Vec<ModelFamily>,
    accesses: Vec<ModelAccess>,
    withdrawn: [u32; 2],
    granted: [bool; 2],
}

impl Model {
    fn new() -> Self {
        Self {
            now: at(0),
            codes: Vec::new(),
            families: Vec::new(),
            accesses: Vec::new(),
            withdrawn: [0; 2],
            granted: [false; 2],
        }
    }

    fn step(&mut self, world: &World, dice: &mut Dice) {
        match dice.roll(20) {
            0..=3 => self.issue(world, dice),
            4..=8 => self.redeem(world, dice),
            9 => self.replay(world, dice),
            10..=13 => self.refresh(world, dice),
            14 => self.revoke_refresh(world, dice),
            15 => self.revoke_access(world, dice),
            16 if dice.roll(3) == 0 => self.withdraw(world, dice),
            16 | 17 => {
                let policy = world.policy.clone();
                let (slice, now) = (1 + dice.roll(4) as i64, self.now);
                world.write(move |tx| tx.sweep(&policy, slice, now));
            }
            _ => {
                // Mostly moments, now and then past the life of a token or of everything that was revoked.
                let seconds = [1, 1, 1, 5, 5, 11, 11, 30, 300, 1800, 4000, 40 * 86_400][dice.roll(12)];
                self.now = self.now.plus(Duration::from_secs(seconds));
            }
        }
    }

    fn issue(&mut self, world: &World, dice: &mut Dice) {
        let (organization, offline) = (dice.roll(2), dice.roll(3) > 0);
        let code = world.issued_with(self.now, |new| {
            new.organization_id = ORGANIZATIONS[organization].to_owned();
            new.offline = offline;
        });
        self.granted[organization] = true;
        let generation = self.withdrawn[organization];
        self.codes.push(ModelCode { code, organization, offline, generation, used: None, refused: false });
    }

    fn redeem(&mut self, world: &World, dice: &mut Dice) {
        let open: Vec<_> = (0..self.codes.len()).filter(|&n| self.codes[n].used.is_none()).collect();
        let Some(&n) = open.iter().rev().nth(dice.roll(3)) else { return };
        let now = self.now;
        let spoilt = dice.roll(10) == 0;
        let (mut asked, family) = world.redemption(&self.codes[n].code, now);
        if spoilt {
            asked.redirect_uri = None;
        }
        let outcome = world.present(&asked, now);
        let code = &mut self.codes[n];
        let alive = now < code.code.new.expires_at && !code.refused;
        let granted = code.generation == self.withdrawn[code.organization];
        assert_eq!(outcome.is_ok(), alive && granted && !spoilt, "{outcome:?}");
        if alive && spoilt {
            // Nothing was made; a place that is never looked at stands for it.
            code.refused = true;
        }
        if outcome.is_err() {
            return;
        }
        let index = self.accesses.len();
        code.used = Some((now, index));
        let organization = code.organization;
        let family_index = code.offline.then_some(self.families.len());
        let expires_at = now.plus(world.policy.access_token_lifetime);
        self.accesses.push(ModelAccess {
            token: family.access,
            family: family_index,
            organization,
            expires_at,
            ended: false,
        });
        if family_index.is_some() {
            let tokens = vec![index];
            self.families.push(ModelFamily { refresh: family.refresh, organization, ended: false, tokens });
            let live: Vec<_> = (0..self.families.len())
                .filter(|&n| self.families[n].organization == organization && !self.families[n].ended)
                .collect();
            for &oldest in live.iter().rev().skip(REFRESH_CAP) {
                self.families[oldest].ended = true;
            }
        }
    }

    fn replay(&mut self, world: &World, dice: &mut Dice) {
        let used: Vec<_> = (0..self.codes.len()).filter(|&n| self.codes[n].used.is_some()).collect();
        let Some(&n) = used.iter().rev().nth(dice.roll(4)) else { return };
        let (at, access) = self.codes[n].used.unwrap();
        assert!(world.redeem(&self.codes[n].code, self.now).is_err());
        // Later than the grace, and while the code is remembered for certain.
        let age = self.now.millis() - at.millis();
        let remembered = age < 3_600_000;
        if age >= 10_000 && remembered {
            self.accesses[access].ended = true;
            if let Some(family) = self.accesses[access].family {
                self.families[family].ended = true;
            }
        } else if !remembered {
            // Whether the row is still there depends on the sweeps; both answers are right, so ask which it was.
            let ended = world.access(&self.accesses[access].token, self.now).is_err();
            self.accesses[access].ended |= ended;
            if let Some(family) = self.accesses[access].family
                && world
                    .refresh(&self.families[family].refresh, self.now)
                    .map(|token| self.note(family, token, world))
                    .is_err()
            {
                self.families[family].ended = true;
            }
        }
    }

    fn note(&mut self, family: usize, token: PresentedToken, world: &World) {
        let index = self.accesses.len();
        let organization = self.families[family].organization;
        let expires_at = self.now.plus(world.policy.access_token_lifetime);
        self.accesses.push(ModelAccess { token, family: Some(family), organization, expires_at, ended: false });
        let tokens = &mut self.families[family].tokens;
        tokens.push(index);
        let over = tokens.len().saturating_sub(ACCESS_CAP);
        tokens.drain(..over);
    }

    fn refresh(&mut self, world: &World, dice: &mut Dice) {
        let Some(n) = self.some_family(dice) else { return };
        let outcome = world.refresh(&self.families[n].refresh, self.now);
        assert_eq!(outcome.is_ok(), !self.families[n].ended, "{outcome:?}");
        if let Ok(token) = outcome {
            self.note(n, token, world);
        }
    }

    fn revoke_refresh(&mut self, world: &World, dice: &mut Dice) {
        let Some(n) = self.some_family(dice) else { return };
        let outcome = world.revoke(&self.families[n].refresh, self.now);
        // Long after its end the row may be swept: then it is unknown.
        assert!(outcome.is_ok() || self.families[n].ended, "{outcome:?}");
        self.families[n].ended = true;
    }

    fn revoke_access(&mut self, world: &World, dice: &mut Dice) {
        if self.accesses.is_empty() {
            return;
        }
        let n = self.accesses.len() - 1 - dice.roll(self.accesses.len().min(5));
        let alive = self.alive(n);
        let outcome = world.revoke(&self.accesses[n].token, self.now);
        assert!(outcome.is_ok() || !alive, "{outcome:?}");
        self.accesses[n].ended = true;
        if let Some(family) = self.accesses[n].family {
            self.families[family].tokens.retain(|&token| token != n);
        }
    }

    fn withdraw(&mut self, world: &World, dice: &mut Dice) {
        let organization = dice.roll(2);
        let done = world.withdraw(U1, ORGANIZATIONS[organization], self.now);
        assert_eq!(done, self.granted[organization]);
        self.granted[organization] = false;
        self.withdrawn[organization] += 1;
        for family in self.families.iter_mut().filter(|family| family.organization == organization) {
            family.ended = true;
        }
        for access in self.accesses.iter_mut().filter(|access| access.organization == organization) {
            access.ended = true;
        }
    }

    fn some_family(&self, dice: &mut Dice) -> Option<usize> {
        let from_last = dice.roll(4);
        self.families.len().checked_sub(1 + from_last)
    }

    fn alive(&self, n: usize) -> bool {
        let access = &self.accesses[n];
        let in_family = access.family.is_none_or(|family| {
            let family = &self.families[family];
            !family.ended && family.tokens.contains(&n)
        });
        in_family && !access.ended && self.now < access.expires_at
    }

    fn check(&self, world: &World, thorough: bool) {
        // Mostly the newest; what is older changes seldom.
        let from = if thorough { 0 } else { self.accesses.len().saturating_sub(8) };
        let looked_at: Vec<_> = (from..self.accesses.len()).map(|n| (n, self.accesses[n].token.clone())).collect();
        let now = self.now;
        let found = world.read(move |tx| {
            let mut found = Vec::new();
            for (n, token) in &looked_at {
                found.push((*n, tx.access(token, now)?.is_ok()));
            }
            Ok(found)
        });
        for (n, alive) in found {
            assert_eq!(alive, self.alive(n), "access token {n}");
        }
        assert!(world.number("SELECT COUNT(*) FROM refresh_tokens WHERE revoked_at IS NULL") <= 2 * REFRESH_CAP as i64);
        // A refresh does not look at the grant of a token that is alive.
        let orphans = "SELECT COUNT(*) FROM refresh_tokens r WHERE r.revoked_at IS NULL AND NOT EXISTS
                       (SELECT 1 FROM grants g WHERE g.id = r.grant_id AND g.revoked_at IS NULL)";
        assert_eq!(world.number(orphans), 0, "a refresh token outlives its grant");
    }
}

#[test]
fn random_schedules_agree_with_the_model() {
    for_each_world(|world| {
        world.policy.throttles = false;
        world.policy.refresh_tokens_per_user_and_client = REFRESH_CAP;
        world.policy.access_tokens_per_refresh_token = ACCESS_CAP;
        for seed in [1, 2] {
            println!("seed {seed}");
            let (mut model, mut dice) = (Model::new(), Dice(0x9E37_79B9_7F4A_7C15 ^ seed));
            world.write(|tx| {
                tx.execute("DELETE FROM grants", &[])?;
                tx.execute("DELETE FROM refresh_tokens", &[])?;
                tx.execute("DELETE FROM access_tokens", &[])
            });
            for step in 1..=120 {
                model.step(world, &mut dice);
                model.check(world, step % 10 == 0);
            }
            assert!(model.accesses.len() > 15, "the schedule made only {} tokens", model.accesses.len());
        }
    });
}
