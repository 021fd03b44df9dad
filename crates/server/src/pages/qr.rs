//! QR codes, drawn into the page: the policy allows no picture from elsewhere, and none is needed.

use qrcode::{EcLevel, QrCode, render::svg};

use super::text::Html;

/// A QR code of `text`, as an SVG element of dark squares on white; nothing when the text is too long for one.
pub(super) fn draw(text: &str) -> Html {
    let drawn = QrCode::with_error_correction_level(text, EcLevel::M)
        .map(|code| code.render::<svg::Color<'_>>().quiet_zone(true).module_dimensions(4, 4).build())
        .unwrap_or_default();
    // An element of the page is no document of its own.
    let element = drawn.split_once("?>").map_or("", |(_, element)| element);
    Html::drawn(element.replacen("<svg ", "<svg aria-hidden=\"true\" focusable=\"false\" ", 1))
}

#[cfg(test)]
mod tests {
    use super::draw;

    #[test]
    fn squares_and_nothing_else() {
        let html = draw("</svg><script>alert(1)</script>").to_string();
        assert!(html.starts_with("<svg aria-hidden=") && html.ends_with("</svg>"));
        assert!(!html.contains("script"));
        assert!(draw(&"x".repeat(10_000)).to_string().is_empty());
    }
}
