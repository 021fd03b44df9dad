//! What a client's owner is told beside refusals: a cap or a throttle that is close (at 80 % and at the last one), what a
//! cap evicted, and what was revoked. Told from the figures that a step gives anyway; tokens appear by their mark.

use grantor_protocol::{
    policy::{Rate, RefreshTokenCap},
    token::TokenId,
};
use grantor_store::{Issued, NoticeKind, RedeemedCode, Revoked, TokenKind};

use crate::{house::DataCenter, moment::span, refusals::Asking};

/// The names of what is told, as refusals have causes.
pub const REFRESH_TOKENS: &str = "refresh_tokens_nearly_full";
pub const REFRESH_WINDOW: &str = "refresh_tokens_nearly_throttled";
pub const ACCESS_WINDOW: &str = "access_tokens_nearly_throttled";
pub const CODE_WINDOW: &str = "codes_nearly_throttled";
pub const EVICTED: &str = "refresh_token_evicted";
pub const REVOKED: &str = "revoked_on_request";
pub const WITHDRAWN: &str = "consent_withdrawn";
pub const REUSED: &str = "family_ended";
pub const REPLAYED: &str = "tokens_of_a_replayed_code_ended";

/// Whether this is a count to warn at: the first at or over 80 % of the limit, and the limit itself.
fn is_close(count: usize, limit: usize) -> bool {
    limit > 1 && (count == limit || count == (limit * 4).div_ceil(5))
}

fn window(used: usize, rate: Rate, what: &str) -> String {
    let last = if used >= rate.count { "; the next one is refused" } else { "" };
    format!("{used} of {} {what} within {}{last}", rate.count, span(rate.window))
}

/// After a code was made.
pub fn issued(dc: &DataCenter, client_id: &str, issued: Issued, asking: &Asking) {
    let rate = dc.house.policy.code_rate;
    if is_close(issued.in_window, rate.count) {
        let detail = window(issued.in_window, rate, "codes for one user and client");
        asking.tell(dc, client_id, NoticeKind::Warning, CODE_WINDOW, &detail);
    }
}

/// After a code was redeemed.
pub fn redeemed(dc: &DataCenter, client_id: &str, code: &RedeemedCode, asking: &Asking) {
    let (policy, full) = (&dc.house.policy, &code.fullness);
    let cap = policy.refresh_tokens_per_user_and_client;
    let whose = format!("of user {} in {}", code.user.0, organization(&code.organization_id));
    if !full.evicted.is_empty() {
        let marks: Vec<String> = full.evicted.iter().map(TokenId::mark).collect();
        let detail =
            format!("refresh token {} {whose} ended: {cap} live, and a newer one took its place", marks.join(", "));
        asking.tell(dc, client_id, NoticeKind::Eviction, EVICTED, &detail);
    } else if is_close(full.refresh_tokens, cap) {
        let next = match full.oldest {
            Some(_) if full.refresh_tokens >= cap && policy.refresh_token_cap == RefreshTokenCap::Refuse => {
                "; the next one is refused".to_owned()
            }
            Some(oldest) if full.refresh_tokens >= cap => format!("; the next one ends {}, the oldest", oldest.mark()),
            _ => String::new(),
        };
        let detail = format!("{} of {cap} refresh tokens {whose} live{next}", full.refresh_tokens);
        asking.tell(dc, client_id, NoticeKind::Warning, REFRESH_TOKENS, &detail);
    }
    let rate = policy.refresh_token_rate;
    if is_close(full.in_window, rate.count) {
        let detail = window(full.in_window, rate, &format!("refresh tokens {whose}"));
        asking.tell(dc, client_id, NoticeKind::Warning, REFRESH_WINDOW, &detail);
    }
}

fn organization(id: &str) -> String {
    if id.is_empty() { "no organization".to_owned() } else { format!("organization {id}") }
}

/// After a refresh. `in_window`: how many the throttle counts.
pub fn refreshed(dc: &DataCenter, client_id: &str, (family, in_window): (TokenId, usize), asking: &Asking) {
    let rate = dc.house.policy.access_token_rate;
    if is_close(in_window, rate.count) {
        let detail = window(in_window, rate, &format!("access tokens from refresh token {}", family.mark()));
        asking.tell(dc, client_id, NoticeKind::Warning, ACCESS_WINDOW, &detail);
    }
}

/// After a client got a token by its own credentials. `in_window`: how many the throttle counts.
pub fn client_token(dc: &DataCenter, client_id: &str, organization_id: &str, in_window: usize, asking: &Asking) {
    let rate = dc.house.policy.access_token_rate;
    if is_close(in_window, rate.count) {
        let what = format!("access tokens by the client's own credentials, in {}", organization(organization_id));
        asking.tell(dc, client_id, NoticeKind::Warning, ACCESS_WINDOW, &window(in_window, rate, &what));
    }
}

/// After an old refresh token came again.
pub fn reused(dc: &DataCenter, client_id: &str, family: TokenId, asking: &Asking) {
    let detail = format!("refresh token {} had a successor and came again: all its tokens were ended", family.mark());
    asking.tell(dc, client_id, NoticeKind::Revocation, REUSED, &detail);
}

/// After a code came a second time.
pub fn replayed(dc: &DataCenter, client_id: &str, asking: &Asking) {
    let detail = "a code was presented again after its tokens were made: those tokens were ended";
    asking.tell(dc, client_id, NoticeKind::Revocation, REPLAYED, detail);
}

/// After a revocation.
pub fn revoked(dc: &DataCenter, revoked: &Revoked, token: TokenId, asking: &Asking) {
    if !revoked.ended {
        return;
    }
    let what = match revoked.kind {
        TokenKind::Refresh => "refresh token",
        TokenKind::Access => "access token",
    };
    let detail = format!("{what} {} was revoked at the revocation endpoint", token.mark());
    asking.tell(dc, &revoked.client_id, NoticeKind::Revocation, REVOKED, &detail);
}

/// After an organization's administrator took back so many grants. Not whose: that is not the owner's to know.
pub fn taken_back(dc: &DataCenter, client_id: &str, grants: i64, asking: &Asking) {
    let detail = match grants {
        0 => return,
        1 => "an organization's administrator took back the access of one of its members; its tokens ended".to_owned(),
        n => format!("an organization's administrator took back the access of {n} of its members; its tokens ended"),
    };
    asking.tell(dc, client_id, NoticeKind::Revocation, WITHDRAWN, &detail);
}

/// After a person took their consent back.
pub fn withdrawn(dc: &DataCenter, client_id: &str, grant: TokenId, asking: &Asking) {
    let detail = format!("the consent {} was withdrawn: every token made from it is dead", grant.mark());
    asking.tell(dc, client_id, NoticeKind::Revocation, WITHDRAWN, &detail);
}

#[cfg(test)]
mod tests {
    use super::is_close;

    #[test]
    fn warns_at_four_fifths_and_at_the_last() {
        let at = |limit: usize| (1..=limit + 2).filter(|n| is_close(*n, limit)).collect::<Vec<_>>();
        assert_eq!(at(20), [16, 20]);
        assert_eq!(at(10), [8, 10]);
        assert_eq!(at(5), [4, 5]);
        assert_eq!(at(3), [3]);
        assert_eq!(at(1), Vec::<usize>::new());
    }
}
