//! A body's fields, each taken once and within its limits; what is wrong is said with the field's name.

use std::ops::RangeInclusive;

use axum::Json;
use axum::extract::rejection::JsonRejection;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::super::error::Error;
use sidelink_diagnostics::is_visible;
use sidelink_diagnostics::shorten;

/// A body as it came.
pub(in crate::http) type Body = Result<Json<Map<String, Value>>, JsonRejection>;

/// What has not been taken yet.
pub(super) struct Fields(Map<String, Value>);

impl Fields {
    /// JSON's object, whatever is in it.
    pub(super) fn of(body: Body) -> Result<Self, Error> {
        body.map(|Json(fields)| Self(fields))
            .map_err(|_| Error::BAD_BODY)
    }

    /// A text of so many characters, all of them visible.
    pub(super) fn text(&mut self, name: &str, most: usize) -> Result<String, Error> {
        let text = self.optional_text(name, most)?;
        text.ok_or_else(|| wrong_text(name, most))
    }

    /// The same, or nothing.
    pub(super) fn optional_text(
        &mut self,
        name: &str,
        most: usize,
    ) -> Result<Option<String>, Error> {
        match self.take(name) {
            None => Ok(None),
            Some(Value::String(text)) if is_plain(&text, most) => Ok(Some(text)),
            Some(_) => Err(wrong_text(name, most)),
        }
    }

    /// A whole number, or nothing.
    pub(super) fn optional_number(
        &mut self,
        name: &str,
        range: RangeInclusive<u32>,
    ) -> Result<Option<u32>, Error> {
        let Some(value) = self.take(name) else {
            return Ok(None);
        };
        let number = value.as_u64().and_then(|number| u32::try_from(number).ok());
        let wrong = || {
            wrong(
                name,
                &format!("a whole number from {} to {}", range.start(), range.end()),
            )
        };
        number
            .filter(|number| range.contains(number))
            .map(Some)
            .ok_or_else(wrong)
    }

    /// One of some words, `true` or `false`, or nothing.
    pub(super) fn optional<T: DeserializeOwned>(
        &mut self,
        name: &str,
        wanted: &str,
    ) -> Result<Option<T>, Error> {
        let value = self.take(name);
        let read = value.map(serde_json::from_value).transpose();
        read.map_err(|_| wrong(name, wanted))
    }

    /// The same, and it has to be there.
    pub(super) fn one<T: DeserializeOwned>(
        &mut self,
        name: &str,
        wanted: &str,
    ) -> Result<T, Error> {
        self.optional(name, wanted)?
            .ok_or_else(|| wrong(name, wanted))
    }

    /// Nothing else may be there: it would be a typing mistake that nobody notices.
    pub(super) fn end(self) -> Result<(), Error> {
        let Some(name) = self.0.keys().next() else {
            return Ok(());
        };
        let name = shorten(&name.escape_debug().to_string(), 40);
        Err(Error::BAD_FIELD.saying(
            format!("There is no field {name}."),
            format!("Não existe o campo {name}."),
            "Leave it out, or see the route's description for its right name.".to_owned(),
        ))
    }

    /// `null` is as good as nothing.
    fn take(&mut self, name: &str) -> Option<Value> {
        self.0.remove(name).filter(|value| !value.is_null())
    }
}

/// Reports whether the text has 1 to `most` characters, all of them visible.
pub(super) fn is_plain(text: &str, most: usize) -> bool {
    (1..=most).contains(&text.chars().count()) && is_visible(text)
}

fn wrong_text(name: &str, most: usize) -> Error {
    wrong(
        name,
        &format!("a text of 1 to {most} characters without control or invisible characters"),
    )
}

/// `name` is ours, never the asker's.
pub(super) fn wrong(name: &str, wanted: &str) -> Error {
    Error::BAD_FIELD.saying(
        format!("{name} is missing or cannot be used."),
        format!("{name} está faltando ou não pode ser usado."),
        format!("{name} is {wanted}."),
    )
}
