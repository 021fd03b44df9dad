//! Writes every sample page and the files it needs to a folder, to be looked at in a browser:
//! `cargo run -p grantor-server --example page_samples -- FOLDER`, then serve the folder on loopback.

use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs, io};

use grantor_server::pages;

#[path = "../src/pages/tests/samples.rs"]
mod samples;

const LOGO: &str = r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 56 56"><rect width="56" height="56" rx="14" fill="#f1b24a"/><path d="M16 18h24L18 38h22" fill="none" stroke="#3b2506" stroke-width="5" stroke-linecap="round" stroke-linejoin="round"/></svg>"##;

fn main() -> io::Result<()> {
    let Some(folder) = env::args().nth(1) else {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "which folder?"));
    };
    let folder = Path::new(&folder);
    fs::create_dir_all(folder.join("assets"))?;
    for url in [pages::assets::stylesheet_url(), pages::assets::script_url(), pages::assets::mark_url()] {
        if let Some(asset) = pages::assets::find(url) {
            fs::write(folder.join(url.trim_start_matches('/')), asset.bytes)?;
        }
    }
    fs::write(folder.join("assets/sample-logo.svg"), LOGO)?;
    fs::write(folder.join("assets/brand.css"), pages::assets::brand_stylesheet("#7a3fd1").unwrap_or_default())?;
    let mut index = String::from("<!doctype html><meta charset=\"utf-8\"><title>Sample pages</title><ul>");
    for locale in pages::Locale::ALL {
        for words in samples::ALL_WORDS {
            for (name, html) in samples::pages(locale, words) {
                fs::write(folder.join(format!("{name}.html")), html)?;
                let _ = write!(index, "<li><a href=\"{name}.html\">{name}</a>");
            }
        }
    }
    fs::write(folder.join("index.html"), index)
}
