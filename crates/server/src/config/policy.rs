//! `[policy]`: a preset and what is set apart from it.

use std::time::Duration;

use grantor_protocol::policy::{Policy, Preset, RefreshTokenCap};
use serde::Deserialize;

use super::{
    ConfigError,
    duration::{self, Span},
};

/// Every key is optional: what is not set comes from the preset.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PolicyConfig {
    preset: Option<String>,
    code_lifetime: Option<Span>,
    portal_code_lifetime: Option<Span>,
    self_code_lifetime: Option<Span>,
    enhancement_token_lifetime: Option<Span>,
    device_code_lifetime: Option<Span>,
    device_poll_interval: Option<Span>,
    access_token_lifetime: Option<Span>,
    refresh_tokens_per_user_and_client: Option<usize>,
    refresh_token_cap: Option<String>,
    access_tokens_per_refresh_token: Option<usize>,
    throttles: Option<bool>,
    access_token_requests: Option<usize>,
    access_token_window: Option<Span>,
    refresh_token_requests: Option<usize>,
    refresh_token_window: Option<Span>,
    code_requests: Option<usize>,
    code_window: Option<Span>,
    throttle_block: Option<String>,
    throttle_status: Option<u16>,
    refresh_grace: Option<Span>,
    refresh_token_idle: Option<Span>,
    refresh_token_lifetime: Option<Span>,
    code_reuse_grace: Option<Span>,
    guess_limits: Option<bool>,
    http_redirects: Option<bool>,
    secrets_in_query: Option<bool>,
    lasting_refresh_tokens: Option<bool>,
    open_revocation: Option<bool>,
    optional_pkce: Option<bool>,
    plain_pkce: Option<bool>,
    errors_with_status_200: Option<bool>,
    implicit: Option<bool>,
    session_idle: Option<Span>,
    session_lifetime: Option<Span>,
}

impl PolicyConfig {
    /// The policy in force.
    pub fn policy(&self) -> Policy {
        let named = self.preset.as_deref().unwrap_or("bigin");
        let preset = Preset::ALL.into_iter().find(|p| p.as_str() == named).unwrap_or_default();
        let mut policy = Policy::preset(preset);
        let set = |to: &mut Duration, from: Option<Span>| {
            if let Some(span) = from {
                *to = span.0;
            }
        };
        set(&mut policy.code_lifetime, self.code_lifetime);
        set(&mut policy.portal_code_lifetime, self.portal_code_lifetime);
        set(&mut policy.self_code_lifetime, self.self_code_lifetime);
        set(&mut policy.enhancement_token_lifetime, self.enhancement_token_lifetime);
        set(&mut policy.device_code_lifetime, self.device_code_lifetime);
        set(&mut policy.device_poll_interval, self.device_poll_interval);
        set(&mut policy.access_token_lifetime, self.access_token_lifetime);
        set(&mut policy.access_token_rate.window, self.access_token_window);
        set(&mut policy.refresh_token_rate.window, self.refresh_token_window);
        set(&mut policy.code_rate.window, self.code_window);
        set(&mut policy.refresh_grace, self.refresh_grace);
        set(&mut policy.refresh_token_idle, self.refresh_token_idle);
        set(&mut policy.refresh_token_lifetime, self.refresh_token_lifetime);
        set(&mut policy.code_reuse_grace, self.code_reuse_grace);
        set(&mut policy.session_idle, self.session_idle);
        set(&mut policy.session_lifetime, self.session_lifetime);
        let count = |to: &mut usize, from: Option<usize>| {
            if let Some(n) = from {
                *to = n;
            }
        };
        count(&mut policy.refresh_tokens_per_user_and_client, self.refresh_tokens_per_user_and_client);
        count(&mut policy.access_tokens_per_refresh_token, self.access_tokens_per_refresh_token);
        count(&mut policy.access_token_rate.count, self.access_token_requests);
        count(&mut policy.refresh_token_rate.count, self.refresh_token_requests);
        count(&mut policy.code_rate.count, self.code_requests);
        if let Some(block) = &self.throttle_block {
            // `check` has seen to it that it can be read.
            let block = block_of(block).unwrap_or_default();
            for rate in [&mut policy.access_token_rate, &mut policy.refresh_token_rate, &mut policy.code_rate] {
                rate.block = block;
            }
        }
        if let Some(named) = &self.refresh_token_cap {
            policy.refresh_token_cap =
                RefreshTokenCap::ALL.into_iter().find(|cap| cap.as_str() == named).unwrap_or_default();
        }
        policy.throttle_status = self.throttle_status.unwrap_or(policy.throttle_status);
        let deviations = &mut policy.deviations;
        for (to, from) in [
            (&mut deviations.secrets_in_query, self.secrets_in_query),
            (&mut deviations.lasting_refresh_tokens, self.lasting_refresh_tokens),
            (&mut deviations.open_revocation, self.open_revocation),
            (&mut deviations.optional_pkce, self.optional_pkce),
            (&mut deviations.plain_pkce, self.plain_pkce),
            (&mut deviations.errors_with_status_200, self.errors_with_status_200),
            (&mut deviations.implicit, self.implicit),
        ] {
            *to = from.unwrap_or(*to);
        }
        policy.throttles = self.throttles.unwrap_or(policy.throttles);
        policy.guess_limits = self.guess_limits.unwrap_or(policy.guess_limits);
        policy.http_redirects = self.http_redirects.unwrap_or(policy.http_redirects);
        policy
    }

    pub(super) fn check(&self, sandbox: bool) -> Result<(), ConfigError> {
        let wrong = |text: String| Err(ConfigError(text));
        if let Some(preset) = &self.preset
            && !Preset::ALL.iter().any(|p| p.as_str() == preset)
        {
            return wrong(format!("policy: preset {preset:?} is none of bigin, accounts, crm"));
        }
        if let Some(cap) = &self.refresh_token_cap
            && !RefreshTokenCap::ALL.iter().any(|c| c.as_str() == cap)
        {
            return wrong(format!("policy: refresh_token_cap {cap:?} is neither evict nor refuse"));
        }
        if let Some(block) = &self.throttle_block {
            block_of(block)?;
        }
        if let Some(status) = self.throttle_status
            && !matches!(status, 200 | 400)
        {
            return wrong(format!("policy: throttle_status = {status}: 400 or 200 is wanted"));
        }
        let policy = self.policy();
        for (key, n) in [
            ("refresh_tokens_per_user_and_client", policy.refresh_tokens_per_user_and_client),
            ("access_tokens_per_refresh_token", policy.access_tokens_per_refresh_token),
            ("access_token_requests", policy.access_token_rate.count),
            ("refresh_token_requests", policy.refresh_token_rate.count),
            ("code_requests", policy.code_rate.count),
        ] {
            if n == 0 || n > 1000 {
                return wrong(format!("policy: {key} = {n}: a number from 1 to 1000 is wanted"));
            }
        }
        for (key, span) in [
            ("code_lifetime", policy.code_lifetime),
            ("portal_code_lifetime", policy.portal_code_lifetime),
            ("access_token_lifetime", policy.access_token_lifetime),
            ("enhancement_token_lifetime", policy.enhancement_token_lifetime),
            ("device_code_lifetime", policy.device_code_lifetime),
            ("device_poll_interval", policy.device_poll_interval),
        ] {
            if span.as_secs() == 0 || span.as_secs() > 86_400 {
                return wrong(format!("policy: {key}: a span from 1s to 24h is wanted"));
            }
        }
        if policy.refresh_grace.as_secs() > 3_600 {
            return wrong("policy: refresh_grace: a span of at most 1h is wanted; 0s for none".to_owned());
        }
        for (key, span) in [
            ("refresh_token_idle", policy.refresh_token_idle),
            ("refresh_token_lifetime", policy.refresh_token_lifetime),
        ] {
            if span.as_secs() < 60 || span.as_secs() > 3650 * 86_400 {
                return wrong(format!("policy: {key}: a span from 1m to 3650d is wanted"));
            }
        }
        if !Policy::SELF_CODE_MINUTES.iter().any(|minutes| policy.self_code_lifetime.as_secs() == minutes * 60) {
            return wrong("policy: self_code_lifetime is none of 3m, 5m, 7m, 10m".to_owned());
        }
        if !policy.guess_limits && !sandbox {
            return wrong("policy: guess_limits = false is only for the sandbox".to_owned());
        }
        Ok(())
    }
}

/// What `throttle_block` says.
fn block_of(text: &str) -> Result<Option<Duration>, ConfigError> {
    match text {
        "rest" => Ok(None),
        // Never shorter than the window: exactly the window.
        "next" => Ok(Some(Duration::ZERO)),
        span => duration::parse(span).filter(|span| span.as_secs() <= 86_400).map(Some).ok_or_else(|| {
            ConfigError(format!("policy: throttle_block {text:?}: rest, next, or a span of at most 24h is wanted"))
        }),
    }
}
