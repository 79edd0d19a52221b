//! The message and the next step of a diagnosis, from the catalog.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use sidelink_core::{Class, Diagnosis};

use crate::params::params;
use crate::{CatalogEntry, Lang, entry};

/// The service in a step when none is known, because its log has the events of all others.
const DEFAULT_SERVICE: &str = "sidecar";

/// A message for users.
pub trait Message {
    /// Returns the message, without a full stop at its end.
    fn message(&self, lang: Lang) -> String;
}

/// A message with a next step.
pub trait Explain: Message {
    /// Returns what the operator does next, where there is something to do.
    fn next(&self, lang: Lang) -> Option<String> {
        self.next_for(DEFAULT_SERVICE, lang)
    }

    /// Returns the next step for this service, by Compose's name. A command without a service would apply to all.
    fn next_for(&self, service: &str, lang: Lang) -> Option<String>;

    /// Returns the diagnosis as it stands in JSON.
    fn view(&self) -> DiagnosisView {
        self.view_for(DEFAULT_SERVICE)
    }

    /// Returns the same for this service.
    fn view_for(&self, service: &str) -> DiagnosisView;
}

/// A diagnosis as it stands in JSON.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DiagnosisView {
    /// Stable code, for programs.
    pub code: Cow<'static, str>,
    /// `none`, `temporary`, `restart`, `configuration` or `permanent`.
    pub class: Cow<'static, str>,
    /// Message in English.
    pub message: String,
    /// Message in Brazilian Portuguese.
    pub message_pt: String,
    /// Next step in English; null where there is nothing to do.
    pub next: Option<String>,
    /// Next step in Brazilian Portuguese.
    pub next_pt: Option<String>,
}

impl Message for Diagnosis {
    fn message(&self, lang: Lang) -> String {
        if let Self::Of { service, reason } = self {
            return format!("{service}: {}", reason.message(lang));
        }
        match entry_of(self) {
            Some(entry) => entry.message(lang, &params(self, lang)),
            None => self.code().to_owned(),
        }
    }
}

impl Explain for Diagnosis {
    fn next_for(&self, service: &str, lang: Lang) -> Option<String> {
        match self {
            Self::Of { service, reason } => return reason.next_for(service, lang),
            // The step of the cause may be "wait", but with the budget used up nothing happens automatically.
            Self::RestartsExhausted { reason, .. }
                if matches!(reason.class(), Class::Configuration | Class::Permanent) =>
            {
                return reason.next_for(service, lang);
            }
            _ => {}
        }
        let mut arguments = vec![("service", service.to_owned())];
        arguments.extend(params(self, lang));
        entry_of(self)?.next(lang, &arguments)
    }

    fn view_for(&self, service: &str) -> DiagnosisView {
        DiagnosisView {
            code: self.code().into(),
            class: self.class().as_str().into(),
            message: self.message(Lang::En),
            message_pt: self.message(Lang::Pt),
            next: self.next_for(service, Lang::En),
            next_pt: self.next_for(service, Lang::Pt),
        }
    }
}

fn entry_of(reason: &Diagnosis) -> Option<&'static CatalogEntry> {
    entry(reason.code())
}
