//! `sidelink link end`.

use reqwest::{Method, StatusCode};

use super::super::{ControlApi, lang, refusal};
use crate::links::is_token;
use crate::runtime::exit::CommandFailure;

/// Ends the link. Exit code 64 where the argument has no token, or no link has this token.
pub(super) async fn run(link: &str) -> Result<(), CommandFailure> {
    let Some(token) = token_in(link) else {
        return Err(CommandFailure::misused(lang().pick(
            "this is not a link or a token, which has 40 hexadecimal digits: `sidelink link list` prints every link",
            "isto não é um link nem um token, que tem 40 dígitos hexadecimais: `sidelink link list` mostra todos os links",
        )));
    };
    let service = ControlApi::from_env()?;
    let request = service.request(Method::DELETE, &format!("/links/{token}"));
    let answer = service.send(request).await?;
    match answer.status() {
        StatusCode::NO_CONTENT => {
            println!(
                "{}",
                lang().pick("the link has ended", "o link foi encerrado")
            );
            Ok(())
        }
        StatusCode::NOT_FOUND => Err(CommandFailure::misused(
            refusal::message(&service, answer).await,
        )),
        _ => Err(refusal::failure(&service, answer).await),
    }
}

/// Returns the token in a link of any path template, or in the text itself.
fn token_in(text: &str) -> Option<&str> {
    text.split(|c: char| !c.is_ascii_alphanumeric())
        .find(|part| is_token(part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_token_is_found_in_a_link_of_any_template() {
        let token = "0123456789abcdef0123456789abcdef01234567";
        for text in [
            token.to_owned(),
            format!("https://x.example/consultations/client/{token}"),
            format!("https://x.example/watch?room={token}&lang=pt#top"),
        ] {
            assert_eq!(token_in(&text), Some(token), "{text}");
        }
        for text in ["", "https://x.example/", &token[1..], &format!("{token}0")] {
            assert_eq!(token_in(text), None, "{text}");
        }
    }
}
