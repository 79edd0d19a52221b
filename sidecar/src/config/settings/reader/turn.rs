//! The user's TURN service.

use super::super::TurnSettings;
use super::{SettingsReader, words};
use crate::ice::url::{Scheme, check};

const MAX_TURN_URLS: usize = 4;
/// Longest id of a TURN key; today's have 32 characters.
const MAX_KEY: usize = 64;

impl SettingsReader {
    pub(in super::super) fn turn(&mut self) -> Option<TurnSettings> {
        let var = |key: &str| self.vars.get(key).cloned();
        let (urls, username) = (var("TURN_URLS"), var("TURN_USERNAME"));
        match (urls, username, var("TURN_CLOUDFLARE_KEY")) {
            (None, None, None) => None,
            (Some(urls), username, None) => {
                let urls = self.turn_urls(&urls);
                Some(match username {
                    Some(username) => TurnSettings::Fixed { urls, username },
                    None => TurnSettings::SharedSecret { urls },
                })
            }
            (None, None, Some(key)) if is_key(&key) => Some(TurnSettings::Cloudflare { key }),
            (None, None, Some(_)) => {
                self.errors.push(
                    "TURN_CLOUDFLARE_KEY is not the id of a TURN key: it has 32 letters and digits, and the API token belongs into secrets/turn_credential"
                        .to_owned(),
                );
                None
            }
            (None, Some(_), _) => {
                self.errors.push(
                    "TURN_USERNAME is set without TURN_URLS: set TURN_URLS, e.g. turn:turn.example.org:3478"
                        .to_owned(),
                );
                None
            }
            (Some(_), _, Some(_)) => {
                self.errors.push(
                    "TURN_URLS and TURN_CLOUDFLARE_KEY are both set: use one TURN service"
                        .to_owned(),
                );
                None
            }
        }
    }

    fn turn_urls(&mut self, text: &str) -> Vec<String> {
        let urls: Vec<_> = words(text).map(str::to_owned).collect();
        if !(1..=MAX_TURN_URLS).contains(&urls.len()) {
            self.errors.push(format!(
                "TURN_URLS has {} URLs: use 1 to {MAX_TURN_URLS}, with commas between them",
                urls.len()
            ));
        }
        for url in &urls {
            let why = match check(url) {
                Ok(Scheme::Turn) => continue,
                Ok(Scheme::Stun) => "STUN servers belong into SIDELINK_STUN".to_owned(),
                Err(error) => error.to_string(),
            };
            self.errors.push(format!(
                "TURN_URLS has {url:?}: {why}; use e.g. turn:turn.example.org:3478?transport=tcp"
            ));
        }
        urls
    }
}

fn is_key(key: &str) -> bool {
    key.len() <= MAX_KEY && key.chars().all(|c| c.is_ascii_alphanumeric())
}
