//! The languages of the pages, and how one is chosen.

/// A language the pages are written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Locale {
    #[default]
    English,
    German,
    Arabic,
}

impl Locale {
    pub const ALL: [Self; 3] = [Self::English, Self::German, Self::Arabic];

    /// The best of our languages for an `Accept-Language` header (RFC 9110 12.5.4); English when none fits.
    pub fn from_accept_language(header: Option<&str>) -> Self {
        let mut best = (Self::English, 0_u16);
        // A browser names a handful; a stranger's header must not cost more than that.
        for item in header.unwrap_or_default().split(',').take(16) {
            let mut parts = item.split(';');
            let tag = parts.next().unwrap_or_default().trim();
            let weight = parts.find_map(|part| part.trim().strip_prefix("q=")).map_or(1000, thousandths);
            let primary = tag.split('-').next().unwrap_or_default();
            let found = Self::ALL.into_iter().find(|locale| locale.tag().eq_ignore_ascii_case(primary));
            if let Some(locale) = found
                && weight > best.1
            {
                best = (locale, weight);
            }
        }
        best.0
    }

    /// The BCP 47 tag, for `<html lang>`.
    pub fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::German => "de",
            Self::Arabic => "ar",
        }
    }

    /// The writing direction, for `<html dir>`.
    pub fn direction(self) -> &'static str {
        match self {
            Self::English | Self::German => "ltr",
            Self::Arabic => "rtl",
        }
    }
}

fn thousandths(quality: &str) -> u16 {
    let weight = quality.trim().parse::<f32>().unwrap_or(0.0);
    if weight.is_finite() { (weight.clamp(0.0, 1.0) * 1000.0) as u16 } else { 0 }
}
