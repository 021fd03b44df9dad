//! What became of codes and tokens, as their client's owner reads it; and how full caps and throttles are.

use grantor_protocol::people::UserId;
use grantor_store::{Fullness, QuotaFilter};

use crate::fixtures::{C1, C2, O1, O2, U1, U2, World, at, for_each_world, revocation, rotation_key};

#[test]
fn a_code_tells_when_it_ended_even_after_that_was_noted() {
    for_each_world(|world| {
        let code = world.issued(at(0));
        let (id, life) = (code.new.interaction, world.policy.code_lifetime);
        let ends = at(0).plus(life);
        for _ in 0..3 {
            assert!(world.redeem(&code, ends.plus(std::time::Duration::from_secs(14))).is_err());
            let story = world.read(move |tx| tx.code_story(id)).unwrap();
            assert_eq!((story.expires_at, story.used_at, story.challenged), (ends, None, false));
        }
        // A clock that was set back does not revive it.
        assert!(world.redeem(&code, at(1)).is_err());
        let spent = world.issued(at(10));
        world.redeem(&spent, at(12)).unwrap();
        let id = spent.new.interaction;
        let story = world.read(move |tx| tx.code_story(id)).unwrap();
        assert_eq!((story.used_at, story.redirect_uri.as_str()), (Some(at(12)), crate::fixtures::CALLBACK));
        assert_eq!(story.recent_refresh.len(), 1);
        assert!(world.withdraw(U1, O1, at(20)));
        assert_eq!(world.read(move |tx| tx.code_story(id)).unwrap().withdrawn_at, Some(at(20)));
    });
}

#[test]
fn the_evicted_one_names_who_took_its_place() {
    for_each_world(|world| {
        world.policy.throttles = false;
        let first = world.family(at(0));
        let mut newest = None;
        for n in 1..=20 {
            newest = Some(world.family(at(n)));
        }
        let id = first.refresh.id;
        let story = world.read(move |tx| tx.refresh_story(id)).unwrap();
        assert_eq!(story.revoked_at, Some(at(20)));
        assert_eq!(story.because, format!("evicted by {}", newest.unwrap().refresh.id.mark()));
        let access = first.access.id;
        let story = world.read(move |tx| tx.access_story(access)).unwrap();
        assert_eq!((story.client_id.as_str(), story.user), (C1, U1));
        assert!(story.family.is_some_and(|(at_, because)| at_ == at(20) && because.starts_with("evicted by ")));
    });
}

#[test]
fn redeeming_says_how_full_it_gets() {
    for_each_world(|world| {
        world.policy.refresh_tokens_per_user_and_client = 3;
        let mut marks = Vec::new();
        for n in 0..4 {
            let code = world.issued(at(n * 61));
            let (asked, family) = world.redemption(&code, at(n * 61));
            marks.push(family.refresh.id);
            let full = world.present(&asked, at(n * 61)).unwrap().fullness;
            let evicted = if n == 3 { vec![marks[0]] } else { vec![] };
            let count = usize::try_from(n + 1).unwrap().min(3);
            let oldest = Some(if n == 3 { marks[1] } else { marks[0] });
            assert_eq!(full, Fullness { refresh_tokens: count, oldest, evicted, in_window: 1 }, "{n}");
        }
    });
}

#[test]
fn revoking_says_whether_anything_ended() {
    for_each_world(|world| {
        let family = world.family(at(0));
        for (token, ended) in [(&family.access, true), (&family.access, false), (&family.refresh, true)] {
            let (asked, trail) = (revocation(token), world.trail(at(1)));
            let done = world.write(move |tx| tx.revoke(&asked, &rotation_key(), &trail, at(1))).unwrap();
            assert_eq!((done.client_id.as_str(), done.ended), (C1, ended));
        }
    });
}

fn listed(world: &World, client_id: &'static str, wanted: QuotaFilter) -> Vec<(i64, String)> {
    let all = world.read(move |tx| tx.grant_quotas(client_id, &wanted, 2));
    all.into_iter().map(|quota| (quota.user.0, quota.organization_id)).collect()
}

#[test]
fn quotas_are_listed_by_pages_and_only_of_the_client() {
    for_each_world(|world| {
        world.family(at(0));
        world.family_with(at(1), |new| new.organization_id = O2.to_owned());
        let third = world.family_with(at(2), |new| new.user = U2);
        let row = |user: UserId, organization: &str| (user.0, organization.to_owned());
        assert_eq!(listed(world, C1, QuotaFilter::default()), [row(U2, O1), row(U1, O2)]);
        let first = world.read(|tx| tx.grant_quotas(C1, &QuotaFilter::default(), 2));
        let after = first.last().map(|quota| (quota.granted_at, quota.grant));
        assert_eq!(listed(world, C1, QuotaFilter { after, of: None }), [row(U1, O1)]);
        assert_eq!(listed(world, C1, QuotaFilter { of: Some(O2.to_owned()), after: None }), [row(U1, O2)]);
        assert_eq!(listed(world, C1, QuotaFilter { of: Some("2".to_owned()), after: None }), [row(U2, O1)]);
        assert!(listed(world, C1, QuotaFilter { of: Some("' OR 1=1".to_owned()), after: None }).is_empty());
        assert!(listed(world, C2, QuotaFilter::default()).is_empty());
        let grant = first[0].grant;
        let (quota, families) = world.read(move |tx| tx.grant_quota(C1, grant)).unwrap();
        assert_eq!((quota.organization.as_deref(), families.len()), (Some("Zylker"), 1));
        assert_eq!(families[0].id, third.refresh.id);
        assert!(world.read(move |tx| tx.grant_quota(C2, grant)).is_none(), "another client's");
        assert!(world.withdraw(U2, O1, at(3)));
        assert!(world.read(move |tx| tx.grant_quota(C1, grant)).is_none());
    });
}
