//! The path of a link in the app: a template with placeholders for the token and the ids.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::Url;

use crate::placeholders::{Part, parts};
use sidelink_diagnostics::shorten;

/// The client's page in the sample app.
pub const DEFAULT_PATH_TEMPLATE: &str = "/consultations/client/${token}";

/// Length of a template, characters.
const MAX_TEMPLATE: usize = 512;

/// Characters that need no encoding anywhere in a URL (RFC 3986, 2.3).
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// The values of the placeholders.
#[derive(Clone, Copy, Debug)]
pub(super) struct PathValues<'a> {
    /// `${token}`
    pub token: &'a str,
    /// `${professionalId}`
    pub professional_id: &'a str,
    /// `${clientId}`
    pub client_id: &'a str,
    /// `${consultationType}`
    pub consultation_type: &'a str,
}

/// Why a path template cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PathTemplateError {
    /// Too long or empty.
    #[error("it must be 1 to 512 characters long")]
    Length,
    /// It could lead to another host.
    #[error("it must begin with exactly one /")]
    Begin,
    /// Browsers drop or replace these characters.
    #[error("it may not hold white space, control characters or a backslash")]
    Character,
    /// `${` without `}`.
    #[error("a placeholder is not closed")]
    Open,
    /// The placeholder does not exist.
    #[error("there is no placeholder ${{{0}}}")]
    Unknown(String),
    /// Without the token no client could join.
    #[error("${{token}} is not in it")]
    NoToken,
    /// Browsers remove such a segment together with the one before.
    #[error("a part of it is . or .., in the template or through an id")]
    Dots,
    /// The result is not a URL under the stack's host.
    #[error("it does not form a URL under the link's own host")]
    Host,
}

impl PathTemplateError {
    /// Returns the message in Brazilian Portuguese.
    pub fn message_pt(&self) -> String {
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

/// Returns the path with all placeholders replaced; every value is percent-encoded.
pub(super) fn render(template: &str, values: &PathValues<'_>) -> Result<String, PathTemplateError> {
    check(template)?;
    let mut path = String::with_capacity(template.len() + 128);
    let parts = parts(template).map_err(|_| PathTemplateError::Open)?;
    for part in &parts {
        match *part {
            Part::Text(text) => path.push_str(text),
            Part::Placeholder(name) => {
                path.extend(utf8_percent_encode(value_of(name, values)?, UNRESERVED));
            }
        }
    }
    if !parts.contains(&Part::Placeholder("token")) {
        return Err(PathTemplateError::NoToken);
    }
    check_host_and_segments(&path)?;
    Ok(path)
}

fn value_of<'a>(name: &str, values: &PathValues<'a>) -> Result<&'a str, PathTemplateError> {
    match name {
        "token" => Ok(values.token),
        "professionalId" => Ok(values.professional_id),
        "clientId" => Ok(values.client_id),
        "consultationType" => Ok(values.consultation_type),
        other => {
            let shown = other.escape_debug().to_string();
            Err(PathTemplateError::Unknown(shorten(&shown, 40)))
        }
    }
}

fn check(template: &str) -> Result<(), PathTemplateError> {
    if !(1..=MAX_TEMPLATE).contains(&template.chars().count()) {
        return Err(PathTemplateError::Length);
    }
    if !template.starts_with('/') || template.starts_with("//") {
        return Err(PathTemplateError::Begin);
    }
    let bad = |c: char| c.is_control() || c.is_whitespace() || c == '\\';
    if template.contains(bad) {
        return Err(PathTemplateError::Character);
    }
    Ok(())
}

/// Checks that a browser reads the path unchanged and under the same host.
fn check_host_and_segments(path: &str) -> Result<(), PathTemplateError> {
    const HOST: &str = "link.invalid";
    let url = Url::parse(&format!("https://{HOST}{path}")).map_err(|_| PathTemplateError::Host)?;
    let alone = url.username().is_empty() && url.password().is_none() && url.port().is_none();
    if url.host_str() != Some(HOST) || !alone {
        return Err(PathTemplateError::Host);
    }
    let end = path.find(['?', '#']).unwrap_or(path.len());
    let written = path[..end].split('/').count();
    let dots = |part: &str| matches!(&*part.to_ascii_lowercase().replace("%2e", "."), "." | "..");
    if path[..end].split('/').any(dots) || url.path().split('/').count() != written {
        return Err(PathTemplateError::Dots);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const VALUES: PathValues<'_> = PathValues {
        token: "abc",
        professional_id: "Dra. Ana/1",
        client_id: "<b>ção</b>",
        consultation_type: "video",
    };

    #[test]
    fn placeholders_are_replaced_and_values_are_never_syntax() {
        assert_eq!(
            render(DEFAULT_PATH_TEMPLATE, &VALUES).as_deref(),
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
        let evil = PathValues {
            client_id: "//evil.example/${token}",
            ..VALUES
        };
        assert_eq!(
            render("/${clientId}/${token}", &evil).as_deref(),
            Ok("/%2F%2Fevil.example%2F%24%7Btoken%7D/abc")
        );
    }

    #[test]
    fn each_error_is_named() {
        for (template, error) in [
            ("", PathTemplateError::Length),
            (
                &*format!("/${{token}}{}", "x".repeat(512)),
                PathTemplateError::Length,
            ),
            ("c/${token}", PathTemplateError::Begin),
            ("@evil.example/${token}", PathTemplateError::Begin),
            (":99/${token}", PathTemplateError::Begin),
            (".evil.example/${token}", PathTemplateError::Begin),
            ("https://evil.example/${token}", PathTemplateError::Begin),
            ("//evil.example/${token}", PathTemplateError::Begin),
            ("\\evil.example/${token}", PathTemplateError::Begin),
            ("/\\evil.example/${token}", PathTemplateError::Character),
            ("/a b/${token}", PathTemplateError::Character),
            ("/\t/evil.example/${token}", PathTemplateError::Character),
            ("/\u{85}${token}", PathTemplateError::Character),
            ("/${token", PathTemplateError::Open),
            ("/c", PathTemplateError::NoToken),
            ("/$token", PathTemplateError::NoToken),
            ("/${Token}", PathTemplateError::Unknown("Token".to_owned())),
            ("/${}/${token}", PathTemplateError::Unknown(String::new())),
            ("/a/../${token}", PathTemplateError::Dots),
            ("/${token}/..", PathTemplateError::Dots),
            ("/${token}/%2e%2E", PathTemplateError::Dots),
            ("/${token}/.", PathTemplateError::Dots),
        ] {
            assert_eq!(render(template, &VALUES), Err(error), "{template}");
        }
    }

    #[test]
    fn an_id_cannot_remove_the_token() {
        for id in [".", ".."] {
            let values = PathValues {
                client_id: id,
                ..VALUES
            };
            assert_eq!(
                render("/${token}/${clientId}", &values),
                Err(PathTemplateError::Dots)
            );
        }
        let values = PathValues {
            client_id: ".",
            ..VALUES
        };
        assert_eq!(
            render("/${token}/${clientId}.", &values),
            Err(PathTemplateError::Dots)
        );
        assert!(render("/${token}?c=${clientId}", &values).is_ok());
    }

    #[test]
    fn an_unknown_placeholder_is_quoted_short_and_escaped() {
        let template = format!("/${{{}}}${{token}}", "é\"<".repeat(60));
        let Err(PathTemplateError::Unknown(name)) = render(&template, &VALUES) else {
            panic!("the placeholder is unknown");
        };
        assert!(name.len() < 48, "{name}");
        assert!(name.contains("\\\""), "{name}");
    }
}
