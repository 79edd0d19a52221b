//! From a diagnosis to its row in the catalog: sentence and next step.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use sidelink_core::{Class, Diagnosis};

use crate::params::params;
use crate::{CatalogEntry, Lang, entry};

/// The service in a step where none is known: its log has what every other one did.
const USUAL_SERVICE: &str = "sidecar";

/// A sentence for people.
pub trait Message {
    /// Returns what is the case, in one sentence without a full stop.
    fn message(&self, lang: Lang) -> String;
}

/// What people read of a diagnosis besides its sentence.
pub trait Explain: Message {
    /// Returns what a person does next, where there is something to do.
    fn next(&self, lang: Lang) -> Option<String> {
        self.next_for(USUAL_SERVICE, lang)
    }

    /// Returns the same about this service, by Compose's name: a step that names none would do it to all of them.
    fn next_for(&self, service: &str, lang: Lang) -> Option<String>;

    /// Returns all of it, for the wire.
    fn view(&self) -> DiagnosisView {
        self.view_for(USUAL_SERVICE)
    }

    /// Returns the same about this service.
    fn view_for(&self, service: &str) -> DiagnosisView;
}

/// A diagnosis as it goes over the wire.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DiagnosisView {
    /// Stable, for programs.
    pub code: Cow<'static, str>,
    /// `none`, `temporary`, `restart`, `configuration` or `permanent`.
    pub class: Cow<'static, str>,
    /// English.
    pub message: String,
    /// Brazilian Portuguese.
    pub message_pt: String,
    /// What a person does next, in English; null where there is nothing to do.
    pub next: Option<String>,
    /// In Brazilian Portuguese.
    pub next_pt: Option<String>,
}

impl Message for Diagnosis {
    fn message(&self, lang: Lang) -> String {
        if let Self::Of { service, reason } = self {
            return format!("{service}: {}", reason.message(lang));
        }
        match found(self) {
            Some(row) => row.message(lang, &params(self, lang)),
            None => self.code().to_owned(),
        }
    }
}

impl Explain for Diagnosis {
    fn next_for(&self, service: &str, lang: Lang) -> Option<String> {
        match self {
            Self::Of { service, reason } => return reason.next_for(service, lang),
            // Not "wait" or "it is tried again": nothing is.
            Self::RestartsExhausted { reason, .. }
                if matches!(reason.class(), Class::Configuration | Class::Permanent) =>
            {
                return reason.next_for(service, lang);
            }
            _ => {}
        }
        let mut arguments = vec![("service", service.to_owned())];
        arguments.extend(params(self, lang));
        found(self)?.next(lang, &arguments)
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

fn found(reason: &Diagnosis) -> Option<&'static CatalogEntry> {
    entry(reason.code())
}
