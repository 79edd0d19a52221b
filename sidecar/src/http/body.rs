//! The fields of a JSON body, each taken once and within its limits. Errors name the field.

use std::fmt::Display;
use std::ops::RangeInclusive;

use axum::Json;
use axum::extract::rejection::JsonRejection;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::error::Error;
use sidelink_diagnostics::is_visible;
use sidelink_diagnostics::shorten;

/// A JSON object, or why the body is not one.
pub(in crate::http) type Body = Result<Json<Map<String, Value>>, JsonRejection>;

/// A type of numbers, as an error names it.
pub(in crate::http) trait Number {
    const NAME: &str;
}

impl Number for u32 {
    const NAME: &str = "a whole number";
}

impl Number for u64 {
    const NAME: &str = "a whole number";
}

impl Number for f64 {
    const NAME: &str = "a number";
}

/// Fields that have not been taken yet.
pub(in crate::http) struct Fields(Map<String, Value>);

impl Fields {
    /// Returns the fields of the body.
    pub(in crate::http) fn of(body: Body) -> Result<Self, Error> {
        body.map(|Json(fields)| Self(fields))
            .map_err(|_| Error::BAD_BODY)
    }

    /// Takes a text of 1 to `max` visible characters.
    pub(in crate::http) fn text(&mut self, name: &str, max: usize) -> Result<String, Error> {
        let text = self.optional_text(name, max)?;
        text.ok_or_else(|| wrong_text(name, max))
    }

    /// Takes a text of 1 to `max` visible characters, if the field is there.
    pub(in crate::http) fn optional_text(
        &mut self,
        name: &str,
        max: usize,
    ) -> Result<Option<String>, Error> {
        match self.take(name) {
            None => Ok(None),
            Some(Value::String(text)) if is_plain(&text, max) => Ok(Some(text)),
            Some(_) => Err(wrong_text(name, max)),
        }
    }

    /// Takes a number of this type, if the field is there.
    pub(in crate::http) fn optional_number<T>(
        &mut self,
        name: &str,
        range: RangeInclusive<T>,
    ) -> Result<Option<T>, Error>
    where
        T: DeserializeOwned + PartialOrd + Display + Number,
    {
        let expected = format!("{} from {} to {}", T::NAME, range.start(), range.end());
        let number: Option<T> = self.optional(name, &expected)?;
        let fits = number.as_ref().is_none_or(|number| range.contains(number));
        if fits {
            Ok(number)
        } else {
            Err(wrong(name, &expected))
        }
    }

    /// Takes a value of this type, if the field is there. `expected` describes it.
    pub(in crate::http) fn optional<T: DeserializeOwned>(
        &mut self,
        name: &str,
        expected: &str,
    ) -> Result<Option<T>, Error> {
        let value = self.take(name);
        let read = value.map(serde_json::from_value).transpose();
        read.map_err(|_| wrong(name, expected))
    }

    /// Takes a value of this type. `expected` describes it.
    pub(in crate::http) fn one<T: DeserializeOwned>(
        &mut self,
        name: &str,
        expected: &str,
    ) -> Result<T, Error> {
        self.optional(name, expected)?
            .ok_or_else(|| wrong(name, expected))
    }

    /// Refuses further fields, because a mistyped optional field would go unnoticed.
    pub(in crate::http) fn end(self) -> Result<(), Error> {
        let Some(name) = self.0.keys().next() else {
            return Ok(());
        };
        let name = shorten(&name.escape_debug().to_string(), 40);
        Err(Error::BAD_FIELD.with_text(
            format!("There is no field {name}."),
            format!("Não existe o campo {name}."),
            "Leave it out, or see the route's description for its right name.".to_owned(),
        ))
    }

    /// Takes the field. `null` counts as missing.
    fn take(&mut self, name: &str) -> Option<Value> {
        self.0.remove(name).filter(|value| !value.is_null())
    }
}

/// Reports whether the text has 1 to `max` visible characters.
pub(in crate::http) fn is_plain(text: &str, max: usize) -> bool {
    (1..=max).contains(&text.chars().count()) && is_visible(text)
}

fn wrong_text(name: &str, max: usize) -> Error {
    wrong(
        name,
        &format!("a text of 1 to {max} characters without control or invisible characters"),
    )
}

/// Returns the error for a field. `name` comes from this program, never from the request.
pub(in crate::http) fn wrong(name: &str, expected: &str) -> Error {
    Error::BAD_FIELD.with_text(
        format!("{name} is missing or cannot be used."),
        format!("{name} está faltando ou não pode ser usado."),
        format!("{name} is {expected}."),
    )
}
