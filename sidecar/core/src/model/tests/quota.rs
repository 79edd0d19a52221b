//! The number of verifications: while clients ask, while nothing works, and for any sequence of events.

use std::collections::BTreeMap;
use std::time::Duration;

use super::line::{Line, NGROK};
use super::stack::{QUICK, Stack, fails, works};
use crate::diagnosis::PublicUrlFault;
use crate::*;

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(24 * 3600);
const DAY_MS: u64 = 24 * 3600 * 1000;
/// How often the page of a waiting client asks.
const ASKS: Duration = Duration::from_millis(250);
const QUOTA: usize = 200;
const NAMED: &str = "video.example.com";

fn down() -> Verification {
    fails(LayerKind::App, PublicUrlFault::OriginDown, Stage::Path)
}

fn missing() -> Verification {
    let (resolver, until) = (None, None);
    let missing = PublicUrlFault::RecordMissing { resolver, until };
    fails(LayerKind::Dns, missing, Stage::Path)
}

fn exposed() -> Verification {
    let found = "pprof (GET /debug/pprof/)".to_owned();
    fails(
        LayerKind::Exposure,
        PublicUrlFault::Exposed { found },
        Stage::Path,
    )
}

/// Returns a stack whose daily quota is used up.
fn spent() -> Line {
    let mut line = Line::metered();
    while line.stack.snapshot.quota_spent_until.is_none() {
        line.passes_asked(MINUTE, SECOND);
    }
    line
}

fn awaited(line: &Line) -> Option<&'static str> {
    let headline = line.stack.snapshot.headline()?;
    headline.state.reason().map(Diagnosis::code)
}

#[test]
fn a_waiting_client_adds_no_verifications_to_an_hours_outage_of_a_metered_tunnel() {
    let outage = |asked: bool| {
        let mut line = Line::metered();
        line.sees = down();
        line.asks(5 * SECOND);
        match asked {
            true => line.passes_asked(HOUR, ASKS),
            false => line.passes(HOUR),
        }
        line
    };
    let mut asked = outage(true);
    assert_eq!(
        asked.sent,
        outage(false).sent,
        "a client that asks moves nothing"
    );
    assert!(asked.sent.len() <= 15, "{} in an hour", asked.sent.len());
    asked.sees = works();
    asked.passes_asked(10 * MINUTE, ASKS);
    assert!(asked.is_up(), "within one step of the backoff");
}

#[test]
fn a_waiting_client_costs_one_verification_per_step_unmetered_and_exposed_too() {
    for (sees, a_minute) in [(down(), 13), (exposed(), 3)] {
        let mut line = Line::quick();
        line.sees = sees;
        line.passes_asked(2 * MINUTE, ASKS);
        line.sent.clear();
        line.passes_asked(MINUTE, ASKS);
        assert!(line.sent.len() <= a_minute, "{}", line.sent.len());
        line.sees = works();
        line.passes_asked(30 * SECOND, ASKS);
        assert!(line.is_up());
    }
}

#[test]
fn a_service_that_flaps_every_second_does_not_spend_the_quota() {
    let mut line = Line::metered();
    line.passes(HOUR);
    for _ in 0..1800 {
        line.happens(|stack| stack.ends("livekit", 1));
        line.passes(SECOND);
        line.happens(|stack| {
            stack.starts("livekit");
            stack.works("livekit");
        });
        line.passes(SECOND);
    }
    assert!(line.sent.len() <= 15, "{} in an hour", line.sent.len());
    line.passes(10 * MINUTE);
    assert!(line.is_up());
}

#[test]
fn without_a_request_a_metered_tunnel_is_not_verified_again() {
    let mut line = Line::metered();
    line.passes(12 * HOUR);
    assert_eq!(line.sent, []);
    assert!(line.is_up(), "and its verification does not expire");
}

#[test]
fn verifications_of_an_earlier_process_are_reported_and_count() {
    let mut line = Line::metered();
    let day = line.stack.now.unix_ms / DAY_MS;
    assert_eq!(line.stack.snapshot.sent_today, DailyQuota { day, sent: 1 });
    line.happens(|stack| stack.apply(Event::SentBefore(DailyQuota { day, sent: 150 })));
    assert_eq!(line.stack.snapshot.sent_today.sent, 151);
    while line.stack.snapshot.quota_spent_until.is_none() {
        line.passes_asked(MINUTE, SECOND);
    }
    assert_eq!(line.sent.len(), QUOTA - 151);
}

#[test]
fn with_the_quota_spent_the_latest_verification_stays_valid() {
    let mut line = spent();
    assert_eq!(line.sent.len(), QUOTA - 1, "the first one came before");
    line.happens(|stack| {
        stack.ends("icecast", 1);
        stack.starts("icecast");
        stack.works("icecast");
    });
    assert!(line.is_up(), "a change does not void it");
    line.happens(|stack| {
        stack.suspends(HOUR);
        stack.apply(Event::Tick);
    });
    assert!(line.is_up(), "nor does a suspension");
    let until = line.stack.snapshot.quota_spent_until.expect("is known");
    assert_eq!(until % DAY_MS, 0);
    line.sent.clear();
    let night = Duration::from_millis(until - line.stack.now.unix_ms);
    line.passes(night - SECOND);
    assert_eq!(line.sent, []);
    line.passes(2 * SECOND);
    assert_eq!(
        line.sent.len(),
        1,
        "what changed is verified on the next day"
    );
    assert_eq!(line.stack.snapshot.quota_spent_until, None);
}

#[test]
fn a_tunnel_that_restarts_after_the_quota_is_spent_is_verified_on_the_next_day() {
    let mut line = spent();
    line.happens(|stack| {
        stack.starts("cloudflared");
        stack.tunnel_says(NGROK, true);
    });
    line.passes(MINUTE);
    assert_eq!(awaited(&line), Some("quota_spent"));
    assert!(!line.is_up());
    line.passes(DAY);
    assert!(line.is_up(), "without a question and under the same name");
}

#[test]
fn a_failure_that_spends_the_quota_reports_both() {
    let mut line = spent();
    line.sees = down();
    line.passes(DAY);
    while line.stack.snapshot.quota_spent_until.is_none() {
        line.sees = works();
        line.passes_asked(MINUTE, SECOND);
        line.sees = down();
        line.passes_asked(MINUTE, SECOND);
    }
    let headline = line.stack.snapshot.headline().expect("is down");
    let why = headline.state.reason().expect("a reason");
    let Diagnosis::QuotaSpent { until, last } = why else {
        panic!("{why:?}");
    };
    assert_eq!(until % 86_400_000, 0, "midnight in UTC");
    assert!(last.is_some(), "what the latest found wrong");
    line.sees = works();
    line.passes(DAY);
    assert!(line.is_up());
}

#[test]
fn another_kind_of_tunnel_in_between_gives_no_second_quota() {
    let mut line = spent();
    line.sent.clear();
    let turns = |line: &mut Line, kind, name: &'static str| {
        line.happens(|stack| is_tunnel(stack, kind, name, true));
        line.passes(10 * SECOND);
    };
    turns(&mut line, TunnelKind::Quick, QUICK);
    assert!(line.is_up());
    line.sent.clear();
    turns(&mut line, TunnelKind::Ngrok, NGROK);
    assert_eq!(line.sent, [], "the day is used up");
}

#[test]
fn a_change_during_the_first_verification_leads_to_another_one() {
    let mut line = Line::quick();
    line.happens(|stack| {
        stack.starts("cloudflared");
        stack.tunnel_says("new.trycloudflare.com", true);
    });
    line.happens(|stack| stack.ends("app", 1));
    line.passes(line.takes);
    assert!(!line.is_up(), "it began before the change");
    assert_eq!(line.stack.snapshot.public_host, None);
    line.passes(line.takes);
    assert_eq!(
        line.stack.snapshot.usable_host(),
        Some("new.trycloudflare.com")
    );
}

#[test]
fn a_repair_is_verified_at_once_also_the_first_time_and_on_a_metered_tunnel() {
    let mut line = Line::metered();
    line.happens(|stack| {
        stack.starts("cloudflared");
        stack.tunnel_says("other.ngrok-free.app", true);
        stack.ends("app", 1);
    });
    line.sees = down();
    line.passes(HOUR);
    assert!(!line.is_up());
    line.sees = works();
    line.happens(|stack| {
        stack.starts("app");
        stack.works("app");
    });
    line.passes(SECOND);
    assert!(line.is_up());
}

#[test]
fn a_change_does_not_query_resolvers_early() {
    let mut line = Line::quick();
    line.sees = missing();
    line.passes(2 * MINUTE);
    line.sent.clear();
    for _ in 0..60 {
        line.happens(|stack| stack.ends("icecast", 1));
        line.happens(|stack| {
            stack.starts("icecast");
            stack.works("icecast");
        });
        line.passes(SECOND);
    }
    assert!(line.sent.len() <= 7, "{:?}", line.sent);
}

/// A reproducible random generator: a failure names its seed.
struct Random(u64);

impl Random {
    /// Returns a number below `limit` (SplitMix64).
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % limit
    }

    fn happens_to(&mut self, line: &mut Line) {
        match self.below(12) {
            0..=3 => line.passes_asked(
                Duration::from_secs(self.below(120)),
                Duration::from_millis(250 + self.below(3_000)),
            ),
            4 => line.asks(Duration::ZERO),
            5 => line.happens(|stack| stack.ends("app", 1)),
            6 => line.happens(|stack| {
                stack.starts("app");
                stack.works("app");
            }),
            7 => {
                let ready = self.below(3) > 0;
                let (kind, name) = match self.below(8) {
                    0 => (TunnelKind::Named, NAMED),
                    1 | 2 => (TunnelKind::Ngrok, "other.ngrok-free.app"),
                    _ => (TunnelKind::Ngrok, NGROK),
                };
                line.happens(|stack| is_tunnel(stack, kind, name, ready));
            }
            8 => line.happens(|stack| stack.suspends(30 * SECOND)),
            9 => line.passes(Duration::from_secs(self.below(3_600))),
            10 => line.takes = Duration::from_millis(50 + self.below(9_950)),
            _ => {
                line.sees = match self.below(5) {
                    0 => down(),
                    1 => exposed(),
                    2 => missing(),
                    _ => works(),
                }
            }
        }
    }
}

fn is_tunnel(stack: &mut Stack, kind: TunnelKind, name: &str, ready: bool) {
    stack.changes("cloudflared", |tunnel, now| {
        (tunnel.tunnel, tunnel.started_at) = (kind, now);
    });
    stack.tunnel_says(name, ready);
}

#[test]
fn for_any_sequence_of_events_a_day_has_its_quota_and_the_next_day_a_verification() {
    for seed in 0..24 {
        println!("seed {seed}");
        let mut random = Random(seed);
        let mut line = Line::metered();
        for _ in 0..120 {
            random.happens_to(&mut line);
        }
        let mut days = BTreeMap::<u64, usize>::new();
        for sent in line.sent.iter().filter(|sent| sent.host != NAMED) {
            *days.entry(sent.unix_ms / DAY_MS).or_default() += 1;
        }
        assert!(days.values().all(|&sent| sent <= QUOTA), "{days:?}");
        // Everything works again, and a client asks once.
        line.sees = works();
        line.happens(|stack| {
            stack.starts("app");
            stack.works("app");
            is_tunnel(stack, TunnelKind::Ngrok, NGROK, true);
        });
        line.asks(Duration::ZERO);
        line.sent.clear();
        line.passes(DAY);
        assert!(line.is_up(), "{:#?}", line.stack.snapshot.layers);
        assert!(line.stack.snapshot.attempt.is_some());
    }
}
