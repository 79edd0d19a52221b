//! How often strangers may ask: by address and by token, in little memory.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Addresses and tokens that are remembered, of each; the oldest are forgotten first.
const REMEMBERED: usize = 10_000;

/// Whoever opens a link asks three times: some thirty phones behind one address at once.
const ASKS: Rate = Rate::new(30, Duration::from_secs(1));
/// A person mistypes; a program guesses.
const WRONG: Rate = Rate::new(10, Duration::from_secs(6));
/// A link's people all together.
const TOKEN: Rate = Rate::new(60, Duration::from_secs(1));

/// So many at once, and one more each time that this has passed.
#[derive(Clone, Copy, Debug)]
struct Rate {
    burst: u32,
    each: Duration,
}

impl Rate {
    const fn new(burst: u32, each: Duration) -> Self {
        Self { burst, each }
    }
}

/// Who asks: an IPv4 address, or an IPv6 network of 64 bit, which is one household.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Asker(Option<IpAddr>);

impl Asker {
    /// From the gateway's `X-Real-IP`; all who have none count as one.
    pub fn of(real_ip: Option<&str>) -> Self {
        let address = real_ip.and_then(|text| text.trim().parse().ok());
        Self(address.map(|address: IpAddr| match address.to_canonical() {
            IpAddr::V6(v6) => {
                let [a, b, c, d, ..] = v6.segments();
                Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into()
            }
            v4 => v4,
        }))
    }
}

/// It is to be asked again after this time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooMany {
    /// Until the next one is free.
    pub retry_after: Duration,
}

/// Everybody's account.
#[derive(Debug, Default)]
pub struct Limits {
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    asks: Recent<Asker>,
    wrong: Recent<Asker>,
    tokens: Recent<Box<str>>,
}

impl Limits {
    /// Before the token is looked up. A wrong one is assumed: [`Self::was_right`] takes that back.
    pub fn admit(&self, asker: Asker, token: &str, now: Duration) -> Result<(), TooMany> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        // Whoever has guessed too often is not told any more whether he was right.
        kept.wrong.check(&asker, WRONG, now)?;
        kept.asks.take(asker, ASKS, now)?;
        kept.tokens.take(token.into(), TOKEN, now)?;
        kept.wrong.take(asker, WRONG, now)
    }

    /// The token was good, or could not be looked up: it does not count as a guess.
    pub fn was_right(&self, asker: Asker) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.wrong.give_back(&asker, WRONG);
    }
}

/// When the account of each would be full again, by the monotonic clock.
///
/// In two generations: when the newer one is full it becomes the older, and the older is forgotten.
#[derive(Debug)]
struct Recent<K> {
    newer: HashMap<K, Duration>,
    older: HashMap<K, Duration>,
}

impl<K> Default for Recent<K> {
    fn default() -> Self {
        Self {
            newer: HashMap::new(),
            older: HashMap::new(),
        }
    }
}

impl<K: Eq + Hash> Recent<K> {
    fn full_at(&self, key: &K) -> Duration {
        let known = self.newer.get(key).or_else(|| self.older.get(key));
        known.copied().unwrap_or_default()
    }

    /// The account as it would be after one more.
    fn check(&self, key: &K, rate: Rate, now: Duration) -> Result<Duration, TooMany> {
        let after = self.full_at(key).max(now) + rate.each;
        match after.checked_sub(now + rate.each * rate.burst) {
            None | Some(Duration::ZERO) => Ok(after),
            Some(retry_after) => Err(TooMany { retry_after }),
        }
    }

    fn take(&mut self, key: K, rate: Rate, now: Duration) -> Result<(), TooMany> {
        let after = self.check(&key, rate, now)?;
        if self.newer.len() >= REMEMBERED / 2 && !self.newer.contains_key(&key) {
            self.older = std::mem::take(&mut self.newer);
        }
        self.newer.insert(key, after);
        Ok(())
    }

    fn give_back(&mut self, key: &K, rate: Rate) {
        if let Some(full_at) = self.newer.get_mut(key) {
            *full_at = full_at.saturating_sub(rate.each);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const T0: Duration = Duration::from_secs(100);
    const SECOND: Duration = Duration::from_secs(1);

    fn asker(number: u32) -> Asker {
        Asker(Some(IpAddr::from(number.to_be_bytes())))
    }

    fn asks_rightly(limits: &Limits, number: u32, token: &str, now: Duration) -> bool {
        let admitted = limits.admit(asker(number), token, now).is_ok();
        if admitted {
            limits.was_right(asker(number));
        }
        admitted
    }

    #[test]
    fn thirty_at_once_and_then_one_a_second() {
        let limits = Limits::default();
        let at = |now: Duration| {
            (0..50)
                .filter(|i| asks_rightly(&limits, 1, &i.to_string(), now))
                .count()
        };
        assert_eq!(at(T0), 30);
        assert_eq!(at(T0 + 5 * SECOND), 5);
        assert!(asks_rightly(&limits, 2, "x", T0), "others are not slowed");
    }

    #[test]
    fn ten_guesses_and_then_nothing_is_told_whether_right_or_wrong() {
        let limits = Limits::default();
        let wrong = |now: Duration| {
            (0..50)
                .filter(|i| limits.admit(asker(1), &i.to_string(), now).is_ok())
                .count()
        };
        assert_eq!(wrong(T0), 10);
        assert!(!asks_rightly(&limits, 1, "right", T0));
        let told = limits.admit(asker(1), "right", T0);
        assert_eq!(
            told,
            Err(TooMany {
                retry_after: 6 * SECOND
            })
        );
        assert_eq!(wrong(T0 + 6 * SECOND), 1);
        assert!(asks_rightly(&limits, 2, "x", T0));
    }

    #[test]
    fn a_links_people_all_together_are_sixty_a_minute() {
        let limits = Limits::default();
        let asked = (0..200)
            .filter(|&i| asks_rightly(&limits, i, "one", T0))
            .count();
        assert_eq!(asked, 60);
        assert!(asks_rightly(&limits, 300, "other", T0));
        assert!(asks_rightly(&limits, 300, "one", T0 + SECOND));
    }

    #[test]
    fn memory_is_bounded_and_the_oldest_are_forgotten() {
        let limits = Limits::default();
        for number in 0..100_000 {
            let _ = limits.admit(asker(number), &number.to_string(), T0);
        }
        let kept = limits.kept.lock().expect("sound");
        for size in [
            kept.asks.newer.len() + kept.asks.older.len(),
            kept.wrong.newer.len() + kept.wrong.older.len(),
            kept.tokens.newer.len() + kept.tokens.older.len(),
        ] {
            assert!((REMEMBERED / 2..=REMEMBERED).contains(&size), "{size}");
        }
        assert_eq!(kept.asks.full_at(&asker(0)), Duration::ZERO);
        assert!(kept.asks.full_at(&asker(99_999)) > T0);
    }

    #[test]
    fn a_household_is_one_and_so_are_all_without_an_address() {
        let of = |text| Asker::of(Some(text));
        assert_eq!(of("2001:db8:1:2::1"), of("2001:db8:1:2:ffff::9"));
        assert_ne!(of("2001:db8:1:2::1"), of("2001:db8:1:3::1"));
        assert_eq!(of("::ffff:192.0.2.7"), of("192.0.2.7"));
        assert_ne!(of("192.0.2.8"), of("192.0.2.7"));
        assert_eq!(of("nonsense"), Asker::of(None));
    }
}
