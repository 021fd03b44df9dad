//! The right packages for the right system.

use super::*;

#[test]
fn packages_follow_the_system() {
    let debian = "PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\nID=debian\n";
    let ubuntu = "NAME=\"Ubuntu\"\nID=ubuntu\nID_LIKE=debian\n";
    assert_eq!(
        packages(debian, &[Need::Postgres, Need::Browser]),
        ["postgresql", "chromium", "chromium-driver", "curl"]
    );
    assert_eq!(packages(ubuntu, &[Need::Browser]), ["chromium-browser", "chromium-chromedriver", "curl"]);
    assert_eq!(packages("", &[Need::Postgres]), ["postgresql"]);
}

#[test]
fn the_installing_script_is_valid_shell() {
    let status = Command::new("sh").args(["-n", "-c", INSTALL]).status().unwrap();
    assert!(status.success());
}
