//! Responses to pages, commands and other clients, over HTTP.

mod access;
mod actions;
mod bundle;
mod connections;
mod cors;
mod dashboard;
mod doctor;
mod harness;
mod leaks;
mod limits;
mod links;
mod login;
mod metrics;
mod names_and_pages;
mod openapi;
mod phone;
mod redis;
mod rooms;
mod routes;
mod startup;
mod suspension;
mod verifications;
mod videos;
mod waiting;
