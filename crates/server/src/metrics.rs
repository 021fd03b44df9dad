//! Counters and timings, in the text format of OpenMetrics. Handles are resolved once, so that counting on the
//! hot paths is one atomic addition.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use prometheus_client::{
    encoding::{EncodeLabelSet, EncodeLabelValue, LabelValueEncoder, text::encode},
    metrics::{
        counter::Counter,
        family::Family,
        gauge::Gauge,
        histogram::{Histogram, exponential_buckets},
    },
    registry::Registry,
};

/// Which door was knocked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Endpoint {
    /// The authorization endpoints.
    Authorize,
    /// The people's pages.
    Page,
    /// The token endpoints.
    Token,
    /// The revocation endpoints.
    Revoke,
    /// Where devices begin and poll.
    Device,
    /// User information.
    UserInfo,
    /// Introspection.
    Introspect,
    /// What clients find out by themselves: metadata, keys, data centers.
    Metadata,
    /// Everything else.
    Other,
}

impl Endpoint {
    /// All of them, for whoever chooses one by its name.
    pub const ALL: &[Self] = &[
        Self::Authorize,
        Self::Page,
        Self::Token,
        Self::Revoke,
        Self::Device,
        Self::UserInfo,
        Self::Introspect,
        Self::Metadata,
        Self::Other,
    ];

    /// Its name in logs and refusals.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Authorize => "authorize",
            Self::Page => "page",
            Self::Token => "token",
            Self::Revoke => "revoke",
            Self::Device => "device",
            Self::UserInfo => "user_info",
            Self::Introspect => "introspect",
            Self::Metadata => "metadata",
            Self::Other => "other",
        }
    }

    /// From a request's path.
    pub fn of(path: &str) -> Self {
        if path == "/oauth/v2/token" {
            return Self::Token;
        }
        let tail =
            path.strip_prefix("/clientoauth/v2/").map(|rest| rest.split_once('/').map_or("", |(_portal, tail)| tail));
        match (path, tail) {
            (
                "/oauth/v2/auth"
                | "/oauth/v2/auth/refresh"
                | "/oauth/v2/refresh"
                | "/oauth2/authorize"
                | "/oauth/v2/org/auth"
                | "/oauth/v2/token/addextrascope",
                _,
            )
            | (_, Some("auth")) => Self::Authorize,
            ("/oauth/v2/token/scopeenhance" | "/oauth2/token", _) | (_, Some("token" | "remote/auth")) => Self::Token,
            ("/oauth/v2/token/revoke" | "/oauth/v2/revoke/token" | "/oauth2/revoke", _)
            | (_, Some("token/revoke" | "auth/token/revoke")) => Self::Revoke,
            ("/oauth/v3/device/code" | "/oauth/v3/device/token" | "/oauth2/device_authorization", _) => Self::Device,
            ("/oauth/user/info" | "/oauth/v2/userinfo" | "/oauth2/userinfo", _) => Self::UserInfo,
            ("/oauth/v2/introspect" | "/oauth2/introspect", _) => Self::Introspect,
            ("/oauth/v2/keys" | "/oauth2/jwks" | "/oauth/serverinfo", _) => Self::Metadata,
            ("/" | "/sign-in" | "/sign-out" | "/connected" | "/recover" | "/sign-up", _) => Self::Page,
            (path, _)
                if ["/account", "/console", "/organization", "/recover/", "/verify/", "/sign-up/"]
                    .iter()
                    .any(|page| path.starts_with(page)) =>
            {
                Self::Page
            }
            (path, _)
                if path.starts_with("/oauth/v2/auth/")
                    || path.starts_with("/oauth/v3/device")
                    || tail.is_some_and(is_of_a_portal) =>
            {
                Self::Page
            }
            (path, _) if path.starts_with("/oauth2/authorize/") || path.starts_with("/oauth2/logout") => Self::Page,
            (path, _) if path.starts_with("/.well-known/") || path.starts_with("/oauth2/.well-known/") => {
                Self::Metadata
            }
            (path, _)
                if path.starts_with("/oauth/v2/org/auth/") || path.starts_with("/oauth/v2/token/addextrascope/") =>
            {
                Self::Page
            }
            _ => Self::Other,
        }
    }
}

/// Whether that is a page of a portal: what stands behind its id.
fn is_of_a_portal(tail: &str) -> bool {
    matches!(tail, "" | "sign-in" | "sign-out" | "connected" | "recover")
        || ["auth/", "recover/"].iter().any(|page| tail.starts_with(page))
}

impl EncodeLabelValue for Endpoint {
    /// The name that logs and refusals use.
    fn encode(&self, encoder: &mut LabelValueEncoder<'_>) -> Result<(), std::fmt::Error> {
        self.as_str().encode(encoder)
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RequestLabels {
    endpoint: Endpoint,
    status: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RefusalLabels {
    endpoint: Endpoint,
    cause: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct EndpointLabels {
    endpoint: Endpoint,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct StoreLabels {
    store: String,
}

/// One store's counters, as they stand when somebody looks.
#[derive(Debug, Clone)]
struct StoreMetrics {
    steps: Family<StoreLabels, Counter>,
    commits: Family<StoreLabels, Counter>,
    shed: Family<StoreLabels, Counter>,
    failed: Family<StoreLabels, Counter>,
    queued: Family<StoreLabels, Gauge<u64, AtomicU64>>,
}

/// All of it.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    requests: Family<RequestLabels, Counter>,
    refusals: Family<RefusalLabels, Counter>,
    seconds: Family<EndpointLabels, Histogram>,
    stores: StoreMetrics,
}

fn seconds_histogram() -> Histogram {
    Histogram::new(exponential_buckets(0.000_25, 2.0, 14))
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("grantor");
        let requests = Family::default();
        registry.register("requests", "Requests answered, by endpoint and status", requests.clone());
        let refusals = Family::default();
        registry.register("refusals", "Requests refused, by endpoint and true cause", refusals.clone());
        let seconds = Family::new_with_constructor(seconds_histogram as fn() -> Histogram);
        registry.register("request_seconds", "Time to answer, by endpoint", seconds.clone());
        let stores = StoreMetrics {
            steps: Family::default(),
            commits: Family::default(),
            shed: Family::default(),
            failed: Family::default(),
            queued: Family::default(),
        };
        registry.register("store_steps", "Writing steps run since the start", stores.steps.clone());
        registry.register("store_commits", "Transactions committed for them", stores.commits.clone());
        registry.register("store_shed", "Steps refused because too many waited", stores.shed.clone());
        registry.register("store_failed", "Steps that broke", stores.failed.clone());
        registry.register("store_queued", "Steps waiting now", stores.queued.clone());
        Self { registry, requests, refusals, seconds, stores }
    }
}

impl Metrics {
    /// Counts an answered request.
    pub fn answered(&self, endpoint: Endpoint, status: u16, took: Duration) {
        self.requests.get_or_create(&RequestLabels { endpoint, status }).inc();
        self.seconds.get_or_create(&EndpointLabels { endpoint }).observe(took.as_secs_f64());
    }

    /// Counts a refusal by its true cause.
    pub fn refused(&self, endpoint: Endpoint, cause: &'static str) {
        self.refusals.get_or_create(&RefusalLabels { endpoint, cause }).inc();
    }

    /// The whole, as text.
    pub fn text<'a>(&self, stores: impl Iterator<Item = (&'a str, grantor_store::StoreStatistics)>) -> String {
        for (name, now) in stores {
            let labels = StoreLabels { store: name.to_owned() };
            self.stores.steps.get_or_create(&labels).inner().store(now.steps, Ordering::Relaxed);
            self.stores.commits.get_or_create(&labels).inner().store(now.commits, Ordering::Relaxed);
            self.stores.shed.get_or_create(&labels).inner().store(now.shed, Ordering::Relaxed);
            self.stores.failed.get_or_create(&labels).inner().store(now.failed, Ordering::Relaxed);
            self.stores.queued.get_or_create(&labels).set(now.queued as u64);
        }
        let mut text = String::new();
        // Writing to a String cannot fail.
        let _ = encode(&mut text, &self.registry);
        text
    }
}

#[cfg(test)]
mod tests {
    use super::Endpoint::{self, Authorize, Device, Introspect, Metadata, Other, Page, Revoke, Token, UserInfo};

    #[test]
    fn every_path_counts_where_its_handler_counts_it() {
        for (path, expected) in [
            ("/oauth/v2/auth", Authorize),
            ("/oauth/v2/auth/refresh", Authorize),
            ("/oauth/v2/refresh", Authorize),
            ("/clientoauth/v2/60001/auth", Authorize),
            ("/oauth2/authorize", Authorize),
            ("/oauth/v2/auth/sign-in", Page),
            ("/clientoauth/v2/60001/auth/consent", Page),
            ("/clientoauth/v2/60001", Page),
            ("/clientoauth/v2/60001/sign-in", Page),
            ("/clientoauth/v2/60001/sign-out", Page),
            ("/clientoauth/v2/60001/connected", Page),
            ("/clientoauth/v2/60001/recover", Page),
            ("/clientoauth/v2/60001/recover/x", Page),
            ("/account/security", Page),
            ("/oauth/v3/device", Page),
            ("/oauth/v2/token", Token),
            ("/clientoauth/v2/60001/token", Token),
            ("/clientoauth/v2/60001/remote/auth", Token),
            ("/clientoauth/v2/60001/token/revoke", Revoke),
            ("/clientoauth/v2/60001/auth/token/revoke", Revoke),
            ("/oauth/v3/device/code", Device),
            ("/oauth/user/info", UserInfo),
            ("/oauth2/introspect", Introspect),
            ("/oauth/serverinfo", Metadata),
            ("/clientoauth/v2/60001/logo", Other),
            ("/clientoauth/v2/60001/style.css", Other),
            ("/nowhere", Other),
        ] {
            assert_eq!(Endpoint::of(path), expected, "{path}");
        }
    }
}
