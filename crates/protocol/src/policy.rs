//! Policy: lifetimes, caps and throttles as values (accounts-protocol.md section 17). The documented pages
//! conflict; a preset is one consistent reading of them.

use std::time::Duration;

const fn seconds(n: u64) -> Duration {
    Duration::from_secs(n)
}

/// A named set of the documented figures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Preset {
    /// Bigin's pages: codes live one minute.
    #[default]
    Bigin,
    /// The accounts manual: codes live two minutes, devices poll every thirty seconds.
    Accounts,
    /// CRM's pages: codes live three minutes, fifteen access tokens per refresh token.
    Crm,
}

impl Preset {
    /// Every preset.
    pub const ALL: [Self; 3] = [Self::Bigin, Self::Accounts, Self::Crm];

    /// As the config spells it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Bigin => "bigin",
            Self::Accounts => "accounts",
            Self::Crm => "crm",
        }
    }
}

/// So many in a span of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// How many are admitted.
    pub count: usize,
    /// In which span before now.
    pub window: Duration,
}

/// Everything a vendor may set about tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// Life of a code from `/oauth/v2/auth`.
    pub code_lifetime: Duration,
    /// Life of a code from `/clientoauth/v2/{PORTAL_ID}/auth`.
    pub portal_code_lifetime: Duration,
    /// Life of a self client's code when its owner chooses none of [`Self::SELF_CODE_MINUTES`].
    pub self_code_lifetime: Duration,
    /// Life of the token that lets an application ask for more scopes.
    pub enhancement_token_lifetime: Duration,
    /// Life of a device code and of the code that a person types for it.
    pub device_code_lifetime: Duration,
    /// The shortest time between two polls of a device; never switched off (`spec/decisions.md` 9).
    pub device_poll_interval: Duration,
    /// Life of an access token.
    pub access_token_lifetime: Duration,
    /// Live refresh tokens per user, client and organization; the next one evicts the oldest.
    pub refresh_tokens_per_user_and_client: usize,
    /// Live access tokens per refresh token; the next one evicts the oldest.
    pub access_tokens_per_refresh_token: usize,
    /// Whether the three rates below are enforced.
    pub throttles: bool,
    /// Access tokens from one refresh token.
    pub access_token_rate: Rate,
    /// Refresh tokens of one user and client.
    pub refresh_token_rate: Rate,
    /// Codes of one user and client.
    pub code_rate: Rate,
    /// How long after a rotation the refresh token before it still gets the same pair again, for a client that lost the
    /// answer (`spec/decisions.md` 7). Zero: never.
    pub refresh_grace: Duration,
    /// How long a rotating refresh token may lie unused.
    pub refresh_token_idle: Duration,
    /// How long a rotating family lives, however much it is used.
    pub refresh_token_lifetime: Duration,
    /// How long after its first use a code's reuse is taken for a double click (`spec/decisions.md` 1).
    pub code_reuse_grace: Duration,
    /// Whether guesses at secrets, passwords and tokens are slowed down; only the sandbox may switch it off.
    pub guess_limits: bool,
    /// Whether redirect URIs may be plain http off loopback.
    pub http_redirects: bool,
    /// How long a browser stays signed in without being used.
    pub session_idle: Duration,
    /// How long a browser stays signed in at most.
    pub session_lifetime: Duration,
}

impl Policy {
    /// How long used and expired codes stay as rows, so that a reuse is still recognized
    /// (`spec/decisions.md` 1).
    pub const CODE_MEMORY: Duration = seconds(3600);

    /// How many minutes a self client's code may live, as its owner chooses (accounts-protocol.md section 14).
    pub const SELF_CODE_MINUTES: [u64; 4] = [3, 5, 7, 10];

    /// The figures of a preset.
    pub fn preset(preset: Preset) -> Self {
        let (code, cap) = match preset {
            Preset::Bigin => (60, 10),
            Preset::Accounts => (120, 10),
            Preset::Crm => (180, 15),
        };
        Self {
            code_lifetime: seconds(code),
            portal_code_lifetime: seconds(120),
            self_code_lifetime: seconds(180),
            enhancement_token_lifetime: seconds(600),
            device_code_lifetime: seconds(300),
            device_poll_interval: seconds(if matches!(preset, Preset::Accounts) { 30 } else { 5 }),
            access_token_lifetime: seconds(3600),
            refresh_tokens_per_user_and_client: 20,
            access_tokens_per_refresh_token: cap,
            throttles: true,
            access_token_rate: Rate { count: 10, window: seconds(600) },
            refresh_token_rate: Rate { count: 5, window: seconds(60) },
            code_rate: Rate { count: 10, window: seconds(600) },
            refresh_grace: seconds(30),
            refresh_token_idle: seconds(30 * 86_400),
            refresh_token_lifetime: seconds(365 * 86_400),
            code_reuse_grace: seconds(10),
            guess_limits: true,
            http_redirects: false,
            session_idle: seconds(14 * 86_400),
            session_lifetime: seconds(30 * 86_400),
        }
    }
}

impl Default for Policy {
    fn default() -> Self {
        Self::preset(Preset::default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every figure of section 17 as decided (decisions 1 to 4 and 24).
    #[test]
    fn the_presets_are_the_documented_figures() {
        for (preset, code, access_cap, poll) in
            [(Preset::Bigin, 60, 10, 5), (Preset::Accounts, 120, 10, 30), (Preset::Crm, 180, 15, 5)]
        {
            let policy = Policy::preset(preset);
            assert_eq!(policy.code_lifetime, seconds(code), "{preset:?}");
            assert_eq!(policy.access_tokens_per_refresh_token, access_cap, "{preset:?}");
            assert_eq!(policy.device_poll_interval, seconds(poll), "{preset:?}");
            // What the pages agree on, or one page decides.
            assert_eq!(policy.portal_code_lifetime, seconds(120));
            assert_eq!(policy.self_code_lifetime, seconds(180));
            assert_eq!(policy.enhancement_token_lifetime, seconds(600));
            assert_eq!(policy.device_code_lifetime, seconds(300));
            assert_eq!(policy.access_token_lifetime, seconds(3600));
            assert_eq!(policy.refresh_tokens_per_user_and_client, 20);
            assert!(policy.throttles && policy.guess_limits);
            assert_eq!(policy.access_token_rate, Rate { count: 10, window: seconds(600) });
            assert_eq!(policy.refresh_token_rate, Rate { count: 5, window: seconds(60) });
            assert_eq!(policy.code_rate, Rate { count: 10, window: seconds(600) });
        }
        assert_eq!(Policy::default(), Policy::preset(Preset::Bigin));
        assert_eq!(Policy::SELF_CODE_MINUTES, [3, 5, 7, 10]);
    }
}
