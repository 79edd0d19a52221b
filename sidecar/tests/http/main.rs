//! What pages, commands and strangers get over HTTP.

mod harness;
mod routes;
mod sleep;
