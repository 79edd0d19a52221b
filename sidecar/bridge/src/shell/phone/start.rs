//! The join of a phone.

use std::sync::Arc;
use std::time::Instant;

use tokio::sync::mpsc;

use super::Phone;
use crate::call::{Call, CallSettings};
use crate::shell::joined::{Joined, Ports, join};
use crate::shell::now;
use crate::shell::page::Page;
use crate::shell::places::Place;
use crate::shell::resume::{Comeback, Entry};
use crate::shell::stack::Stack;
use crate::wire::close::NORMAL;
use crate::wire::message::{Hello, ToPage};

/// Joins. A page that cannot gets the reason.
pub(super) async fn start(
    stack: Arc<Stack>,
    mut page: Page,
    hello: Hello,
    place: Place,
) -> Option<Box<Phone>> {
    let started = now();
    let settings = &stack.settings;
    let ports = Ports {
        http: &settings.livekit,
        media: &settings.media,
    };
    match join(ports, &stack.dtls, &hello, settings.bitrate, started).await {
        Ok(joined) => {
            let entered = stack.registry.enter()?;
            Some(Box::new(phone(
                stack, page, hello, place, joined, entered, started,
            )))
        }
        Err(error) => {
            tracing::info!(%error, "the phone cannot join");
            stack.metrics.refused("join");
            let (reason, again) = error.leave();
            page.notify(&ToPage::Leave { reason, again });
            page.close(NORMAL, "");
            None
        }
    }
}

fn phone(
    stack: Arc<Stack>,
    page: Page,
    hello: Hello,
    place: Place,
    joined: Joined,
    (entry, comebacks): (Entry, mpsc::Receiver<Comeback>),
    started: Instant,
) -> Phone {
    let settings = CallSettings {
        bitrate: stack.settings.bitrate,
        resume: entry.secret().to_owned(),
    };
    let Joined { livekit, udp, peer } = joined;
    Phone {
        call: Call::new(hello, settings, now()),
        peer,
        udp,
        livekit,
        page: Some(page),
        has_room: true,
        comebacks,
        stopping: stack.stopping.clone(),
        joined_at: None,
        sender: None,
        started,
        is_over: false,
        _entry: entry,
        _place: place,
        _alive: stack.alive.upgrade(),
        stack,
    }
}
