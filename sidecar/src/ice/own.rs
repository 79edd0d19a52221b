//! Lists of ICE servers that an app or a page sets itself.

use std::sync::{Arc, Mutex, PoisonError};

use super::IceServer;
use super::url::{IceUrlError, Scheme, check};
use crate::recent::Recent;

/// Entries of a list, and URLs of an entry.
const MAX_SERVERS: usize = 8;
const MAX_URLS: usize = 8;
/// Characters of a user's name or password. Those of services have up to 130.
const MAX_CREDENTIAL: usize = 512;
/// Participants whose lists are kept, at most 16 KB each.
const MAX_PARTICIPANTS: usize = 500;

/// A list that a browser takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IceList(Arc<[IceServer]>);

/// Why a list cannot be used. Numbers count from 0.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IceListError {
    /// Browsers slow down with more than four.
    #[error("it has {0} entries: use at most {MAX_SERVERS}")]
    Servers(usize),
    /// None, or too many.
    #[error("entry {0} has {1} URLs: use 1 to {MAX_URLS}")]
    Urls(usize, usize),
    /// A URL that browsers refuse.
    #[error("entry {0}, URL {1}: {2}")]
    Url(usize, usize, String),
    /// TURN without a user.
    #[error(
        "entry {0} has a TURN URL: it needs username and credential of 1 to {MAX_CREDENTIAL} characters"
    )]
    Credential(usize),
}

impl IceList {
    /// Checks a list.
    ///
    /// # Errors
    ///
    /// Returns the first entry that a browser refuses.
    pub fn parse(servers: Vec<IceServer>) -> Result<Self, IceListError> {
        if servers.len() > MAX_SERVERS {
            return Err(IceListError::Servers(servers.len()));
        }
        for (i, server) in servers.iter().enumerate() {
            check_server(i, server)?;
        }
        Ok(Self(servers.into()))
    }

    /// Returns the entries.
    pub fn servers(&self) -> &[IceServer] {
        &self.0
    }
}

fn check_server(i: usize, server: &IceServer) -> Result<(), IceListError> {
    let urls = &server.urls;
    if !(1..=MAX_URLS).contains(&urls.len()) {
        return Err(IceListError::Urls(i, urls.len()));
    }
    let schemes = urls.iter().enumerate().map(|(n, url)| {
        let wrong = |error: IceUrlError| IceListError::Url(i, n, error.to_string());
        check(url).map_err(wrong)
    });
    let schemes: Vec<_> = schemes.collect::<Result<_, _>>()?;
    let fits = |text: &Option<String>| {
        let length = text.as_ref().map_or(0, |text| text.chars().count());
        (1..=MAX_CREDENTIAL).contains(&length)
    };
    let has_user = fits(&server.username) && fits(&server.credential);
    let has_none = server.username.is_none() && server.credential.is_none();
    if has_user || (has_none && !schemes.contains(&Scheme::Turn)) {
        Ok(())
    } else {
        Err(IceListError::Credential(i))
    }
}

/// The lists, in bounded memory.
#[derive(Debug)]
pub(super) struct OwnLists(Mutex<Lists>);

#[derive(Debug)]
struct Lists {
    /// By identity.
    participants: Recent<String, Arc<[IceServer]>>,
    stack: Option<Arc<[IceServer]>>,
}

impl Default for OwnLists {
    fn default() -> Self {
        Self(Mutex::new(Lists {
            participants: Recent::of(MAX_PARTICIPANTS),
            stack: None,
        }))
    }
}

impl OwnLists {
    /// Returns what this participant uses, if any list was set.
    pub(super) fn of(&self, participant: &str) -> Option<Arc<[IceServer]>> {
        let lists = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let own = lists.participants.get(participant);
        own.or(lists.stack.as_ref()).cloned()
    }

    /// Returns the list that was set for all participants, if any.
    pub(super) fn of_stack(&self) -> Option<Arc<[IceServer]>> {
        let lists = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        lists.stack.clone()
    }

    pub(super) fn keep(&self, participant: &str, IceList(list): IceList) {
        let mut lists = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if list.is_empty() {
            lists.participants.remove(participant);
        } else {
            lists.participants.insert(participant.to_owned(), list);
        }
    }

    pub(super) fn replace(&self, IceList(list): IceList) {
        let mut lists = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        lists.stack = Some(list).filter(|list| !list.is_empty());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stun(url: &str) -> IceServer {
        IceServer {
            urls: vec![url.to_owned()],
            username: None,
            credential: None,
        }
    }

    fn turn(username: &str) -> IceServer {
        IceServer {
            username: Some(username.to_owned()),
            credential: Some("c".to_owned()),
            ..stun("turn:turn.example.org")
        }
    }

    #[test]
    fn what_a_browser_refuses_is_refused_with_its_place() {
        let many = vec![stun("stun:s.example.org"); 9];
        let none = IceServer {
            urls: Vec::new(),
            ..turn("u")
        };
        for (list, text) in [
            (many, "it has 9 entries: use at most 8"),
            (vec![none], "entry 0 has 0 URLs: use 1 to 8"),
            (
                vec![turn("u"), stun("http://s.example.org")],
                "entry 1, URL 0: it begins with none of stun:, stuns:, turn:, turns:",
            ),
            (vec![stun("turn:t.example.org")], "entry 0 has a TURN URL"),
            (vec![turn(&"u".repeat(513))], "entry 0 has a TURN URL"),
        ] {
            let error = IceList::parse(list).expect_err(text).to_string();
            assert!(error.starts_with(text), "{error}");
        }
        let list = vec![stun("stun:s.example.org"), turn("u")];
        assert!(IceList::parse(list).is_ok() && IceList::parse(Vec::new()).is_ok());
    }

    #[test]
    fn a_participants_own_list_counts_before_the_stacks_and_ends_without_entries() {
        let lists = OwnLists::default();
        let list = |user| IceList::parse(vec![turn(user)]).expect("fits");
        let empty = || IceList::parse(Vec::new()).expect("fits");
        let user = |who| {
            lists
                .of(who)
                .map(|list| list[0].username.clone().expect("a user"))
        };
        assert_eq!(user("ana"), None);
        lists.replace(list("all"));
        lists.keep("ana", list("own"));
        assert_eq!(user("ana").as_deref(), Some("own"));
        assert_eq!(user("bia").as_deref(), Some("all"));
        lists.keep("ana", empty());
        assert_eq!(user("ana").as_deref(), Some("all"));
        lists.replace(empty());
        assert_eq!(user("ana"), None);
    }
}
