//! `[policy]`: a preset and what is set apart from it.

use grantor_protocol::policy::{Policy, Preset};
use serde::Deserialize;

use super::{ConfigError, duration::Span};

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
    access_tokens_per_refresh_token: Option<usize>,
    throttles: Option<bool>,
    access_token_requests: Option<usize>,
    access_token_window: Option<Span>,
    refresh_token_requests: Option<usize>,
    refresh_token_window: Option<Span>,
    code_requests: Option<usize>,
    code_window: Option<Span>,
    refresh_grace: Option<Span>,
    refresh_token_idle: Option<Span>,
    refresh_token_lifetime: Option<Span>,
    code_reuse_grace: Option<Span>,
    guess_limits: Option<bool>,
    http_redirects: Option<bool>,
    session_idle: Option<Span>,
    session_lifetime: Option<Span>,
}

impl PolicyConfig {
    /// The policy in force.
    pub fn policy(&self) -> Policy {
        let named = self.preset.as_deref().unwrap_or("bigin");
        let preset = Preset::ALL.into_iter().find(|p| p.as_str() == named).unwrap_or_default();
        let mut policy = Policy::preset(preset);
        let set = |to: &mut std::time::Duration, from: Option<Span>| {
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
