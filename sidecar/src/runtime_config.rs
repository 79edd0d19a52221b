//! `/runtime-config`: the file that describes it, its template, and the documents as they are sent.

pub mod cache;
pub mod file;
pub mod template;
