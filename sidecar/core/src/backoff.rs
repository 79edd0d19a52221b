//! Delays between attempts, as validated values.

use std::time::Duration;

/// Exponential backoff from `min` to `max`, doubling with each failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExponentialBackoff {
    min: Duration,
    max: Duration,
}

impl ExponentialBackoff {
    /// Creates a backoff from milliseconds. Fails to compile when `min` is zero or above `max`.
    pub const fn from_millis(min: u64, max: u64) -> Self {
        assert!(min > 0 && min <= max, "a backoff needs 0 < min <= max");
        Self {
            min: Duration::from_millis(min),
            max: Duration::from_millis(max),
        }
    }

    /// Returns the wait after `failures` failures in a row; the first failure waits `min`.
    pub fn after(self, failures: u32) -> Duration {
        let factor = 1_u32
            .checked_shl(failures.saturating_sub(1))
            .unwrap_or(u32::MAX);
        self.min
            .checked_mul(factor)
            .map_or(self.max, |wait| wait.min(self.max))
    }
}

/// Backoff by a list of waits; the last one repeats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FixedBackoff<const N: usize>([u64; N]);

impl<const N: usize> FixedBackoff<N> {
    /// Creates a backoff from milliseconds. Fails to compile unless the waits are above zero and grow.
    pub const fn from_millis(steps: [u64; N]) -> Self {
        assert!(N > 0 && steps[0] > 0, "steps begin above zero");
        let mut i = 1;
        while i < N {
            assert!(steps[i - 1] < steps[i], "steps grow");
            i += 1;
        }
        Self(steps)
    }

    /// Returns the wait after `failures` failures in a row; the first failure waits the first step.
    pub fn after(self, failures: u32) -> Duration {
        let index = usize::try_from(failures.saturating_sub(1)).unwrap_or(N);
        Duration::from_millis(self.0[index.min(N - 1)])
    }
}

/// Returns `wait` shortened by up to a tenth, so that many waiters do not synchronize.
///
/// `random` is any number; only its low bits count.
pub fn jittered(wait: Duration, random: u32) -> Duration {
    wait - wait.mul_f64(f64::from(random % 1000) / 10_000.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubles_up_to_its_maximum() {
        let backoff = ExponentialBackoff::from_millis(100, 1000);
        let waits: Vec<u128> = [0, 1, 2, 3, 4, 5, 60]
            .map(|n| backoff.after(n).as_millis())
            .into();
        assert_eq!(waits, [100, 100, 200, 400, 800, 1000, 1000]);
    }

    #[test]
    fn steps_end_at_the_last_one() {
        let steps = FixedBackoff::from_millis([2, 5, 10]);
        let waits = [0, 1, 2, 3, 4, u32::MAX].map(|n| steps.after(n).as_millis());
        assert_eq!(waits, [2, 2, 5, 10, 10, 10]);
    }

    #[test]
    fn jitter_only_shortens_and_by_a_tenth_at_most() {
        let wait = Duration::from_secs(10);
        assert_eq!(jittered(wait, 1000), wait);
        assert!(
            (0..2000).all(|n| jittered(wait, n) <= wait && jittered(wait, n) > wait.mul_f64(0.9))
        );
    }
}
