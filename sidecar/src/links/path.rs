//! Where a link leads in the app: a path with places for the token and the ids.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::Url;

use crate::placeholders::{Part, parts};
use sidelink_diagnostics::shorten;

/// Where the app has its page, if nothing else is said.
pub const USUAL: &str = "/consultations/client/${token}";

/// Longest template, in characters.
const LONGEST: usize = 512;

/// What needs no encoding anywhere in a URL (RFC 3986, 2.3).
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// What stands in the places.
#[derive(Clone, Copy, Debug)]
pub struct Values<'a> {
    /// `${token}`
    pub token: &'a str,
    /// `${professionalId}`
    pub professional_id: &'a str,
    /// `${clientId}`
    pub client_id: &'a str,
    /// `${consultationType}`
    pub consultation_type: &'a str,
}

/// Why a template cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Mistake {
    /// Too long or empty.
    #[error("it must be 1 to 512 characters long")]
    Length,
    /// It would lead to another host.
    #[error("it must begin with exactly one /")]
    Begin,
    /// Browsers drop or turn these.
    #[error("it may not hold white space, control characters or a backslash")]
    Character,
    /// `${` without `}`.
    #[error("a placeholder is not closed")]
    Open,
    /// Nobody knows the placeholder.
    #[error("there is no placeholder ${{{0}}}")]
    Unknown(String),
    /// Without it nobody could join.
    #[error("${{token}} is not in it")]
    NoToken,
    /// Browsers take such a part away together with the one before.
    #[error("a part of it is . or .., in the template or through an id")]
    Dots,
    /// The whole would be no URL of this stack.
    #[error("it does not make a URL under the link's own host")]
    Host,
}

impl Mistake {
    /// The same in Brazilian Portuguese.
    pub fn em_portugues(&self) -> String {
        match self {
            Self::Length => "deve ter de 1 a 512 caracteres",
            Self::Begin => "deve começar com exatamente uma /",
            Self::Character => "não pode ter espaços, caracteres de controle nem barra invertida",
            Self::Open => "há um marcador que não foi fechado",
            Self::Unknown(name) => return format!("não existe o marcador ${{{name}}}"),
            Self::NoToken => "falta ${token}",
            Self::Dots => "uma parte é . ou .., no modelo ou por causa de um id",
            Self::Host => "não forma uma URL sob o endereço do próprio link",
        }
        .to_owned()
    }
}

/// The path with everything in its place; every value is percent-encoded.
pub fn render(template: &str, values: &Values<'_>) -> Result<String, Mistake> {
    check(template)?;
    let mut path = String::with_capacity(template.len() + 128);
    let parts = parts(template).map_err(|_| Mistake::Open)?;
    for part in &parts {
        match *part {
            Part::Text(text) => path.push_str(text),
            Part::Placeholder(name) => {
                path.extend(utf8_percent_encode(value_of(name, values)?, UNRESERVED));
            }
        }
    }
    if !parts.contains(&Part::Placeholder("token")) {
        return Err(Mistake::NoToken);
    }
    leads_here(&path)?;
    Ok(path)
}

fn value_of<'a>(name: &str, values: &Values<'a>) -> Result<&'a str, Mistake> {
    match name {
        "token" => Ok(values.token),
        "professionalId" => Ok(values.professional_id),
        "clientId" => Ok(values.client_id),
        "consultationType" => Ok(values.consultation_type),
        other => {
            let shown = other.escape_debug().to_string();
            Err(Mistake::Unknown(shorten(&shown, 40)))
        }
    }
}

fn check(template: &str) -> Result<(), Mistake> {
    if !(1..=LONGEST).contains(&template.chars().count()) {
        return Err(Mistake::Length);
    }
    if !template.starts_with('/') || template.starts_with("//") {
        return Err(Mistake::Begin);
    }
    let bad = |c: char| c.is_control() || c.is_whitespace() || c == '\\';
    if template.contains(bad) {
        return Err(Mistake::Character);
    }
    Ok(())
}

/// Read as a browser reads it, it stays under the host that it is put behind, and is what it says.
fn leads_here(path: &str) -> Result<(), Mistake> {
    const HOST: &str = "link.invalid";
    let url = Url::parse(&format!("https://{HOST}{path}")).map_err(|_| Mistake::Host)?;
    let alone = url.username().is_empty() && url.password().is_none() && url.port().is_none();
    if url.host_str() != Some(HOST) || !alone {
        return Err(Mistake::Host);
    }
    let end = path.find(['?', '#']).unwrap_or(path.len());
    let written = path[..end].split('/').count();
    let dots = |part: &str| matches!(&*part.to_ascii_lowercase().replace("%2e", "."), "." | "..");
    if path[..end].split('/').any(dots) || url.path().split('/').count() != written {
        return Err(Mistake::Dots);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const VALUES: Values<'_> = Values {
        token: "abc",
        professional_id: "Dra. Ana/1",
        client_id: "<b>ção</b>",
        consultation_type: "video",
    };

    #[test]
    fn every_place_is_filled_and_nothing_of_a_value_is_syntax() {
        assert_eq!(
            render(USUAL, &VALUES).as_deref(),
            Ok("/consultations/client/abc")
        );
        let all = "/c/${professionalId}/${clientId}?type=${consultationType}#${token}";
        assert_eq!(
            render(all, &VALUES).as_deref(),
            Ok("/c/Dra.%20Ana%2F1/%3Cb%3E%C3%A7%C3%A3o%3C%2Fb%3E?type=video#abc")
        );
        assert_eq!(
            render("/$/{}/${token}", &VALUES).as_deref(),
            Ok("/$/{}/abc")
        );
        assert_eq!(
            render("/@x:y/${token}", &VALUES).as_deref(),
            Ok("/@x:y/abc")
        );
        let evil = Values {
            client_id: "//evil.example/${token}",
            ..VALUES
        };
        assert_eq!(
            render("/${clientId}/${token}", &evil).as_deref(),
            Ok("/%2F%2Fevil.example%2F%24%7Btoken%7D/abc")
        );
    }

    #[test]
    fn each_mistake_is_named() {
        for (template, mistake) in [
            ("", Mistake::Length),
            (&*format!("/${{token}}{}", "x".repeat(512)), Mistake::Length),
            ("c/${token}", Mistake::Begin),
            ("@evil.example/${token}", Mistake::Begin),
            (":99/${token}", Mistake::Begin),
            (".evil.example/${token}", Mistake::Begin),
            ("https://evil.example/${token}", Mistake::Begin),
            ("//evil.example/${token}", Mistake::Begin),
            ("\\evil.example/${token}", Mistake::Begin),
            ("/\\evil.example/${token}", Mistake::Character),
            ("/a b/${token}", Mistake::Character),
            ("/\t/evil.example/${token}", Mistake::Character),
            ("/\u{85}${token}", Mistake::Character),
            ("/${token", Mistake::Open),
            ("/c", Mistake::NoToken),
            ("/$token", Mistake::NoToken),
            ("/${Token}", Mistake::Unknown("Token".to_owned())),
            ("/${}/${token}", Mistake::Unknown(String::new())),
            ("/a/../${token}", Mistake::Dots),
            ("/${token}/..", Mistake::Dots),
            ("/${token}/%2e%2E", Mistake::Dots),
            ("/${token}/.", Mistake::Dots),
        ] {
            assert_eq!(render(template, &VALUES), Err(mistake), "{template}");
        }
    }

    #[test]
    fn an_id_cannot_take_the_token_away() {
        for id in [".", ".."] {
            let values = Values {
                client_id: id,
                ..VALUES
            };
            assert_eq!(render("/${token}/${clientId}", &values), Err(Mistake::Dots));
        }
        let values = Values {
            client_id: ".",
            ..VALUES
        };
        assert_eq!(
            render("/${token}/${clientId}.", &values),
            Err(Mistake::Dots)
        );
        assert!(render("/${token}?c=${clientId}", &values).is_ok());
    }

    #[test]
    fn what_is_told_of_an_unknown_placeholder_is_short_and_plain() {
        let template = format!("/${{{}}}${{token}}", "é\"<".repeat(60));
        let Err(Mistake::Unknown(name)) = render(&template, &VALUES) else {
            panic!("it is unknown");
        };
        assert!(name.len() < 48, "{name}");
        assert!(name.contains("\\\""), "{name}");
    }
}
