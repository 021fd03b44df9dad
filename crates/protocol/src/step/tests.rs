//! The rooms in order, as a table, and what must hold whatever the facts.

use std::time::Duration;

use proptest::prelude::*;

use super::*;
use crate::{
    authorize::Prompting,
    client::{ClientSettings, ClientType},
    people::{Environment, Organization},
};

fn membership(id: &str) -> Membership {
    Membership {
        organization: Organization { id: id.into(), name: id.into(), environment: Environment::Production },
        administrator: false,
    }
}

fn request(scope: &str, offline: bool, ask_again: bool, needs_organization: bool) -> AuthorizationRequest {
    AuthorizationRequest {
        realm: Realm::Accounts,
        scopes: ScopeList::read(scope).unwrap(),
        offline,
        ask_again,
        challenge: None,
        needs_organization,
        prompting: Prompting::default(),
    }
}

fn client(locations: &[&str]) -> Client {
    Client {
        id: "1000.A".into(),
        client_type: ClientType::Server,
        name: "A".into(),
        homepage_url: String::new(),
        redirect_uris: vec![],
        data_centers: locations.iter().map(|l| (*l).to_owned()).collect(),
        scopes: vec![],
        grant_types: vec![],
        disabled: false,
        settings: ClientSettings::default(),
    }
}

fn grant(organization_id: &str, scopes: &str, offline: bool) -> GrantFacts {
    GrantFacts { organization_id: organization_id.into(), scopes: ScopeList::read(scopes).unwrap(), offline }
}

const U: UserId = UserId(7);

fn step(request: &AuthorizationRequest, answers: &Answers, facts: &Facts) -> Step {
    next_step(request, &client(&["us"]), "us", &Catalog::default(), answers, facts)
}

#[test]
fn the_rooms_come_in_order() {
    let read = request("B.modules.READ", false, false, true);
    let nobody = Facts::default();
    let none = Answers::default();
    assert_eq!(step(&read, &none, &nobody), Step::SignIn);
    let remembered_home = Facts { elsewhere: Some("eu".into()), ..Facts::default() };
    assert_eq!(step(&read, &none, &remembered_home), Step::Elsewhere("eu".into()));
    let at_home = Facts { elsewhere: Some("us".into()), ..Facts::default() };
    assert_eq!(step(&read, &none, &at_home), Step::SignIn);

    let mut facts = Facts { user: Some(U), ..Facts::default() };
    assert_eq!(next_step(&read, &client(&["eu"]), "us", &Catalog::default(), &none, &facts), Step::NotEnabledHere);
    assert_eq!(step(&read, &none, &facts), Step::NoOrganization);
    facts.memberships = vec![membership("1")];
    assert_eq!(step(&read, &none, &facts), Step::Consent { user: U, organization_id: "1".into() });
    facts.memberships.push(membership("2"));
    assert_eq!(step(&read, &none, &facts), Step::ChooseOrganization);
    let chosen = |by, id: &str| Answers { organization: Some((by, id.into())), ..Answers::default() };
    assert_eq!(step(&read, &chosen(U, "3"), &facts), Step::ChooseOrganization, "not a member");
    assert_eq!(step(&read, &chosen(UserId(8), "2"), &facts), Step::ChooseOrganization, "somebody else's answer");
    assert_eq!(step(&read, &chosen(U, "2"), &facts), Step::Consent { user: U, organization_id: "2".into() });
    facts.grants = vec![grant("2", "B.modules.ALL", false)];
    assert_eq!(step(&read, &chosen(U, "2"), &facts), Step::Issue { user: U, organization_id: "2".into() });
    assert_eq!(step(&read, &chosen(U, "1"), &facts), Step::Consent { user: U, organization_id: "1".into() });
    let switch = Answers { switch_account: true, ..chosen(U, "2") };
    assert_eq!(step(&read, &switch, &facts), Step::SignIn);
}

#[test]
fn consent_is_asked_again_for_what_is_new() {
    let facts = |grants| Facts { user: Some(U), memberships: vec![membership("1")], grants, ..Facts::default() };
    let consent = Step::Consent { user: U, organization_id: "1".into() };
    let issue = Step::Issue { user: U, organization_id: "1".into() };
    for (request, grants, expected) in [
        (request("B.x.READ", false, false, true), vec![grant("1", "B.x.READ", false)], &issue),
        (request("B.x.READ,B.y.READ", false, false, true), vec![grant("1", "B.x.READ", false)], &consent),
        (request("B.x.READ", true, false, true), vec![grant("1", "B.x.READ", false)], &consent),
        (request("B.x.READ", true, false, true), vec![grant("1", "B.x.READ", true)], &issue),
        (request("B.x.READ", false, true, true), vec![grant("1", "B.x.READ", true)], &consent),
        (request("B.x.READ", false, false, true), vec![grant("2", "B.x.READ", true)], &consent),
    ] {
        assert_eq!(&step(&request, &Answers::default(), &facts(grants)), expected, "{request:?}");
    }
}

#[test]
fn sign_in_scopes_bind_to_no_organization() {
    let facts = Facts { user: Some(U), memberships: vec![membership("1"), membership("2")], ..Facts::default() };
    assert_eq!(
        step(&request("AaaServer.profile.READ", false, false, false), &Answers::default(), &facts),
        Step::Consent { user: U, organization_id: String::new() }
    );
}

fn prompted(prompting: Prompting) -> AuthorizationRequest {
    AuthorizationRequest { prompting, ..request("AaaServer.profile.READ", false, false, false) }
}

/// Signed in a hundred seconds ago, with everything granted.
fn granted() -> Facts {
    Facts {
        user: Some(U),
        signed_in_at: Timestamp::from_millis(900_000),
        now: Timestamp::from_millis(1_000_000),
        grants: vec![grant("", "AaaServer.profile.READ", true)],
        ..Facts::default()
    }
}

#[test]
fn an_old_sign_in_is_not_always_enough() {
    let age = |seconds| Prompting { max_age: Some(Duration::from_secs(seconds)), ..Prompting::default() };
    let again = Prompting { sign_in_again: true, ..Prompting::default() };
    let issue = Step::Issue { user: U, organization_id: String::new() };
    let nothing = Answers::default();
    let typed = |user| Answers { signed_in: Some(user), ..Answers::default() };
    for (prompting, answers, expected) in [
        (age(101), &nothing, &issue),
        (age(100), &nothing, &Step::SignIn),
        (age(0), &nothing, &Step::SignIn),
        (age(0), &typed(U), &issue),
        (age(0), &typed(UserId(8)), &Step::SignIn),
        (again.clone(), &nothing, &Step::SignIn),
        (again.clone(), &typed(U), &issue),
        (again.clone(), &typed(UserId(8)), &Step::SignIn),
        (Prompting { silent: true, ..age(100) }, &nothing, &Step::Refuse(Refusal::LoginRequired)),
        (Prompting { silent: true, ..age(101) }, &nothing, &issue),
    ] {
        assert_eq!(&step(&prompted(prompting.clone()), answers, &granted()), expected, "{prompting:?} {answers:?}");
    }
}

#[test]
fn the_account_is_chosen_when_that_is_asked() {
    let choose = prompted(Prompting { choose_account: true, ..Prompting::default() });
    let issue = Step::Issue { user: U, organization_id: String::new() };
    let kept = |user| Answers { account: Some(user), ..Answers::default() };
    let typed = Answers { signed_in: Some(U), ..Answers::default() };
    assert_eq!(step(&choose, &Answers::default(), &granted()), Step::ChooseAccount);
    assert_eq!(step(&choose, &kept(UserId(8)), &granted()), Step::ChooseAccount, "somebody else's answer");
    assert_eq!(step(&choose, &kept(U), &granted()), issue);
    assert_eq!(step(&choose, &typed, &granted()), issue, "typing the password is choosing");
    let switch = Answers { switch_account: true, ..kept(U) };
    assert_eq!(step(&choose, &switch, &granted()), Step::SignIn);
    assert_eq!(step(&choose, &Answers::default(), &Facts::default()), Step::SignIn, "nobody to choose");
}

#[test]
fn only_who_is_meant_will_do() {
    let meant = |user, silent| prompted(Prompting { account: Some(user), silent, ..Prompting::default() });
    let issue = Step::Issue { user: U, organization_id: String::new() };
    let typed = |user| Answers { signed_in: Some(user), ..Answers::default() };
    let other = UserId(8);
    assert_eq!(step(&meant(U, false), &Answers::default(), &granted()), issue);
    assert_eq!(step(&meant(other, false), &Answers::default(), &granted()), Step::SignIn);
    assert_eq!(step(&meant(other, true), &Answers::default(), &granted()), Step::Refuse(Refusal::LoginRequired));
    assert_eq!(step(&meant(other, false), &typed(U), &granted()), Step::Refuse(Refusal::LoginRequired));
    let switch = Answers { switch_account: true, ..typed(U) };
    assert_eq!(step(&meant(other, false), &switch, &granted()), Step::SignIn, "one more try");
}

#[test]
fn without_a_page_the_client_is_told_which_one_it_would_have_been() {
    let silent = |scope, needs_organization| AuthorizationRequest {
        prompting: Prompting { silent: true, ..Prompting::default() },
        ..request(scope, false, false, needs_organization)
    };
    let of =
        |members: usize| Facts { memberships: (0..members).map(|i| membership(&i.to_string())).collect(), ..granted() };
    let none = Answers::default();
    let away = Facts { elsewhere: Some("eu".into()), ..Facts::default() };
    for (request, facts, expected) in [
        (silent("AaaServer.profile.READ", false), granted(), Step::Issue { user: U, organization_id: String::new() }),
        (silent("AaaServer.profile.READ", false), Facts::default(), Step::Refuse(Refusal::LoginRequired)),
        (silent("AaaServer.profile.READ", false), away, Step::Elsewhere("eu".into())),
        (silent("email", false), granted(), Step::Refuse(Refusal::ConsentRequired)),
        (silent("B.x.READ", true), of(0), Step::Refuse(Refusal::InteractionRequired)),
        (silent("B.x.READ", true), of(1), Step::Refuse(Refusal::ConsentRequired)),
        (silent("B.x.READ", true), of(2), Step::Refuse(Refusal::InteractionRequired)),
    ] {
        assert_eq!(step(&request, &none, &facts), expected, "{request:?}");
    }
    let choose = Prompting { silent: true, choose_account: true, ..Prompting::default() };
    assert_eq!(step(&prompted(choose), &none, &granted()), Step::Refuse(Refusal::AccountSelectionRequired));
}

proptest! {
    /// Whatever is answered or remembered, nothing is issued without a signed-in user who is a member.
    #[test]
    fn nothing_is_issued_for_a_stranger(
        signed_in in any::<bool>(), switch in any::<bool>(), members in 0..4_usize, chosen in 0..5_usize,
        granted in any::<bool>(), offline in any::<bool>(),
    ) {
        let facts = Facts {
            user: signed_in.then_some(U),
            memberships: (0..members).map(|i| membership(&i.to_string())).collect(),
            grants: if granted { (0..5).map(|i| grant(&i.to_string(), "B.x.ALL", true)).collect() } else { vec![] },
            ..Facts::default()
        };
        let answers =
            Answers { organization: Some((U, chosen.to_string())), switch_account: switch, ..Answers::default() };
        match step(&request("B.x.READ", offline, false, true), &answers, &facts) {
            Step::Issue { user, organization_id } => {
                prop_assert!(signed_in && !switch && granted && user == U);
                prop_assert!(facts.memberships.iter().any(|m| m.organization.id == organization_id));
            }
            Step::Consent { organization_id, .. } => {
                prop_assert!(signed_in && !switch);
                prop_assert!(facts.memberships.iter().any(|m| m.organization.id == organization_id));
            }
            _ => {}
        }
    }
}
