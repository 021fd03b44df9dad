//! Contrast: of the stylesheet's own colors, and of any accent a brand may choose.

use super::pages::{
    assets,
    color::{Color, DARK_GROUNDS, ENOUGH, LIGHT_GROUNDS},
};

/// Custom properties of the light block and of the dark one.
fn property(css: &str, name: &str) -> [Color; 2] {
    let values: Vec<Color> = css
        .split(&format!("--{name}:"))
        .skip(1)
        .filter_map(|rest| Color::parse(rest.split([';', '}']).next().unwrap_or_default().trim()))
        .collect();
    values.try_into().unwrap_or_else(|_| panic!("{name} for light and dark"))
}

fn stylesheet() -> String {
    String::from_utf8(assets::find(assets::stylesheet_url()).unwrap().bytes.to_vec()).unwrap()
}

#[test]
fn the_grounds_are_the_stylesheets() {
    let css = stylesheet();
    let (surface, ground, on_accent) =
        (property(&css, "surface"), property(&css, "ground"), property(&css, "on-accent"));
    assert_eq!(LIGHT_GROUNDS, [surface[0], ground[0], on_accent[0]]);
    assert_eq!(DARK_GROUNDS, [surface[1], ground[1], on_accent[1]]);
}

#[test]
fn the_stylesheets_colors_are_readable() {
    let css = stylesheet();
    let (surface, ground) = (property(&css, "surface"), property(&css, "ground"));
    for scheme in [0, 1] {
        for name in ["text", "muted", "accent", "danger"] {
            for under in [surface, ground] {
                let contrast = property(&css, name)[scheme].contrast(under[scheme]);
                assert!(contrast >= ENOUGH, "{name} in scheme {scheme}: {contrast:.2}");
            }
        }
        // The line around a field must be seen (WCAG 1.4.11).
        assert!(property(&css, "field-line")[scheme].contrast(surface[scheme]) >= 3.0, "field-line in scheme {scheme}");
        assert!(property(&css, "on-accent")[scheme].contrast(property(&css, "accent")[scheme]) >= ENOUGH);
    }
}

#[test]
fn contrast_is_what_wcag_says() {
    let (black, white, gray) = (Color([0, 0, 0]), Color([255, 255, 255]), Color([0x76, 0x76, 0x76]));
    assert!((black.contrast(white) - 21.0).abs() < 0.01);
    assert!((white.contrast(white) - 1.0).abs() < 0.01);
    assert!((gray.contrast(white) - 4.54).abs() < 0.01);
}

#[test]
fn any_accent_becomes_readable_and_a_good_one_stays() {
    for red in (0..=255).step_by(15) {
        for green in (0..=255).step_by(15) {
            for blue in (0..=255).step_by(15) {
                let accent = Color([red as u8, green as u8, blue as u8]);
                let css = assets::brand_stylesheet(&accent.hex()).unwrap();
                let [light, dark] = property(&css, "accent");
                for (color, grounds) in [(light, LIGHT_GROUNDS), (dark, DARK_GROUNDS)] {
                    for ground in grounds {
                        assert!(color.contrast(ground) >= ENOUGH, "{accent:?} became {color:?}");
                    }
                    if grounds.iter().all(|ground| accent.contrast(*ground) >= ENOUGH) {
                        assert_eq!(color, accent);
                    }
                }
            }
        }
    }
}

#[test]
fn only_a_plain_color_is_taken() {
    for accent in
        ["", "#", "#fff", "0a7d5a", "#0a7d5", "#0a7d5a;", "#0a7d5g", "#+a7d5a", "red", "#0a7d5a}*{x:y", "#ääa"]
    {
        assert_eq!(assets::brand_stylesheet(accent), None, "{accent}");
    }
    assert!(assets::brand_stylesheet("#0A7D5A").is_some());
}
