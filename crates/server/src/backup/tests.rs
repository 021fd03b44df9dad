//! What is kept comes back; what was changed, cut off or is another's is refused before anything is written.

use grantor_protocol::people::{Environment, Organization, Realm, UserId};
use grantor_store::{NewUser, Tx};
use tempfile::TempDir;

use super::*;
use crate::{Config, provision};

const FILE: &str = r#"
[[organization]]
id = "10001"
name = "Zylker"
data_center = "us"
[[organization]]
id = "20001"
name = "Zylker Europe"
data_center = "eu"
[[user]]
email = "Alice@zylker.example"
password = "correct horse"
data_center = "us"
zuid = 700001
organizations = ["10001"]
[[user]]
email = "carla@zylker.example"
password = "battery staple"
data_center = "eu"
zuid = 800001
organizations = ["20001"]
[[client]]
id = "1000.ZYLKERDESK0000000000000000000A"
secret = "a-secret-of-some-length"
type = "server"
name = "Zylker Desk"
redirect_uris = ["http://127.0.0.1:9911/callback"]
owner = "alice@zylker.example"
[[scope]]
name = "ZylkerDesk.tickets.READ"
description = "View your tickets"
"#;

/// A folder for data folders, a key, and a backup.
struct Place {
    folder: TempDir,
    key: PathBuf,
    file: PathBuf,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (key, file) = (folder.path().join("backup.key"), folder.path().join("backup.grantor"));
        std::fs::write(&key, make_key().unwrap()).unwrap();
        Self { folder, key, file }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn config(&self, data: &str) -> Config {
        let text = format!(
            "data_dir = \"{}\"\n[[data_center]]\nlocation = 'us'\nlisten = '127.0.0.1:0'\n\
             [[data_center]]\nlocation = 'eu'\nlisten = '127.0.0.1:0'\n",
            self.path(data).display()
        );
        Config::parse(&text).unwrap()
    }

    /// The stores of that data folder.
    fn open(&self, data: &str) -> Workshop {
        Workshop::open(self.config(data)).unwrap()
    }

    /// Stores with [`FILE`] in them, and a backup of them.
    fn backed_up(&self) -> (Workshop, Vec<Kept>) {
        let shop = self.open("old");
        let file = provision::read_text(FILE, &shop.config).unwrap();
        let plan = provision::plan(&shop, &file, false).unwrap();
        provision::apply(&shop, plan).unwrap();
        let kept = make(&shop, &self.file, &self.key).unwrap();
        (shop, kept)
    }

    /// Why the backup is refused, by both who read it; the empty stores stay so.
    fn refused(&self, empty: &Workshop) -> BackupError {
        let why = verify(&self.file, &self.key).unwrap_err();
        assert_eq!(restore(empty, &self.file, &self.key).unwrap_err().to_string(), why.to_string());
        assert_eq!(rows(empty), [0; 3]);
        why
    }
}

/// How many rows each store has.
fn rows(shop: &Workshop) -> Vec<i64> {
    let all = stores(shop).into_iter();
    all.map(|(_, store, tables)| store.read_blocking(move |tx| tx.rows_of(tables, 1_000)).unwrap()).collect()
}

/// Every row of every store, and where it is.
fn everything(shop: &Workshop) -> Vec<Vec<String>> {
    let all = stores(shop).into_iter();
    all.map(|(_, store, tables)| {
        let store = store.clone();
        let (send, taken) = mpsc::sync_channel(16);
        let dumping = thread::spawn(move || store.dump_blocking(tables, send));
        let mut lines: Vec<String> = taken.iter().collect();
        dumping.join().unwrap().unwrap();
        lines.sort();
        lines
    })
    .collect()
}

#[test]
fn what_was_kept_comes_back_in_every_store() {
    let place = Place::new();
    let (old, kept) = place.backed_up();
    assert_eq!(kept.iter().map(|kept| kept.store.as_str()).collect::<Vec<_>>(), ["directory", "eu", "us"]);
    let counted: Vec<i64> = kept.iter().map(|kept| i64::try_from(kept.totals.rows).unwrap()).collect();
    assert!(counted.iter().all(|rows| *rows > 0), "{kept:?}");
    assert_eq!(counted, rows(&old));
    assert_eq!(verify(&place.file, &place.key).unwrap(), kept);

    let new = place.open("new");
    assert_eq!(restore(&new, &place.file, &place.key).unwrap(), kept);
    assert_eq!(everything(&new), everything(&old));
    let file = provision::read_text(FILE, &new.config).unwrap();
    let plan = provision::plan(&new, &file, true).unwrap();
    assert_eq!(plan.lines().collect::<Vec<_>>(), [""; 0]);
}

/// It takes many commits; a part of them looks whole.
#[test]
fn what_a_restore_that_broke_off_left_is_not_opened() {
    let place = Place::new();
    let (old, kept) = place.backed_up();
    let new = place.open("new");
    mark(&new, &kept, true).unwrap();
    new.close();
    for _ in 0..2 {
        let why = Workshop::open(place.config("new")).unwrap_err().to_string();
        assert!(why.contains("a restore into this database broke off"), "{why}");
    }
    std::fs::remove_dir_all(place.path("new")).unwrap();
    let new = place.open("new");
    assert_eq!(restore(&new, &place.file, &place.key).unwrap(), kept);
    new.close();
    assert_eq!(everything(&place.open("new")), everything(&old));
}

#[test]
fn a_backup_shows_nothing_of_what_is_in_it() {
    let place = Place::new();
    place.backed_up();
    let bytes = std::fs::read(&place.file).unwrap();
    for text in ["zylker", "Zylker", "users", "argon2id", "directory"] {
        assert!(!bytes.windows(text.len()).any(|some| some == text.as_bytes()), "{text}");
    }
}

#[test]
fn another_key_opens_nothing() {
    let place = Place::new();
    place.backed_up();
    let empty = place.open("new");
    std::fs::write(&place.key, make_key().unwrap()).unwrap();
    assert!(matches!(place.refused(&empty), BackupError::Sealed(_)));
    std::fs::write(&place.key, "no key").unwrap();
    assert!(matches!(place.refused(&empty), BackupError::NoKey(_)));
    std::fs::remove_file(&place.key).unwrap();
    assert!(matches!(place.refused(&empty), BackupError::File { .. }));
}

#[test]
fn one_changed_byte_is_found_out() {
    let place = Place::new();
    place.backed_up();
    let empty = place.open("new");
    let whole = std::fs::read(&place.file).unwrap();
    let end = whole.len();
    for at in (0..64).chain([end / 2]).chain(end - 32..end) {
        for bit in [0x01, 0x80] {
            let mut changed = whole.clone();
            changed[at] ^= bit;
            std::fs::write(&place.file, changed).unwrap();
            let why = place.refused(&empty);
            let begins = matches!(why, BackupError::Sealed(_));
            assert!(begins || matches!(why, BackupError::NotABackup(_)), "byte {at}: {why}");
            assert_eq!(begins, at >= MAGIC.len(), "byte {at}: {why}");
        }
    }
    std::fs::write(&place.file, whole).unwrap();
    restore(&empty, &place.file, &place.key).unwrap();
}

#[test]
fn what_is_cut_off_or_goes_on_is_refused() {
    let place = Place::new();
    place.backed_up();
    let empty = place.open("new");
    let whole = std::fs::read(&place.file).unwrap();
    let head = MAGIC.len() + 16;
    for length in [0, 5, MAGIC.len(), head - 1] {
        std::fs::write(&place.file, &whole[..length]).unwrap();
        assert!(matches!(place.refused(&empty), BackupError::NotABackup(_)), "{length}");
    }
    for length in [head, head + 2, head + 4, whole.len() / 2, whole.len() - 1] {
        std::fs::write(&place.file, &whole[..length]).unwrap();
        assert!(matches!(place.refused(&empty), BackupError::Sealed(_)), "{length}");
    }
    for more in [b"\n".as_slice(), whole.as_slice()] {
        let mut longer = whole.clone();
        longer.extend(more);
        std::fs::write(&place.file, longer).unwrap();
        assert!(matches!(place.refused(&empty), BackupError::Sealed(_)));
    }
}

#[test]
fn chunks_are_neither_left_out_nor_exchanged() {
    let place = Place::new();
    let shop = place.open("old");
    for n in 0..3 {
        put_organization(&shop, &n.to_string(), &"x".repeat(CHUNK));
    }
    make(&shop, &place.file, &place.key).unwrap();
    let whole = std::fs::read(&place.file).unwrap();
    let (head, mut rest) = whole.split_at(MAGIC.len() + 16);
    let mut chunks = Vec::new();
    while let Some((length, _)) = rest.split_first_chunk::<4>() {
        let (chunk, after) = rest.split_at(4 + (u32::from_be_bytes(*length) & !LAST) as usize);
        chunks.push(chunk);
        rest = after;
    }
    let last = chunks.len() - 1;
    assert!(last >= 3);
    let mut exchanged = chunks.clone();
    exchanged.swap(0, 1);
    let mut twice = chunks.clone();
    twice.insert(1, chunks[0]);
    let empty = place.open("new");
    for wrong in [exchanged, twice, chunks[1..].to_vec(), chunks[..last].to_vec(), chunks[last..].to_vec()] {
        let mut bytes = head.to_vec();
        bytes.extend(wrong.concat());
        std::fs::write(&place.file, bytes).unwrap();
        assert!(matches!(place.refused(&empty), BackupError::Sealed(_)));
    }
}

#[test]
fn stores_that_are_not_empty_are_left_as_they_are() {
    let place = Place::new();
    let (old, _) = place.backed_up();
    let before = everything(&old);
    let why = restore(&old, &place.file, &place.key).unwrap_err();
    assert!(matches!(&why, BackupError::NotEmpty(store) if store == "directory"), "{why}");
    assert_eq!(everything(&old), before);
    // One of them is enough, and the others get nothing.
    let new = place.open("new");
    put_organization(&new, "1", "Acme");
    let why = restore(&new, &place.file, &place.key).unwrap_err();
    assert!(matches!(&why, BackupError::NotEmpty(store) if store == "us"), "{why}");
    assert_eq!(rows(&new), [0, 0, 1]);
}

#[test]
fn a_data_center_that_is_not_served_is_not_restored() {
    let place = Place::new();
    place.backed_up();
    let mut config = place.config("new");
    config.data_centers.retain(|dc| dc.location == "us");
    let shop = Workshop::open(config).unwrap();
    let why = restore(&shop, &place.file, &place.key).unwrap_err();
    assert!(matches!(&why, BackupError::NotServed(location) if location == "eu"), "{why}");
    assert_eq!(rows(&shop), [0; 2]);
}

#[cfg(unix)]
#[test]
fn only_the_owner_may_read_a_backup_and_its_key() {
    use std::os::unix::fs::PermissionsExt as _;

    let place = Place::new();
    place.backed_up();
    let own = place.path("own.key");
    keep_key(&own, "a key").unwrap();
    assert_eq!(keep_key(&own, "another").unwrap_err().kind(), std::io::ErrorKind::AlreadyExists);
    assert_eq!(std::fs::read_to_string(&own).unwrap(), "a key\n");
    for file in [&place.file, &own] {
        assert_eq!(std::fs::metadata(file).unwrap().permissions().mode() & 0o777, 0o600, "{}", file.display());
    }
}

#[test]
fn a_backup_has_its_name_only_when_it_is_whole() {
    let place = Place::new();
    let (shop, _) = place.backed_up();
    assert!(!place.path("backup.sealed.unfinished").exists());
    let before = std::fs::read(&place.file).unwrap();
    shop.stores.data_centers["us"].clone().close();
    let why = make(&shop, &place.file, &place.key).unwrap_err();
    assert!(matches!(&why, BackupError::Store { store, .. } if store == "us"), "{why}");
    assert_eq!(std::fs::read(&place.file).unwrap(), before);
}

/// So many join at most.
const MOST: i64 = 2_000;

/// Somebody joins in one step of their data center, and then the directory learns of them: over and over, until
/// `stopped` is.
fn join(shop: &Workshop, joined: &mpsc::Sender<i64>, stopped: &mpsc::Receiver<()>) {
    let now = shop.clock.now();
    let going = |n: &i64| *n <= MOST && stopped.try_recv() == Err(mpsc::TryRecvError::Empty);
    for n in (1..).take_while(going) {
        let email = format!("u{n}@zylker.example");
        let user = NewUser {
            id: UserId(n),
            realm: Realm::Accounts,
            email: email.clone(),
            email_shown: email.clone(),
            password_hash: String::new(),
            first_name: String::new(),
            last_name: String::new(),
            disabled: false,
        };
        let step = shop.stores.data_centers["us"].write_blocking(move |tx| {
            tx.put_user(&user, now)?;
            tx.set_memberships(user.id, &[("10001".to_owned(), false)])
        });
        step.unwrap();
        shop.stores.directory.write_blocking(move |tx| tx.add_home(&email, "us")).unwrap();
        let _ = joined.send(n);
    }
}

#[test]
fn a_backup_beside_a_server_that_writes_holds_whole_steps() {
    let place = Place::new();
    let (server, shop) = (place.open("old"), place.open("old"));
    put_organization(&server, "10001", "Zylker");
    let (joined, told) = mpsc::channel();
    let (stop, stopped) = mpsc::channel();
    let writing = thread::spawn(move || join(&server, &joined, &stopped));
    let mut files = Vec::new();
    for n in 0..3 {
        told.recv().unwrap();
        let file = place.path(&format!("{n}.grantor"));
        make(&shop, &file, &place.key).unwrap();
        files.push(file);
    }
    drop(stop);
    writing.join().unwrap();
    for (n, file) in files.iter().enumerate() {
        let new = place.open(&format!("new-{n}"));
        restore(&new, file, &place.key).unwrap();
        let (directory, us) = (&new.stores.directory, &new.stores.data_centers["us"]);
        let (mut people, mut homes) = (0, 0);
        for n in 1..=MOST {
            let step = move |tx: &mut Tx<'_>| {
                Ok((tx.user(UserId(n))?.is_some(), tx.memberships(UserId(n), &Realm::Accounts)?.len()))
            };
            let (is_there, memberships) = us.read_blocking(step).unwrap();
            assert_eq!(memberships, usize::from(is_there), "user {n}");
            let home = directory.read_blocking(move |tx| tx.homes(&format!("u{n}@zylker.example"))).unwrap();
            assert!(is_there || home.is_empty(), "the directory knows user {n}, who is not at home");
            people += usize::from(is_there);
            homes += home.len();
        }
        assert!(people > 0 && homes > 0);
    }
}

fn put_organization(shop: &Workshop, id: &str, name: &str) {
    let wanted = Organization { id: id.to_owned(), name: name.to_owned(), environment: Environment::default() };
    assert!(shop.stores.data_centers["us"].write_blocking(move |tx| tx.put_organization(&wanted)).unwrap());
}
