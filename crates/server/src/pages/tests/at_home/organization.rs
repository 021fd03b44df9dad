//! The pages of an organization, filled with words.

use std::time::Duration;

use grantor_protocol::{
    organization_policy::{OrganizationPolicy, ReviewState},
    people::{Environment, Organization, Realm, User, UserId},
    time::Timestamp,
};
use grantor_store::{Figures, Member, Portal, PortalUser};

use super::super::pages::{
    Area, AskReview, Brand, ErrorText, Frame, Locale, NavLink, PolicyRefused, Shell, ShellPerson,
    organization::{
        AppLine, AppPage, Apps, Audit, AuditShown, GrantLine, InvitationLine, InvitationPage, InvitationState,
        Invitations, KnownApp, MemberPage, Members, Overview, Pager, PolicyPage, PortalPage, PortalUserPage,
        PortalUsers, Portals, ReviewAsked, ReviewLine, Reviews, ShownOnce,
    },
};
use super::Words;
use crate::organization::{TypedUser, Wanted};

const CLIENT: &str = "1000.ZYLKERDESK0000000000000000000A";

fn members(words: Words) -> Vec<Member> {
    [(1, true, false), (2, false, false), (3, false, true)]
        .map(|(id, administrator, disabled)| Member {
            user: UserId(700_000 + id),
            name: if id == 2 { String::new() } else { words.person.to_owned() },
            email: words.email.to_owned(),
            administrator,
            disabled,
        })
        .into()
}

fn grants(words: Words) -> Vec<GrantLine> {
    [(0, false), (1, true)]
        .map(|(n, of_organization)| GrantLine {
            grant: format!("{n:032}"),
            of_organization,
            name: if of_organization { String::new() } else { words.person.to_owned() },
            email: if of_organization { String::new() } else { words.email.to_owned() },
            scopes: vec![words.value.to_owned(), words.host.to_owned()],
            offline: !of_organization,
            since: "2026-11-22".to_owned(),
            used: (!of_organization).then(|| "2026-11-27 09:30 UTC".to_owned()),
        })
        .into()
}

fn reviews(words: Words) -> Vec<ReviewLine> {
    [ReviewState::Asked, ReviewState::Approved, ReviewState::Refused]
        .map(|state| ReviewLine {
            client_id: CLIENT.to_owned(),
            name: words.application.to_owned(),
            homepage: words.url.to_owned(),
            state,
            asked_by: words.email.to_owned(),
            asked: "2026-11-22".to_owned(),
        })
        .into()
}

fn policy() -> OrganizationPolicy {
    OrganizationPolicy {
        clients_listed: true,
        clients: vec![CLIENT.to_owned()],
        blocked_scopes: vec!["ZohoCRM.modules.ALL".to_owned()],
        maximum_life: Duration::from_hours(24 * 30),
        review_required: true,
    }
}

fn pager() -> Pager {
    Pager {
        first: Some("/organization/10001/members".into()),
        next: Some("/organization/10001/members?after=7".into()),
    }
}

fn portal(words: Words) -> Portal {
    Portal {
        id: "60001".to_owned(),
        name: words.portal.to_owned(),
        organization_id: "10001".to_owned(),
        clients: vec![CLIENT.to_owned()],
        accent: "#0a7d5a".to_owned(),
        remote_jwks: String::new(),
        has_logo: true,
    }
}

pub(super) fn pages(locale: Locale, words: Words) -> Vec<(String, String)> {
    let frame = Frame { locale, brand: Brand::grantor(), place: Some(words.place), request_id: "0123456789abcdef" };
    let links: Vec<NavLink> = ["Overview", "Members"]
        .map(|label| NavLink {
            href: "/organization/10001".to_owned(),
            label: label.into(),
            current: label == "Members",
        })
        .into();
    let person = ShellPerson { display: words.person, email: words.email };
    let administers = [("10001", words.organization)];
    let shell =
        Shell { frame, area: Area::Organization, links: &links, person, administers: &administers, csrf: "csrf" };
    let mut all = at_home(shell, words);
    all.extend(by_link(frame, words));
    let named = |(name, html): (&str, String)| (format!("organization-{name}-{}-{}", words.flavor, locale.tag()), html);
    all.into_iter().map(named).collect()
}

fn at_home(shell: Shell<'_>, words: Words) -> Vec<(&'static str, String)> {
    let path = "/organization/10001/members";
    let (members, grants, reviews, policy, portal) =
        (members(words), grants(words), reviews(words), policy(), portal(words));
    let organization =
        Organization { id: "10001".to_owned(), name: words.organization.to_owned(), environment: Environment::Sandbox };
    let figures = Figures { members: 12, administrators: 2, grants: 10_000, portals: 1, invitations: 3, reviews: 1 };
    let open = [InvitationLine {
        id: format!("{:032}", 4),
        email: words.email.to_owned(),
        administrator: true,
        until: "2026-11-29".to_owned(),
    }];
    let apps = [AppLine {
        client_id: CLIENT.to_owned(),
        name: words.application.to_owned(),
        grants: 1_000,
        since: "2026-11-22".to_owned(),
    }];
    let known = [KnownApp { client_id: CLIENT.to_owned(), name: words.application.to_owned() }];
    let user = User {
        id: UserId(800_001),
        realm: Realm::Portal("60001".to_owned()),
        email: words.email.to_owned(),
        first_name: words.person.to_owned(),
        last_name: String::new(),
        disabled: true,
        email_verified: true,
    };
    let users = [PortalUser {
        user: user.id,
        name: words.person.to_owned(),
        email: words.email.to_owned(),
        disabled: true,
        created_at: Timestamp::from_millis(0),
    }];
    let typed =
        TypedUser { email: words.email.to_owned(), first_name: words.person.to_owned(), ..TypedUser::default() };
    let once = || Some(ShownOnce { email: words.email, password: "abcdefghijkmnpqrstuv" });
    let wanted = Wanted { event: "consented".to_owned(), person: words.email.to_owned(), ..Wanted::default() };
    let lines = ["policy_changed", "unheard_of"].map(|event| AuditShown {
        at: "2026-11-22 10:00 UTC".to_owned(),
        event: event.to_owned(),
        who: words.email.to_owned(),
        application: words.application.to_owned(),
        detail: words.value.to_owned(),
        request_id: "0123456789abcdef".to_owned(),
    });
    let none = || Pager::default();
    vec![
        ("overview", Overview { shell, organization: &organization, figures, policy: &policy }.render()),
        (
            "overview-free",
            Overview { shell, organization: &organization, figures, policy: &OrganizationPolicy::default() }.render(),
        ),
        (
            "members",
            Members {
                shell,
                path,
                text: words.value,
                members: &members,
                pager: pager(),
                told: Some("org-member-removed"),
            }
            .render(),
        ),
        ("members-none", Members { shell, path, text: "", members: &[], pager: none(), told: None }.render()),
        (
            "member",
            MemberPage { shell, path, member: &members[0], own: true, error: Some("org-last-administrator") }.render(),
        ),
        ("member-ordinary", MemberPage { shell, path, member: &members[1], own: false, error: None }.render()),
        (
            "invitations",
            Invitations {
                shell,
                path,
                lines: &open,
                email: words.value,
                administrator: true,
                error: Some("org-invite-member"),
                told: None,
                link: Some("https://accounts.example/organization/invitation/1000.x"),
            }
            .render(),
        ),
        (
            "invitations-none",
            Invitations {
                shell,
                path,
                lines: &[],
                email: "",
                administrator: false,
                error: None,
                told: Some("org-invitation-sent"),
                link: None,
            }
            .render(),
        ),
        ("apps", Apps { shell, path, lines: &apps, pager: pager(), told: Some("org-app-revoked") }.render()),
        ("apps-none", Apps { shell, path, lines: &[], pager: none(), told: None }.render()),
        (
            "app",
            AppPage {
                shell,
                path,
                name: words.application,
                client_id: CLIENT,
                text: words.value,
                lines: &grants,
                pager: pager(),
                told: None,
                error: Some("org-confirm-wrong"),
            }
            .render(),
        ),
        ("reviews", Reviews { shell, path, lines: &reviews, required: true, told: None }.render()),
        ("reviews-none", Reviews { shell, path, lines: &[], required: false, told: None }.render()),
        (
            "policy",
            PolicyPage {
                shell,
                path,
                policy: &policy,
                listed: &known,
                known: &known,
                search: words.value,
                scopes: words.value,
                days: "30",
                scopes_error: Some(words.value),
                days_error: true,
                client_id: words.value,
                client_error: true,
                told: None,
            }
            .render(),
        ),
        (
            "policy-none",
            PolicyPage {
                shell,
                path,
                policy: &OrganizationPolicy::default(),
                listed: &[],
                known: &[],
                search: "",
                scopes: "",
                days: "",
                scopes_error: None,
                days_error: false,
                client_id: "",
                client_error: false,
                told: Some("org-policy-changed"),
            }
            .render(),
        ),
        (
            "portals",
            Portals {
                shell,
                path,
                portals: std::slice::from_ref(&portal),
                url: "https://portals.example",
                name: words.value,
                error: Some("org-portals-enough"),
                told: None,
            }
            .render(),
        ),
        (
            "portals-none",
            Portals {
                shell,
                path,
                portals: &[],
                url: "https://portals.example",
                name: "",
                error: None,
                told: Some("org-portal-removed"),
            }
            .render(),
        ),
        (
            "portal",
            PortalPage {
                shell,
                path,
                portal: &portal,
                address: "https://portals.example/clientoauth/v2/60001",
                clients: words.value,
                error: Some(("logo", "org-logo-kind")),
                told: None,
            }
            .render(),
        ),
        (
            "portal-users",
            PortalUsers {
                shell,
                path,
                portal: &portal,
                text: words.value,
                users: &users,
                pager: pager(),
                typed: &typed,
                error: Some("org-portal-user-taken"),
                told: None,
                once: once(),
            }
            .render(),
        ),
        (
            "portal-user",
            PortalUserPage {
                shell,
                list: path,
                portal: &portal,
                user: &user,
                name: words.person,
                error: None,
                told: None,
                once: once(),
            }
            .render(),
        ),
        ("audit", Audit { shell, path, wanted: &wanted, lines: &lines, pager: pager() }.render()),
        ("audit-none", Audit { shell, path, wanted: &Wanted::default(), lines: &[], pager: none() }.render()),
    ]
}

fn by_link(frame: Frame<'_>, words: Words) -> Vec<(&'static str, String)> {
    let organization = words.organization;
    let states = [
        ("invitation", InvitationState::Good { organization, administrator: true }),
        ("invitation-accepted", InvitationState::Accepted { organization }),
        ("invitation-of-another", InvitationState::OfAnother { organization }),
        ("invitation-elsewhere", InvitationState::Elsewhere { place: words.place }),
        ("invitation-gone", InvitationState::Gone),
    ];
    let mut all: Vec<(&'static str, String)> = states
        .into_iter()
        .map(|(name, state)| {
            let path = "/organization/invitation/1000.x";
            (name, InvitationPage { frame, path, csrf: "csrf", email: words.email, state: &state }.render())
        })
        .collect();
    all.push(("review-asked", ReviewAsked { frame, application: words.application, organization }.render()));
    for (name, asked) in [("policy-refused", false), ("policy-refused-asked", true)] {
        let action = "/organization/10001/ask";
        let ask = AskReview { action, csrf: "csrf", client_id: CLIENT, application: words.application, asked };
        let problem = ErrorText::PolicyReviewRequired;
        let page =
            PolicyRefused { frame, title: "Access Denied", word: "ERROR_access_denied", problem, details: vec![], ask };
        all.push((name, page.render()));
    }
    all
}
