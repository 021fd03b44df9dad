//! An operator's accent made readable: contrast is computed for light and dark, not hoped for (WCAG 2 relative luminance).

use std::fmt::Write as _;

/// An sRGB color, each part 0 to 255.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Color(pub(super) [u8; 3]);

/// Everything the accent is drawn on, or that is drawn on the accent, in `assets/style.css`; a test keeps the two alike.
pub(super) const LIGHT_GROUNDS: [Color; 3] =
    [Color([0xff, 0xff, 0xff]), Color([0xf4, 0xf6, 0xf4]), Color([0xff, 0xff, 0xff])];
pub(super) const DARK_GROUNDS: [Color; 3] =
    [Color([0x18, 0x1d, 0x1b]), Color([0x0f, 0x13, 0x11]), Color([0x08, 0x12, 0x0e])];

/// WCAG 2.2, success criterion 1.4.3.
pub(super) const ENOUGH: f64 = 4.5;

impl Color {
    /// Reads `#rrggbb`.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('#')?;
        if digits.len() != 6 || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        let value = u32::from_str_radix(digits, 16).ok()?;
        let [_, red, green, blue] = value.to_be_bytes();
        Some(Self([red, green, blue]))
    }

    fn luminance(self) -> f64 {
        let [red, green, blue] = self.0.map(|part| {
            let part = f64::from(part) / 255.0;
            if part <= 0.040_45 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
        });
        0.2126_f64.mul_add(red, 0.7152_f64.mul_add(green, 0.0722 * blue))
    }

    /// The contrast between two colors, from 1 to 21.
    pub(super) fn contrast(self, other: Self) -> f64 {
        let (one, two) = (self.luminance(), other.luminance());
        (one.max(two) + 0.05) / (one.min(two) + 0.05)
    }

    /// This color moved towards another by so many hundredths.
    fn towards(self, other: Self, hundredths: u16) -> Self {
        let mut mixed = self.0;
        for (part, target) in mixed.iter_mut().zip(other.0) {
            let sum = u32::from(*part) * u32::from(100 - hundredths.min(100))
                + u32::from(target) * u32::from(hundredths.min(100));
            *part = (sum / 100) as u8;
        }
        Self(mixed)
    }

    /// The nearest color on the way to `end` that is readable on every ground.
    pub(super) fn readable(self, grounds: &[Self], end: Self) -> Self {
        let steps = (0..=100_u16).map(|hundredths| self.towards(end, hundredths));
        steps.into_iter().find(|color| grounds.iter().all(|ground| color.contrast(*ground) >= ENOUGH)).unwrap_or(end)
    }

    pub(super) fn hex(self) -> String {
        self.0.iter().fold(String::from("#"), |mut text, part| {
            let _ = write!(text, "{part:02x}");
            text
        })
    }
}

/// Custom properties for an accent written `#rrggbb`, for light and dark. None when it is not written so.
pub fn brand_stylesheet(accent: &str) -> Option<String> {
    let accent = Color::parse(accent)?;
    let light = accent.readable(&LIGHT_GROUNDS, Color([0, 0, 0])).hex();
    let dark = accent.readable(&DARK_GROUNDS, Color([255, 255, 255])).hex();
    Some(format!(":root{{--accent:{light}}}\n@media (prefers-color-scheme:dark){{:root{{--accent:{dark}}}}}\n"))
}
