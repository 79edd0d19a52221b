//! One phone: a task that waits for its page, LiveKit, the UDP socket and time, and does what the call wants done.

mod end;
mod start;

use std::sync::Arc;
use std::time::Instant;

use str0m::RtcError;
use tokio::net::UdpSocket;
use tokio::sync::{mpsc, watch};
use tokio::time::sleep_until;
use tracing::Instrument;

use super::livekit::SignalSocket;
use super::now;
use super::page::{Arrived, Page};
use super::places::Place;
use super::resume::{Comeback, Entry};
use super::senders::Sender;
use super::stack::Stack;
use crate::call::Call;
use crate::call::effect::Effect;
use crate::rtc::Peer;
use crate::signal::proto::Response;
use crate::wire::close::NORMAL;
use crate::wire::message::{Hello, LeaveReason, ToPage};

/// Largest datagram: WebRTC's are below 1500 bytes.
const MAX_DATAGRAM: usize = 2048;
/// Datagrams read at once, so that the other sources get their turn.
const BURST: usize = 64;

/// One phone in a call.
struct Phone {
    stack: Arc<Stack>,
    call: Call,
    peer: Peer,
    udp: UdpSocket,
    livekit: SignalSocket,
    /// `None` while the page's socket is lost.
    page: Option<Page>,
    /// Whether the writer has room.
    has_room: bool,
    comebacks: mpsc::Receiver<Comeback>,
    stopping: watch::Receiver<bool>,
    joined_at: Option<Instant>,
    /// The entry by which viewers of this bridge limit the video.
    sender: Option<Sender>,
    started: Instant,
    is_over: bool,
    _entry: Entry,
    _place: Place,
    _alive: Option<mpsc::Sender<()>>,
}

/// What a phone was woken by.
enum Woken {
    Page(Arrived),
    Signal(Option<Option<Response>>),
    Datagram(usize),
    Comeback(Comeback),
    /// A viewer's line carries so many bits per second.
    SlowViewer(u32),
    Time,
    Stop,
}

/// Carries a page's call to its end.
pub(super) async fn run(stack: Arc<Stack>, page: Page, hello: Hello, place: Place) {
    let span = tracing::info_span!("call", number = stack.next_call());
    // Large: it holds the whole of a peer connection.
    let call = Box::pin(async move {
        if let Some(mut phone) = start::start(stack, page, hello, place).await {
            phone.run().await;
            phone.end().await;
        }
    });
    call.instrument(span).await;
}

impl Phone {
    async fn run(&mut self) {
        let mut buffer = [0; MAX_DATAGRAM];
        loop {
            self.settle().await;
            if self.is_over {
                return;
            }
            let woken = self.wait(&mut buffer).await;
            self.handle(woken, &mut buffer);
            self.pass_time();
        }
    }

    async fn wait(&mut self, buffer: &mut [u8]) -> Woken {
        let deadline = self.call.deadline().min(self.peer.deadline());
        let is_full = !self.has_room;
        let page = async {
            match &mut self.page {
                Some(page) => page.next(is_full).await,
                None => std::future::pending().await,
            }
        };
        let slow_viewer = async {
            match &mut self.sender {
                Some(sender) => sender.limit().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            arrived = page => Woken::Page(arrived),
            response = self.livekit.next() => Woken::Signal(response),
            read = self.udp.recv(buffer) => Woken::Datagram(read.unwrap_or(0)),
            Some(comeback) = self.comebacks.recv() => Woken::Comeback(comeback),
            Some(bitrate) = slow_viewer => Woken::SlowViewer(bitrate),
            () = sleep_until(deadline.into()) => Woken::Time,
            _ = self.stopping.wait_for(|stops| *stops) => Woken::Stop,
        }
    }

    fn handle(&mut self, woken: Woken, buffer: &mut [u8]) {
        let now = now();
        match woken {
            Woken::Page(arrived) => self.arrived(arrived, now),
            Woken::Signal(Some(response)) => self.signalled(response, now),
            Woken::Signal(None) => self.call.over(LeaveReason::ServerUnreachable, true),
            Woken::Datagram(length) => self.received(length, buffer, now),
            Woken::Comeback(comeback) => self.comes_back(comeback, now),
            Woken::SlowViewer(bitrate) => self.call.viewer_is_slow(bitrate, now),
            Woken::Time => {}
            Woken::Stop => self.call.over(LeaveReason::Restart, true),
        }
    }

    fn arrived(&mut self, arrived: Arrived, now: Instant) {
        match arrived {
            Arrived::Text(text) => self.call.page_text(&text, now),
            Arrived::Frame(frame) => {
                self.stack.metrics.up(frame.len());
                self.call.page_frame(&frame, now);
            }
            Arrived::Sign => self.call.page_sign(now),
            Arrived::Room => {}
            Arrived::TooLong => self.call.refuse("a message is too long"),
            Arrived::Lost => {
                self.page = None;
                self.call.page_lost(now);
            }
        }
    }

    fn signalled(&mut self, response: Option<Response>, now: Instant) {
        self.call.signal(response, now);
        if self.joined_at.is_none() && self.call.phase().is_flowing() {
            self.joined_at = Some(now);
            self.sender = Some(self.stack.senders.enter(self.call.sid()));
            let took = now.saturating_duration_since(self.started);
            self.stack.metrics.joined(took);
            tracing::info!(ms = took.as_millis(), "the phone has joined");
        }
    }

    /// Reads this datagram and those behind it.
    fn received(&mut self, mut length: usize, buffer: &mut [u8], now: Instant) {
        for _ in 0..BURST {
            let taken = self.peer.receive(&buffer[..length], now);
            self.check(taken);
            match self.udp.try_recv(buffer) {
                Ok(next) => length = next,
                Err(_) => return,
            }
        }
    }

    fn comes_back(&mut self, comeback: Comeback, now: Instant) {
        let Comeback { socket, answer } = comeback;
        if !self.call.resume(now) {
            // The server is gone only if the page is.
            let _ = answer.send(Some(socket));
            return;
        }
        let before = self.page.replace(Page::new(socket));
        if let Some(before) = before {
            before.close(NORMAL, "resumed on another socket");
        }
        self.has_room = true;
        let _ = answer.send(None);
        self.stack.metrics.resumed();
        tracing::info!("the page is back");
    }

    fn pass_time(&mut self) {
        let now = now();
        if self.call.deadline() <= now {
            self.call.tick(now);
        }
        if self.peer.deadline() <= now {
            let ticked = self.peer.tick(now);
            self.check(ticked);
        }
        // A page that was silent for too long has a socket still.
        if self.call.phase().is_detached() && self.page.take().is_some() {
            tracing::info!("the page is lost");
        }
    }

    /// Does what the call wants done.
    async fn settle(&mut self) {
        loop {
            let now = now();
            while let Some(event) = self.peer.event() {
                self.call.peer(event, now);
            }
            let Some(effect) = self.call.effect() else {
                break;
            };
            self.perform(effect).await;
        }
        while let Some(datagram) = self.peer.datagram() {
            // A full socket loses it, as a network does.
            let _ = self.udp.try_send(&datagram);
        }
        self.feed_page();
    }

    async fn perform(&mut self, effect: Effect) {
        let done = match effect {
            Effect::Notify(message) => return self.notify(&message),
            Effect::ClosePage { code, reason } => return self.close_page(code, &reason),
            Effect::Signal(request) => {
                if !self.livekit.send(request).await {
                    self.call.over(LeaveReason::ServerUnreachable, true);
                }
                return;
            }
            Effect::LimitSender { sender, bitrate } => {
                return self.stack.senders.limit(&sender, bitrate);
            }
            Effect::End => {
                self.is_over = true;
                return;
            }
            Effect::Write(frame) => self.peer.write(frame),
            Effect::Keyframe(mid) => self.peer.request_keyframe(mid),
            Effect::Data { reliable, packet } => self.peer.send(reliable, &packet),
            Effect::Answer(sdp) => self.peer.answer(&sdp),
            Effect::Offer { more, ended } => self.peer.offer(more, &ended).map(|offer| {
                offer.into_iter().for_each(|sdp| self.call.offered(sdp));
            }),
        };
        self.check(done);
    }

    fn notify(&mut self, message: &ToPage) {
        let is_reading = self.page.as_mut().is_none_or(|page| page.notify(message));
        if !is_reading {
            self.page = None;
            self.call.page_lost(now());
        }
    }

    fn close_page(&mut self, code: u16, reason: &str) {
        if code != NORMAL {
            tracing::warn!(code, reason, "the page is cut off");
            self.stack.metrics.refused("rule");
        }
        if let Some(page) = self.page.take() {
            page.close(code, reason);
        }
    }

    fn feed_page(&mut self) {
        let (call, metrics) = (&mut self.call, &self.stack.metrics);
        let Some(page) = &mut self.page else {
            return;
        };
        self.has_room = page.flush(|| {
            let message = call.next_message(now())?;
            metrics.down(message.len());
            Some(message)
        });
    }

    fn check(&mut self, done: Result<(), RtcError>) {
        if let Err(error) = done {
            tracing::warn!(%error, "the peer connection failed");
            self.call.over(LeaveReason::Failed, true);
        }
    }
}
