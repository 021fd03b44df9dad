//! The rooms in order, as a table, and what must hold whatever the facts.

use proptest::prelude::*;

use super::*;
use crate::{
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
    let chosen = |by, id: &str| Answers { organization: Some((by, id.into())), switch_account: false };
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

proptest! {
    /// Whatever is answered or remembered, nothing is issued without a signed-in user who is a member.
    #[test]
    fn nothing_is_issued_for_a_stranger(
        signed_in in any::<bool>(), switch in any::<bool>(), members in 0..4_usize, chosen in 0..5_usize,
        granted in any::<bool>(), offline in any::<bool>(),
    ) {
        let facts = Facts {
            user: signed_in.then_some(U),
            elsewhere: None,
            memberships: (0..members).map(|i| membership(&i.to_string())).collect(),
            grants: if granted { (0..5).map(|i| grant(&i.to_string(), "B.x.ALL", true)).collect() } else { vec![] },
        };
        let answers = Answers { organization: Some((U, chosen.to_string())), switch_account: switch };
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
