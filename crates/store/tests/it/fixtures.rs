//! A small world for the tests of the steps: two users, two organizations, a portal and two clients, on each engine,
//! each once plainly and once with every step rehearsed. Identifiers and secrets are counted, never drawn, and time is
//! a value.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use grantor_protocol::causes::{AccessError, RevokeError, TokenError};
use grantor_protocol::people::{Environment, Organization, Realm, UserId};
use grantor_protocol::policy::{Policy, Preset};
use grantor_protocol::resource::Target;
use grantor_protocol::rotation::RotationKey;
use grantor_protocol::scope::{Catalog, CatalogScope, ScopeList};
use grantor_protocol::secret::{SecretKind, TokenSecret};
use grantor_protocol::time::Timestamp;
use grantor_protocol::token::{DataCenterByte, PresentedToken, TokenId};
use grantor_store::{
    AuditEvent, AuditRow, AuditTrail, CodeKind, DATA_CENTER, DIRECTORY, LiveAccess, Migrations, NewCode, NewToken,
    NewUser, NoCode, Origin, Portal, RedeemedCode, Redemption, RefreshRequest, Refreshed, Renewal, Revocation, Row,
    Store, StoreError, Tx,
};

use crate::engine_support::Place;

pub(crate) const C1: &str = "1000.C1";
pub(crate) const C2: &str = "1000.C2";
pub(crate) const U1: UserId = UserId(1);
pub(crate) const U2: UserId = UserId(2);
/// A user of the portal [`P1`].
pub(crate) const PU: UserId = UserId(3);
pub(crate) const O1: &str = "60001";
pub(crate) const O2: &str = "60002";
pub(crate) const P1: &str = "7001";
pub(crate) const CALLBACK: &str = "https://app.example/callback";
pub(crate) const READ: &str = "ZohoBigin.modules.contacts.READ";
pub(crate) const ALL: &str = "ZohoBigin.modules.ALL";
pub(crate) const EMAIL: &str = "email";

/// So many seconds after the beginning.
pub(crate) fn at(seconds: i64) -> Timestamp {
    Timestamp::from_millis(1_795_000_000_000 + seconds * 1000)
}

/// One millisecond earlier.
pub(crate) fn just_before(time: Timestamp) -> Timestamp {
    Timestamp::from_millis(time.millis() - 1)
}

pub(crate) fn hours(n: u64) -> Duration {
    Duration::from_hours(n)
}

pub(crate) fn portal() -> Realm {
    Realm::Portal(P1.to_owned())
}

pub(crate) fn catalog() -> Catalog {
    Catalog::new([READ, ALL, "ZohoBigin.modules.contacts.WRITE", EMAIL].map(|name| CatalogScope {
        name: name.to_owned(),
        service: name.split('.').next().unwrap().to_owned(),
        needs_organization: name != EMAIL,
    }))
}

/// A code that was or may be issued, and its secret.
#[derive(Debug, Clone)]
pub(crate) struct Code {
    pub(crate) new: NewCode,
    pub(crate) secret: TokenSecret,
}

impl Code {
    pub(crate) fn presented(&self) -> PresentedToken {
        PresentedToken { id: self.new.interaction, secret: self.secret.clone() }
    }
}

/// What an application holds after it has redeemed a code.
#[derive(Debug, Clone)]
pub(crate) struct Family {
    pub(crate) refresh: PresentedToken,
    pub(crate) access: PresentedToken,
}

/// The outcome of a look-up, which has nothing to wait for on SQLite and a thread of its own on PostgreSQL.
fn waited_for<T>(look_up: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(look_up)
}

pub(crate) struct World {
    pub(crate) store: Store,
    pub(crate) policy: Policy,
    pub(crate) catalog: Arc<Catalog>,
    count: AtomicU64,
}

/// Runs a check against fresh data on SQLite and PostgreSQL, plainly and with every step rehearsed. The four wait for
/// their disks side by side.
pub(crate) fn for_each_world(check: impl Fn(&mut World) + Sync) {
    for_each_world_as(&[false, true], check);
}

/// The same without the rehearsals, for what is done very often.
pub(crate) fn for_each_plain_world(check: impl Fn(&mut World) + Sync) {
    for_each_world_as(&[false], check);
}

fn for_each_world_as(rehearsals: &[bool], check: impl Fn(&mut World) + Sync) {
    for_each_store(&DATA_CENTER, rehearsals, |store| {
        let mut world = World {
            store: store.clone(),
            policy: Policy::preset(Preset::Bigin),
            catalog: Arc::new(catalog()),
            count: AtomicU64::new(0),
        };
        world.populate();
        check(&mut world);
    });
}

/// The same with the store of a directory.
pub(crate) fn for_each_directory(check: impl Fn(&Store) + Sync) {
    for_each_store(&DIRECTORY, &[false, true], check);
}

fn for_each_store(tables: &Migrations, rehearsals: &[bool], check: impl Fn(&Store) + Sync) {
    thread::scope(|scope| {
        for &rehearse in rehearsals {
            for mut place in [Some(Place::sqlite()), Place::postgres()].into_iter().flatten() {
                let name = format!(
                    "{}{}",
                    if place.is_sqlite() { "SQLite" } else { "PostgreSQL" },
                    if rehearse { ", rehearsed" } else { "" }
                );
                let check = &check;
                let run = move || {
                    (place.options.rehearse, place.options.exclusive) = (rehearse, true);
                    let store = Store::open(&place.url, tables, &place.options).unwrap();
                    check(&store);
                    store.close();
                };
                // A panic tells the name of its thread.
                thread::Builder::new().name(name).spawn_scoped(scope, run).unwrap();
            }
        }
    });
}

pub(crate) fn person(id: UserId, realm: Realm, email: &str) -> NewUser {
    NewUser {
        id,
        realm,
        email: email.to_lowercase(),
        email_shown: email.to_owned(),
        password_hash: "$argon2id$".to_owned(),
        first_name: "First".to_owned(),
        last_name: format!("Last {}", id.0),
        disabled: false,
    }
}

pub(crate) fn organization(id: &str, name: &str, environment: Environment) -> Organization {
    Organization { id: id.to_owned(), name: name.to_owned(), environment }
}

pub(crate) fn house_portal() -> Portal {
    Portal {
        id: P1.to_owned(),
        name: "Customers".to_owned(),
        organization_id: O1.to_owned(),
        clients: vec![C1.to_owned()],
        accent: "#123456".to_owned(),
        remote_jwks: String::new(),
        has_logo: false,
    }
}

impl World {
    fn populate(&self) {
        self.write(|tx| {
            tx.put_organization(&organization(O1, "Zylker", Environment::Production))?;
            tx.put_organization(&organization(O2, "Acme", Environment::Sandbox))?;
            for (user, email) in [(U1, "Alice@Zylker.Example"), (U2, "bob@zylker.example")] {
                tx.put_user(&person(user, Realm::Accounts, email), at(0))?;
                tx.set_memberships(user, &[(O1.to_owned(), true), (O2.to_owned(), false)])?;
            }
            tx.put_portal(&house_portal(), None)?;
            tx.put_user(&person(PU, portal(), "alice@zylker.example"), at(0))
        });
    }

    /// A step that writes and that no database may refuse.
    pub(crate) fn write<T: Send + 'static>(
        &self,
        step: impl FnMut(&mut Tx<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> T {
        self.store.write_blocking(step).unwrap()
    }

    /// A step that reads.
    pub(crate) fn read<T: Send + 'static>(
        &self,
        step: impl FnMut(&mut Tx<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> T {
        self.store.read_blocking(step).unwrap()
    }

    /// A number, read by a query of one column.
    pub(crate) fn number(&self, sql: &'static str) -> i64 {
        self.read(move |tx| tx.one(sql, &[], |row| row.int(0))).unwrap()
    }

    pub(crate) fn execute(&self, sql: &'static str) {
        self.write(move |tx| tx.execute(sql, &[]));
    }

    fn next(&self) -> u64 {
        self.count.fetch_add(1, Ordering::Relaxed)
    }

    /// A new identifier of that time; later ones of the same time are greater.
    pub(crate) fn id(&self, now: Timestamp) -> TokenId {
        let mut tail = [0; 9];
        tail[1..].copy_from_slice(&self.next().to_be_bytes());
        TokenId::new(now, DataCenterByte(1), tail)
    }

    /// A token nobody has stored.
    pub(crate) fn token(&self, now: Timestamp) -> PresentedToken {
        PresentedToken { id: self.id(now), secret: TokenSecret::derive(b"test", &self.next().to_be_bytes()) }
    }

    pub(crate) fn trail(&self, now: Timestamp) -> AuditTrail {
        AuditTrail { id: self.id(now), request_id: "request".to_owned() }
    }

    /// A code to be: [`U1`] consents to [`READ`], offline, for [`C1`] in [`O1`]. Change what should differ.
    pub(crate) fn code(&self, now: Timestamp) -> Code {
        let PresentedToken { id, secret } = self.token(now);
        let new = NewCode {
            kind: CodeKind::Code,
            origin: Origin::default(),
            interaction: id,
            secret_hash: secret.hash(SecretKind::Code),
            realm: Realm::Accounts,
            client_id: C1.to_owned(),
            user: U1,
            organization_id: O1.to_owned(),
            redirect_uri: CALLBACK.to_owned(),
            scopes: ScopeList::read(READ).unwrap(),
            offline: true,
            challenge: None,
            expires_at: now.plus(self.policy.code_lifetime),
            consented: true,
            fresh_grant: self.id(now),
        };
        Code { new, secret }
    }

    pub(crate) fn issue(&self, code: &Code, now: Timestamp) -> Result<(), NoCode> {
        let (new, catalog, policy) = (code.new.clone(), Arc::clone(&self.catalog), self.policy.clone());
        let trail = self.trail(now);
        self.write(move |tx| tx.issue_code(&new, &catalog, &policy, &trail, now)).map(|_| ())
    }

    /// A code that was issued.
    pub(crate) fn issued(&self, now: Timestamp) -> Code {
        self.issued_with(now, |_| {})
    }

    pub(crate) fn issued_with(&self, now: Timestamp, change: impl FnOnce(&mut NewCode)) -> Code {
        let mut code = self.code(now);
        change(&mut code.new);
        self.issue(&code, now).unwrap();
        code
    }

    /// The right redemption of a code, with the tokens it would make.
    pub(crate) fn redemption(&self, code: &Code, now: Timestamp) -> (Redemption, Family) {
        let family = Family { refresh: self.token(now), access: self.token(now) };
        let redemption = Redemption {
            device: false,
            public: false,
            target: Target::default(),
            resources: Arc::default(),
            code: code.presented(),
            client_id: code.new.client_id.clone(),
            realm: code.new.realm.clone(),
            redirect_uri: Some(code.new.redirect_uri.clone()),
            verifier: None,
            access: kept(&family.access, SecretKind::Access),
            refresh: kept(&family.refresh, SecretKind::Refresh),
        };
        (redemption, family)
    }

    pub(crate) fn present(&self, asked: &Redemption, now: Timestamp) -> Result<RedeemedCode, TokenError> {
        let (asked, catalog, policy) = (asked.clone(), Arc::clone(&self.catalog), self.policy.clone());
        let trail = self.trail(now);
        self.write(move |tx| tx.redeem_code(&asked, &catalog, &policy, &trail, now))
    }

    pub(crate) fn redeem(&self, code: &Code, now: Timestamp) -> Result<Family, TokenError> {
        let (asked, family) = self.redemption(code, now);
        self.present(&asked, now).map(|_| family)
    }

    /// Issues a code and redeems it in the same instant.
    pub(crate) fn family(&self, now: Timestamp) -> Family {
        self.family_with(now, |_| {})
    }

    pub(crate) fn family_with(&self, now: Timestamp, change: impl FnOnce(&mut NewCode)) -> Family {
        let code = self.issued_with(now, change);
        let family = self.redeem(&code, now).unwrap();
        self.remember(&family.access, now);
        family
    }

    /// A family of the portal's user.
    pub(crate) fn portal_family(&self, now: Timestamp) -> Family {
        self.family_with(now, in_portal)
    }

    /// The right refresh of a family of [`C1`], and the access token it would make.
    pub(crate) fn refreshing(&self, refresh: &PresentedToken, now: Timestamp) -> (RefreshRequest, PresentedToken) {
        let access = self.token(now);
        let request = RefreshRequest {
            refresh: refresh.clone(),
            client_id: C1.to_owned(),
            realm: Realm::Accounts,
            access: kept(&access, SecretKind::Access),
        };
        (request, access)
    }

    /// What every refresh is given, with this narrowing.
    pub(crate) fn renewal(&self, target: Target) -> Renewal {
        Renewal {
            catalog: Arc::clone(&self.catalog),
            resources: Arc::default(),
            rotation: Arc::new(rotation_key()),
            target,
        }
    }

    pub(crate) fn ask(&self, request: &RefreshRequest, now: Timestamp) -> Result<Refreshed, TokenError> {
        self.ask_narrowed(request, &self.renewal(Target::default()), now)
    }

    pub(crate) fn ask_narrowed(
        &self,
        request: &RefreshRequest,
        with: &Renewal,
        now: Timestamp,
    ) -> Result<Refreshed, TokenError> {
        let (request, with, policy) = (request.clone(), with.clone(), self.policy.clone());
        self.write(move |tx| tx.refresh(&request, &with, &policy, now))
    }

    pub(crate) fn refresh(&self, refresh: &PresentedToken, now: Timestamp) -> Result<PresentedToken, TokenError> {
        let (request, access) = self.refreshing(refresh, now);
        let refreshed = self.ask(&request, now);
        self.remember(&access, now);
        refreshed.map(|_| access)
    }

    /// Has the store remember an access token, so that later looks show whether it forgets in time.
    fn remember(&self, token: &PresentedToken, now: Timestamp) {
        drop(waited_for(self.store.access(token.clone(), now)).unwrap());
    }

    pub(crate) fn access(&self, token: &PresentedToken, now: Timestamp) -> Result<LiveAccess, AccessError> {
        let (asked, token) = (token.clone(), token.clone());
        let read = self.read(move |tx| tx.access(&asked, now));
        // What is remembered of it must say the same, whatever was done to it since.
        let known = waited_for(self.store.access(token, now)).unwrap();
        assert_eq!(known.as_deref(), read.as_ref(), "remembered, and read");
        read
    }

    /// Revokes by possession, as the open form does.
    pub(crate) fn revoke(&self, token: &PresentedToken, now: Timestamp) -> Result<String, RevokeError> {
        self.ask_revoke(&revocation(token), now)
    }

    pub(crate) fn ask_revoke(&self, asked: &Revocation, now: Timestamp) -> Result<String, RevokeError> {
        let (asked, trail) = (asked.clone(), self.trail(now));
        self.write(move |tx| tx.revoke(&asked, &rotation_key(), &trail, now)).map(|revoked| revoked.client_id)
    }

    /// Withdraws what a user granted [`C1`] in an organization.
    pub(crate) fn withdraw(&self, user: UserId, organization_id: &'static str, now: Timestamp) -> bool {
        self.write(move |tx| match tx.lock_grant_of(user, C1, organization_id)? {
            Some(grant) => tx.revoke_grant(grant.id, now),
            None => Ok(false),
        })
    }

    pub(crate) fn disable(&self, user: UserId, realm: Realm, email: &'static str, disabled: bool) {
        self.write(move |tx| tx.put_user(&NewUser { disabled, ..person(user, realm.clone(), email) }, at(0)));
    }

    /// Audit rows of a kind, newest first.
    pub(crate) fn audits(&self, event: AuditEvent) -> Vec<AuditRow> {
        let rows = self.read(|tx| tx.audit_rows(10_000));
        rows.into_iter().filter(|row| row.event == event.as_str()).collect()
    }

    /// Everything a step about codes and tokens may change, for tests that nothing did.
    pub(crate) fn everything(&self) -> Vec<String> {
        fn text(row: &Row<'_>, columns: &str) -> Result<String, StoreError> {
            let mut text = String::new();
            for (index, kind) in columns.chars().enumerate() {
                let cell = match kind {
                    'b' => format!("{:02x?}", row.opt_blob_ref(index)?),
                    'i' => format!("{:?}", row.opt_int(index)?),
                    '?' => format!("{:?}", row.opt_bool(index)?),
                    _ => format!("{:?}", row.opt_text_ref(index)?),
                };
                text.push_str(&cell);
                text.push('|');
            }
            Ok(text)
        }
        const TABLES: [(&str, &str); 6] = [
            ("biibb", "SELECT id, expires_at, used_at, refresh_id, access_id FROM codes ORDER BY id"),
            (
                "bitttb?ii",
                "SELECT id, user_id, client_id, organization_id, scopes, refresh_ids, offline, granted_at, revoked_at FROM grants ORDER BY id",
            ),
            (
                "itbb",
                "SELECT user_id, client_id, recent_codes, recent_refresh FROM client_users ORDER BY user_id, client_id",
            ),
            (
                "bbiitbi",
                "SELECT id, recent, used_at, revoked_at, revoked_because, secret_hash, rotated_at FROM refresh_tokens ORDER BY id",
            ),
            ("bbii", "SELECT id, refresh_id, expires_at, revoked_at FROM access_tokens ORDER BY id"),
            ("bt", "SELECT id, event FROM audit ORDER BY id"),
        ];
        self.read(|tx| {
            let mut all = Vec::new();
            for (columns, sql) in TABLES {
                all.push(columns.to_owned());
                all.extend(tx.all(sql, &[], |row| text(row, columns))?);
            }
            Ok(all)
        })
    }

    /// Runs something that must change nothing.
    #[track_caller]
    pub(crate) fn unchanged<T>(&self, act: impl FnOnce() -> T) -> T {
        let before = self.everything();
        let result = act();
        assert_eq!(before, self.everything());
        result
    }
}

/// The key that successors are derived with.
pub(crate) fn rotation_key() -> RotationKey {
    RotationKey::new(vec![7; 32])
}

/// Makes a code one of the portal's user.
pub(crate) fn in_portal(new: &mut NewCode) {
    new.realm = portal();
    new.user = PU;
}

pub(crate) fn kept(token: &PresentedToken, kind: SecretKind) -> NewToken {
    NewToken { id: token.id, secret_hash: token.secret.hash(kind) }
}

/// The same identifier with another secret.
pub(crate) fn guessed(token: &PresentedToken) -> PresentedToken {
    PresentedToken { id: token.id, secret: TokenSecret::from_bytes([0xab; 16]) }
}

pub(crate) fn revocation(token: &PresentedToken) -> Revocation {
    Revocation { token: token.clone(), client_id: None, realm: Realm::Accounts, only: None }
}
