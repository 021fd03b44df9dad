//! The few files a page needs, inside the program, under names that carry a hash of their content.

use std::sync::LazyLock;

use aws_lc_rs::digest;

pub use super::color::brand_stylesheet;

/// A file as it goes out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asset {
    pub content_type: &'static str,
    pub bytes: &'static [u8],
    /// Whether the name carries a hash, so that it may be kept for good.
    pub immutable: bool,
}

struct Named {
    path: String,
    asset: Asset,
}

const STYLE: &[u8] = include_bytes!("../../assets/style.css");
const SHELL_STYLE: &[u8] = include_bytes!("../../assets/shell.css");
const SCRIPT: &[u8] = include_bytes!("../../assets/page.js");
const PASSKEY_SCRIPT: &[u8] = include_bytes!("../../assets/passkey.js");
const MARK: &[u8] = include_bytes!("../../assets/mark.svg");
const SVG: &str = "image/svg+xml";

static STYLESHEET: LazyLock<Named> = LazyLock::new(|| named("style", "css", "text/css; charset=utf-8", STYLE));
static SHELL_STYLESHEET: LazyLock<Named> =
    LazyLock::new(|| named("shell", "css", "text/css; charset=utf-8", SHELL_STYLE));
static PAGE_SCRIPT: LazyLock<Named> = LazyLock::new(|| named("page", "js", "text/javascript; charset=utf-8", SCRIPT));
static PASSKEYS: LazyLock<Named> =
    LazyLock::new(|| named("passkey", "js", "text/javascript; charset=utf-8", PASSKEY_SCRIPT));
static BRAND_MARK: LazyLock<Named> = LazyLock::new(|| named("mark", "svg", SVG, MARK));

fn named(stem: &str, extension: &str, content_type: &'static str, bytes: &'static [u8]) -> Named {
    let hash = data_encoding::HEXLOWER.encode(digest::digest(&digest::SHA256, bytes).as_ref());
    let short: String = hash.chars().take(16).collect();
    Named { path: format!("/assets/{stem}-{short}.{extension}"), asset: Asset { content_type, bytes, immutable: true } }
}

/// The file at a path such as `/assets/style-0123456789abcdef.css` or `/favicon.ico`.
pub fn find(path: &str) -> Option<Asset> {
    if path == "/favicon.ico" || path == "/favicon.svg" {
        return Some(Asset { content_type: SVG, bytes: MARK, immutable: false });
    }
    [&STYLESHEET, &SHELL_STYLESHEET, &PAGE_SCRIPT, &PASSKEYS, &BRAND_MARK]
        .into_iter()
        .find(|named| named.path == path)
        .map(|named| named.asset)
}

pub fn stylesheet_url() -> &'static str {
    &STYLESHEET.path
}

pub fn shell_stylesheet_url() -> &'static str {
    &SHELL_STYLESHEET.path
}

pub fn script_url() -> &'static str {
    &PAGE_SCRIPT.path
}

/// What talks to the browser's passkeys; only on pages that offer one.
pub fn passkey_script_url() -> &'static str {
    &PASSKEYS.path
}

/// The product's mark: the logo of [`super::Brand::grantor`], and the icon of every page.
pub fn mark_url() -> &'static str {
    &BRAND_MARK.path
}
