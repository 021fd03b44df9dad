//! Logos: what may be uploaded, how it is served, and where it is shown.

use std::io::Cursor;

use image::{DynamicImage, ImageFormat};

use super::kit::*;
use crate::tests::harness::*;

fn picture(width: u32, height: u32, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Vec::new();
    let picture = image::RgbImage::from_fn(width, height, |x, y| image::Rgb([(x % 256) as u8, (y % 256) as u8, 7]));
    DynamicImage::ImageRgb8(picture).write_to(&mut Cursor::new(&mut bytes), format).unwrap();
    bytes
}

fn upload(csrf: &str, kind: &str, file: &[u8]) -> Request {
    let mut body = format!(
        "--XbX\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\n{csrf}\r\n--XbX\r\nContent-Disposition: \
         form-data; name=\"logo\"; filename=\"logo.png\"\r\nContent-Type: {kind}\r\n\r\n"
    )
    .into_bytes();
    body.extend_from_slice(file);
    body.extend_from_slice(b"\r\n--XbX\r\nContent-Disposition: form-data; name=\"do\"\r\n\r\nput\r\n--XbX--\r\n");
    Request::new("POST", "").body("multipart/form-data; boundary=XbX", body)
}

fn logo_of(page: &str) -> Option<String> {
    let rest = page.split_once("src=\"/client-logo/")?.1;
    Some(format!("/client-logo/{}", rest.split('"').next()?))
}

#[tokio::test]
async fn a_logo_is_made_anew_and_shown() {
    for_each_store(async |house| {
        let mut alice = developer(house, &ALICE).await;
        let made = alice.server("Pictured").await;
        let csrf = alice.csrf().await;
        let app = made.app(CALLBACK);
        let mut before = String::new();
        for (format, side) in [(ImageFormat::Png, 600), (ImageFormat::Jpeg, 300), (ImageFormat::WebP, 100)] {
            let file = picture(side, side, format);
            // What it is called and said to be counts for nothing.
            let reply = alice.send(&made.path("/logo"), upload(&csrf, "text/html", &file)).await;
            assert_eq!(reply.header("location"), Some(made.path("?done=logo").as_str()), "{format:?}: {reply:?}");
            let url = logo_of(&alice.page(&made.path("")).await).unwrap();
            assert!(alice.page("/console").await.contains(&url));
            let served = house.send("eu", &Request::get(&url)).await;
            assert!(served.status == 200 && served.body.contains("PNG"), "{served:?}");
            for (name, value) in [
                ("content-type", "image/png"),
                ("content-security-policy", "default-src 'none'; sandbox"),
                ("x-content-type-options", "nosniff"),
                ("cache-control", "public, max-age=31536000, immutable"),
            ] {
                assert_eq!(served.header(name), Some(value));
            }
            let ask = Ask::of(&app).url(house);
            let (_, consent) = Browser::default().walk(house, &ask, &ALICE, Some("decision")).await;
            assert!(consent.body.contains(&format!("class=\"asks-logo\" src=\"{url}\"")), "{consent:?}");
            if !before.is_empty() {
                assert_eq!(house.send("us", &Request::get(&before)).await.status, 404, "the old one is gone");
            }
            before = url;
        }
        let reply = alice.post(&made.path("/logo"), &[("do", "remove")]).await;
        assert_eq!(reply.header("location"), Some(made.path("?done=logo-removed").as_str()));
        assert_eq!(house.send("us", &Request::get(&before)).await.status, 404);
        assert_eq!(logo_of(&alice.page(&made.path("")).await), None);
    })
    .await;
}

#[tokio::test]
async fn what_is_no_small_picture_is_refused_in_words() {
    for_one_store(async |house| {
        let mut alice = developer(house, &ALICE).await;
        let made = alice.server("Unpictured").await;
        let csrf = alice.csrf().await;
        let whole = picture(400, 400, ImageFormat::Png);
        let mut bomb = Vec::new();
        DynamicImage::ImageLuma8(image::GrayImage::new(7_072, 7_072))
            .write_to(&mut Cursor::new(&mut bomb), ImageFormat::Png)
            .unwrap();
        let svg = b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>";
        let cases: [(&str, &[u8], &str); 7] = [
            ("image/svg+xml", svg, "not a PNG, JPEG or WebP"),
            ("image/png", b"<!doctype html><script>alert(1)</script>", "not a PNG, JPEG or WebP"),
            ("image/gif", b"GIF89a\x01\0\x01\0", "not a PNG, JPEG or WebP"),
            ("image/png", &whole[..whole.len() / 2], "damaged or cut off"),
            ("image/png", &bomb, "more than 2,048 by 2,048 pixels"),
            ("image/png", &vec![0x89; 256 * 1024 + 1], "larger than 256 KiB"),
            ("image/png", b"", "no file was chosen"),
        ];
        for (kind, file, why) in cases {
            let reply = alice.send(&made.path("/logo"), upload(&csrf, kind, file)).await;
            let told = fault(&reply.body, "logo").unwrap_or_else(|| panic!("{why}: {reply:?}"));
            assert!(reply.status == 422 && told.contains(why), "{told}");
        }
        // Far too much is told as well, not hung up on.
        let reply = alice.send(&made.path("/logo"), upload(&csrf, "image/png", &vec![7; 3 * 1024 * 1024])).await;
        assert!(reply.status == 422 && reply.body.contains("larger than 256 KiB"), "{}", reply.status);
        let cut = Request::new("POST", "").body("multipart/form-data; boundary=XbX", "--XbX\r\nContent-Dis");
        assert_eq!(alice.send(&made.path("/logo"), cut).await.status, 400);
        assert_eq!(logo_of(&alice.page(&made.path("")).await), None);
        assert_eq!(alice.send(&made.path("/logo"), upload("forged", "image/png", &whole)).await.status, 403);
        for path in ["/client-logo/x/y", "/client-logo/%ff/%00", "/client-logo/1000.A/../../etc"] {
            assert_eq!(house.send("us", &Request::get(path)).await.status, 404, "{path}");
        }
    })
    .await;
}
