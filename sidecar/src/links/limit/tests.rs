use super::super::identity::{Identity, Side};
use super::*;

const T0: Duration = Duration::from_secs(100);
const SECOND: Duration = Duration::from_secs(1);

fn network(number: u32) -> ClientNetwork {
    // From 198.18.0.0/15 on.
    ClientNetwork::Address(IpAddr::from((0xC612_0000 + number).to_be_bytes()))
}

fn reads(limits: &Limits, network: ClientNetwork, token: &str, now: Duration) -> bool {
    let lookup = Lookup {
        network,
        token,
        joins: false,
        resumed: None,
    };
    limits.admit(&lookup, now).is_ok()
}

fn joins(
    limits: &Limits,
    network: ClientNetwork,
    resumed: Option<&Identity>,
    now: Duration,
) -> bool {
    let lookup = Lookup {
        network,
        token: "right",
        joins: true,
        resumed,
    };
    limits.admit(&lookup, now).is_ok()
}

fn knowing_right() -> Limits {
    let limits = Limits::default();
    limits.remember(["right".to_owned()]);
    limits
}

fn count(times: u32, admits: impl Fn(u32) -> bool) -> usize {
    (0..times).filter(|&number| admits(number)).count()
}

#[test]
fn ten_phones_behind_one_address_open_a_link_at_once() {
    let limits = knowing_right();
    let at = |now| count(50, |_| reads(&limits, network(1), "right", now));
    assert_eq!(at(T0), 30);
    assert_eq!(at(T0 + 5 * SECOND), 5);
    assert!(
        reads(&limits, network(2), "right", T0),
        "other networks are limited"
    );
}

#[test]
fn wrong_tokens_of_an_address_do_not_count_against_a_valid_one() {
    let limits = knowing_right();
    let wrong = |number: u32| reads(&limits, network(1), &number.to_string(), T0);
    assert_eq!(count(10_000, wrong), 10);
    assert!(reads(&limits, network(1), "right", T0));
    assert_eq!(count(50, |_| wrong(1)), 0);
    let later = T0 + 6 * SECOND;
    assert_eq!(
        count(50, |n| reads(&limits, network(1), &n.to_string(), later)),
        1
    );
}

#[test]
fn many_lookups_of_valid_tokens_are_not_guesses() {
    let limits = knowing_right();
    assert_eq!(count(30, |_| reads(&limits, network(1), "right", T0)), 30);
    assert_eq!(
        count(20, |n| reads(&limits, network(1), &n.to_string(), T0)),
        10
    );
}

#[test]
fn guesses_of_all_networks_together_are_bounded() {
    let limits = Limits::default();
    let guess = |number: u32| reads(&limits, network(number), &number.to_string(), T0);
    assert_eq!(count(10_000, guess), 50);
}

#[test]
fn without_a_known_address_only_the_totals_apply() {
    let limits = knowing_right();
    assert_eq!(
        count(1000, |_| reads(
            &limits,
            ClientNetwork::Unknown,
            "right",
            T0
        )),
        1000
    );
    assert_eq!(
        count(1000, |_| joins(&limits, ClientNetwork::Unknown, None, T0)),
        120
    );
    let guess = |number: u32| reads(&limits, ClientNetwork::Unknown, &number.to_string(), T0);
    assert_eq!(count(1000, guess), 50);
}

#[test]
fn a_guess_that_was_valid_or_could_not_be_looked_up_is_given_back() {
    let limits = Limits::default();
    for number in 0..100 {
        let token = number.to_string();
        let lookup = Lookup {
            network: network(1),
            token: &token,
            joins: false,
            resumed: None,
        };
        let admission = limits.admit(&lookup, T0).expect("is admitted");
        assert_eq!(admission, Admission::Guess);
        if number % 2 == 0 {
            limits.found(&lookup, admission, false);
            assert_eq!(limits.admit(&lookup, T0), Ok(Admission::Known));
            assert_eq!(limits.not_found(&lookup, Admission::Guess, T0), Ok(()));
        } else {
            limits.unanswered(&lookup, admission);
        }
    }
    assert_eq!(
        limits.accounts().known.len(),
        0,
        "an ended link stays known"
    );
}

#[test]
fn participants_return_to_a_flooded_link() {
    let limits = knowing_right();
    let ana = Identity::reserve(Side::Client).expect("random");
    limits.remember_participant("right", &ana);
    assert_eq!(count(1000, |n| joins(&limits, network(n), None, T0)), 120);
    assert!(!joins(&limits, network(2000), None, T0));
    assert!(joins(&limits, network(1), Some(&ana), T0));
    let forged = Identity::resumed(&format!("{}.00", ana.identity)).expect("a form");
    assert!(!joins(&limits, network(2000), Some(&forged), T0));
    assert!(joins(&limits, network(2000), None, T0 + SECOND));
}

#[test]
fn memory_is_bounded_and_the_oldest_keys_are_removed() {
    let limits = Limits::default();
    for number in 0..250_000 {
        limits.remember([number.to_string()]);
        reads(&limits, network(number), &number.to_string(), T0);
        reads(&limits, network(number), "wrong", T0 + SECOND * number);
    }
    let accounts = limits.accounts();
    assert!((MAX_KNOWN_TOKENS / 2..=MAX_KNOWN_TOKENS).contains(&accounts.known.len()));
    for size in [accounts.requests.len(), accounts.guesses.len()] {
        assert!((MAX_ACCOUNTS / 2..=MAX_ACCOUNTS).contains(&size), "{size}");
    }
    assert!(!accounts.known.has("0"));
    assert!(accounts.known.has("249999"));
}

#[test]
fn a_participant_of_one_link_is_not_one_of_another() {
    let limits = knowing_right();
    let ana = Identity::reserve(Side::Client).expect("random");
    limits.remember_participant("other", &ana);
    assert_eq!(
        count(1000, |n| joins(&limits, network(n), Some(&ana), T0)),
        120
    );
}

#[test]
fn an_identity_that_redis_no_longer_has_is_forgotten() {
    let limits = knowing_right();
    let ana = Identity::reserve(Side::Client).expect("random");
    limits.remember_participant("right", &ana);
    let lookup = Lookup {
        network: network(1),
        token: "right",
        joins: true,
        resumed: Some(&ana),
    };
    limits.found(&lookup, Admission::Known, false);
    assert_eq!(
        count(1000, |n| joins(&limits, network(n), Some(&ana), T0)),
        120
    );
}

#[test]
fn an_ended_link_counts_as_a_wrong_token() {
    let limits = knowing_right();
    let wrong = |number: u32| reads(&limits, network(1), &number.to_string(), T0);
    assert_eq!(count(50, wrong), 10);
    let lookup = Lookup {
        network: network(1),
        token: "right",
        joins: false,
        resumed: None,
    };
    let admission = limits.admit(&lookup, T0).expect("it was valid before");
    assert!(limits.not_found(&lookup, admission, T0).is_err());
    assert!(
        limits.admit(&lookup, T0).is_err(),
        "from now on it is a guess"
    );
}
