//! The cluster starts, answers, and leaves nothing behind.

use std::net::TcpStream;

use super::*;

#[test]
fn accounts_are_read_from_the_list() {
    let passwd = "root:x:0:0:root:/root:/bin/bash\npostgres:x:101:104::/var/lib/postgresql:/bin/bash\n";
    assert_eq!(find_account(passwd, "postgres"), Some(Account { uid: 101, gid: 104 }));
    assert_eq!(find_account(passwd, "post"), None);
}

#[test]
fn a_cluster_leaves_neither_process_nor_folder_behind() {
    // Without the programs there is nothing to try; `cargo xtask test` installs them first.
    let Some(binaries) = binaries() else { return };
    let cluster = Cluster::start(&binaries, Durability::None).unwrap();
    let port = cluster.port;
    let folder = cluster.folder.as_ref().unwrap().path().to_path_buf();
    assert!(cluster.url().ends_with(&format!(":{port}/postgres")));
    assert!(TcpStream::connect(("127.0.0.1", port)).is_ok());
    drop(cluster);
    assert!(TcpStream::connect(("127.0.0.1", port)).is_err());
    assert!(!folder.exists());
}
