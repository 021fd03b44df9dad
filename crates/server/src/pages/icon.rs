//! The icons, one set: 20 by 20, drawn with the color of the text beside them, never read aloud.

use super::text::Html;

/// What an icon stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Icon {
    Read,
    Change,
    Delete,
    Everything,
    Alert,
    Away,
    Brief,
    Shield,
    Next,
    Undo,
    Organization,
    External,
    Place,
    Search,
    Check,
    Key,
}

macro_rules! svg {
    ($body:literal) => {
        Html::from_source(concat!(
            r#"<svg class="icon" viewBox="0 0 20 20" width="20" height="20" fill="none" stroke="currentColor" stroke-width="1.6" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true" focusable="false">"#,
            $body,
            "</svg>"
        ))
    };
}

impl Icon {
    pub(super) fn svg(self) -> Html {
        match self {
            Self::Read => svg!(
                r#"<path d="M2 10s2.8-5.2 8-5.2S18 10 18 10s-2.8 5.2-8 5.2S2 10 2 10Z"/><circle cx="10" cy="10" r="2.3"/>"#
            ),
            Self::Change => {
                svg!(r#"<path d="m12.7 4.2 3.1 3.1L7 16.1l-3.8.7.7-3.8 8.8-8.8Z"/><path d="m11 5.9 3.1 3.1"/>"#)
            }
            Self::Delete => {
                svg!(r#"<path d="M3.5 5.5h13M8 5.5V3.4h4v2.1M5.2 5.5l.7 11.1h8.2l.7-11.1M8.4 8.7v4.7M11.6 8.7v4.7"/>"#)
            }
            Self::Everything => svg!(
                r#"<circle cx="6.7" cy="13.3" r="3.5"/><path d="m9.2 10.8 7.3-7.3M13.5 6.5l2.4 2.4M11.4 8.6l1.5 1.5"/>"#
            ),
            Self::Alert => svg!(r#"<circle cx="10" cy="10" r="7.8"/><path d="M10 6v4.8M10 13.8v.1"/>"#),
            Self::Away => svg!(r#"<path d="M16.6 12.4A7 7 0 0 1 7.6 3.4a7 7 0 1 0 9 9Z"/>"#),
            Self::Brief => svg!(r#"<circle cx="10" cy="10" r="7.8"/><path d="M10 5.6V10l2.8 1.8"/>"#),
            Self::Shield => svg!(
                r#"<path d="M10 2.2 3.6 4.5v5c0 4 2.7 6.9 6.4 8.3 3.7-1.4 6.4-4.3 6.4-8.3v-5L10 2.2Z"/><path d="m7.3 9.8 2 2 3.5-3.7"/>"#
            ),
            Self::Next => svg!(r#"<g class="turns"><path d="M3 10h13.4M11.6 5.2l4.8 4.8-4.8 4.8"/></g>"#),
            Self::Undo => svg!(
                r#"<g class="turns"><path d="M7 3.6 3.2 7.4 7 11.2"/><path d="M3.4 7.4h8.3a4.6 4.6 0 0 1 0 9.2H7.5"/></g>"#
            ),
            Self::Organization => svg!(
                r#"<path d="M3.6 17.4V3.2h8v14.2M11.6 8.2h4.8v9.2M2.4 17.4h15.2M6.4 6.4h2.4M6.4 9.6h2.4M6.4 12.8h2.4"/>"#
            ),
            Self::External => {
                svg!(r#"<g class="turns"><path d="M11.6 3.4h5v5M16.4 3.6 9.2 10.8M14.6 11.6v5H3.4V5.4h5"/></g>"#)
            }
            Self::Place => svg!(
                r#"<circle cx="10" cy="10" r="7.8"/><path d="M2.4 10h15.2M10 2.2c2.4 2.2 3.4 4.9 3.4 7.8s-1 5.6-3.4 7.8C7.6 15.6 6.6 12.9 6.6 10S7.6 4.4 10 2.200Z"/>"#
            ),
            Self::Search => svg!(r#"<circle cx="8.8" cy="8.8" r="5.6"/><path d="m13 13 4.2 4.2"/>"#),
            Self::Key => svg!(r#"<circle cx="6.2" cy="10" r="3.6"/><path d="M9.8 10h7.8v3M14.2 10v2.4"/>"#),
            Self::Check => svg!(r#"<circle cx="10" cy="10" r="7.8"/><path d="m6.6 10.3 2.3 2.3 4.6-5"/>"#),
        }
    }
}
