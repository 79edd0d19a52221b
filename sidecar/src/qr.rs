//! A URL as a QR code, for a terminal and for a page.

use qrcode::render::{svg, unicode};
use qrcode::{EcLevel, QrCode};

/// Renders half blocks, dark on light in any terminal, as cameras need it. The text ends with a line feed.
pub fn terminal(text: &str) -> String {
    let Some(code) = encode(text) else {
        return String::new();
    };
    // A terminal is usually dark: the blocks drawn are the light modules.
    let image = code
        .render::<unicode::Dense1x2>()
        .dark_color(unicode::Dense1x2::Light)
        .light_color(unicode::Dense1x2::Dark)
        .quiet_zone(true)
        .build();
    image.lines().map(|line| format!("  {line}\n")).collect()
}

/// Renders an SVG document of at least 240 pixels.
pub fn svg(text: &str) -> Option<String> {
    Some(
        encode(text)?
            .render::<svg::Color<'_>>()
            .min_dimensions(240, 240)
            .quiet_zone(true)
            .build(),
    )
}

/// Returns `None` only for a text that is too long for a QR code; a URL is far shorter.
fn encode(text: &str) -> Option<QrCode> {
    QrCode::with_error_correction_level(text, EcLevel::M).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_encode_a_url() {
        let link = "https://north-ember-delta-kettle.trycloudflare.com";
        assert!(svg(link).expect("fits").contains("<svg"));
        let picture = terminal(link);
        assert!(picture.lines().count() > 15);
        let width = picture.lines().map(|line| line.chars().count()).max();
        assert_eq!(
            picture.lines().map(|line| line.chars().count()).min(),
            width
        );
    }
}
