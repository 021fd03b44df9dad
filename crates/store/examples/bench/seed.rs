//! Users with grants in great number: the rows that a living server has after its users refreshed for a while.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::Path;
use std::time::Duration;

use grantor_protocol::{
    access_list::AccessList,
    dialect::Dialect,
    issue::{FamilyRules, Recent},
    people::{Environment, Organization, Realm, UserId},
    policy::Policy,
    scope::ScopeList,
    secret::{SecretKind, TokenSecret},
    time::Timestamp,
    token::{DataCenterByte, Prefix, PresentedToken, TokenId},
};
use grantor_store::{AuditEvent, AuditTrail, Concerning, NewUser, Store, StoreError, Tx};

use super::{Fallible, Place, id, now, statements};

/// Users of one transaction.
const SLICE: u64 = 4_000;
/// Members of one organization.
const MEMBERS: u64 = 50;
/// The grants were made in this time before now.
const SPAN: Duration = Duration::from_hours(24 * 20);
/// Above every id that a provision file gives.
const FIRST_USER: u64 = 1_000_000_000;

/// What the rows of one user are made from.
#[derive(Clone)]
struct Family {
    client: String,
    scopes: ScopeList,
    byte: DataCenterByte,
    /// How many there are in all, which spreads them over [`SPAN`].
    of: u64,
    now: Timestamp,
}

/// Adds the rows and prints, as JSON, how many bytes of the file each kind took (SQLite).
pub(crate) fn run(place: &Place, count: u64, sample: u64, file: &Path) -> Fallible<()> {
    let family =
        Family { client: place.client.clone(), scopes: place.scopes.clone(), byte: place.byte, of: count, now: now() };
    let begin = bytes(&place.store)?;
    in_slices(&place.store, &family, count, Family::user)?;
    let people = bytes(&place.store)?;
    in_slices(&place.store, &family, count, Family::grant)?;
    let grants = bytes(&place.store)?;
    in_slices(&place.store, &family, count, Family::access)?;
    let access = bytes(&place.store)?;

    let mut out = BufWriter::new(File::create(file)?);
    let step = count.checked_div(sample).unwrap_or(1).max(1);
    for number in (0..count).step_by(usize::try_from(step)?) {
        writeln!(out, "{}", family.refresh(number).reveal(Prefix::Usual))?;
    }
    out.flush()?;
    println!(
        "{{\"count\":{},\"people\":{},\"grants\":{},\"access\":{}}}",
        count,
        people - begin,
        grants - people,
        access - grants
    );
    Ok(())
}

fn in_slices(
    store: &Store,
    family: &Family,
    count: u64,
    add: fn(&Family, &mut Tx<'_>, u64) -> Result<(), StoreError>,
) -> Fallible<()> {
    let mut from = 0;
    while from < count {
        let (family, slice) = (family.clone(), from..(from + SLICE).min(count));
        from = slice.end;
        store.write_blocking(move |tx| slice.clone().try_for_each(|number| add(&family, tx, number)))?;
    }
    Ok(())
}

/// The bytes of a SQLite file that hold something; 0 on PostgreSQL.
fn bytes(store: &Store) -> Fallible<i64> {
    if !format!("{store:?}").contains("Sqlite") {
        return Ok(0);
    }
    let used = store.read_blocking(|tx| {
        tx.one(
            "SELECT (p.page_count - f.freelist_count) * s.page_size
             FROM pragma_page_count() p, pragma_freelist_count() f, pragma_page_size() s",
            &[],
            |row| row.int(0),
        )
    })?;
    Ok(used.unwrap_or_default())
}

impl Family {
    fn user_id(number: u64) -> UserId {
        UserId(i64::try_from(FIRST_USER + number).unwrap_or(i64::MAX))
    }

    fn organization_id(number: u64) -> String {
        (FIRST_USER + number / MEMBERS).to_string()
    }

    /// When the grant was made: the later the number, the later.
    fn made_at(&self, number: u64) -> Timestamp {
        let age = SPAN.as_millis() * u128::from(self.of.saturating_sub(number)) / u128::from(self.of.max(1));
        self.now.minus(Duration::from_millis(u64::try_from(age).unwrap_or(u64::MAX)))
    }

    fn token(&self, kind: u8, at: Timestamp, number: u64) -> PresentedToken {
        let secret = TokenSecret::derive(b"bench", &[&[kind], number.to_be_bytes().as_slice()].concat());
        PresentedToken { id: id(at, self.byte, kind, number), secret }
    }

    fn refresh(&self, number: u64) -> PresentedToken {
        self.token(b'r', self.made_at(number), number)
    }

    fn grant_id(&self, number: u64) -> TokenId {
        id(self.made_at(number), self.byte, b'g', number)
    }

    fn live_access(&self, number: u64) -> PresentedToken {
        self.token(b'a', self.now, number)
    }

    fn user(&self, tx: &mut Tx<'_>, number: u64) -> Result<(), StoreError> {
        let email = format!("user{number}@bench.example");
        let user = NewUser {
            id: Self::user_id(number),
            realm: Realm::Accounts,
            email: email.clone(),
            email_shown: email,
            password_hash: String::new(),
            first_name: "Somebody".to_owned(),
            last_name: number.to_string(),
            disabled: false,
        };
        let organization = Self::organization_id(number);
        if number.is_multiple_of(MEMBERS) {
            tx.put_organization(&Organization {
                id: organization.clone(),
                name: format!("Organization {organization}"),
                environment: Environment::Production,
            })?;
        }
        tx.put_user(&user, self.made_at(number))?;
        tx.set_memberships(user.id, &[(organization, false)])
    }

    /// The grant, its refresh token with the list of one that is refreshed each hour, the throttles' row, and the
    /// consent's audit row.
    fn grant(&self, tx: &mut Tx<'_>, number: u64) -> Result<(), StoreError> {
        let (user, organization) = (Self::user_id(number), Self::organization_id(number));
        let (made, policy, refresh) = (self.made_at(number), Policy::default(), self.refresh(number));
        let (scopes, mut listed, mut recent) = (self.scopes.to_string(), Recent::default(), AccessList::default());
        listed.push(refresh.id, policy.refresh_tokens_per_user_and_client);
        FamilyRules::of(&policy).add(&mut recent, self.live_access(number).id, &policy);
        tx.lock_client_user(user, &self.client)?;
        tx.execute(
            statements::ADD_GRANT,
            &[
                self.grant_id(number).as_bytes().into(),
                user.0.into(),
                self.client.as_str().into(),
                organization.as_str().into(),
                scopes.as_str().into(),
                true.into(),
                (&listed.to_bytes()).into(),
                made.millis().into(),
            ],
        )?;
        tx.execute(
            statements::ADD_REFRESH,
            &[
                refresh.id.as_bytes().into(),
                refresh.secret.hash(SecretKind::Refresh).as_bytes().into(),
                Realm::Accounts.as_str().into(),
                self.client.as_str().into(),
                user.0.into(),
                organization.as_str().into(),
                self.grant_id(number).as_bytes().into(),
                scopes.as_str().into(),
                i64::try_from(policy.access_tokens_per_refresh_token).unwrap_or(i64::MAX).into(),
                i64::try_from(policy.access_token_lifetime.as_millis()).unwrap_or(i64::MAX).into(),
                (&recent.to_bytes()).into(),
                self.now.millis().into(),
                Dialect::Accounts.as_str().into(),
                made.millis().into(),
                "".into(),
                None::<&[u8]>.into(),
                false.into(),
                0.into(),
                0.into(),
            ],
        )?;
        let trail = AuditTrail { id: id(made, self.byte, b't', number), request_id: format!("{number:016x}") };
        let concerning =
            Concerning { user: Some(user), client_id: Some(&self.client), organization_id: Some(&organization) };
        tx.audit(&trail, AuditEvent::Consented, concerning, &format!("scopes {scopes}, offline"))
    }

    /// The access token that the client of this grant holds just now.
    fn access(&self, tx: &mut Tx<'_>, number: u64) -> Result<(), StoreError> {
        let access = self.live_access(number);
        tx.execute(
            statements::ADD_ACCESS,
            &[
                access.id.as_bytes().into(),
                access.secret.hash(SecretKind::Access).as_bytes().into(),
                self.grant_id(number).as_bytes().into(),
                self.refresh(number).id.as_bytes().into(),
                None::<&str>.into(),
                self.now.plus(Policy::default().access_token_lifetime).millis().into(),
                None::<&str>.into(),
            ],
        )?;
        Ok(())
    }
}
