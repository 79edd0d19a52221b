use super::super::identity::{Identity, Side};
use super::*;

const T0: Duration = Duration::from_secs(100);
const SECOND: Duration = Duration::from_secs(1);

fn asker(number: u32) -> Asker {
    // 198.18.0.0/15 and on.
    Asker::Network(IpAddr::from((0xC612_0000 + number).to_be_bytes()))
}

fn looks(limits: &Limits, asker: Asker, token: &str, now: Duration) -> bool {
    let asked = Asked {
        asker,
        token,
        joins: false,
        back: None,
    };
    limits.admit(&asked, now).is_ok()
}

fn joins(limits: &Limits, asker: Asker, back: Option<&Identity>, now: Duration) -> bool {
    let asked = Asked {
        asker,
        token: "right",
        joins: true,
        back,
    };
    limits.admit(&asked, now).is_ok()
}

fn knowing_right() -> Limits {
    let limits = Limits::default();
    limits.know(["right".to_owned()]);
    limits
}

fn count(times: u32, asks: impl Fn(u32) -> bool) -> usize {
    (0..times).filter(|&number| asks(number)).count()
}

#[test]
fn ten_phones_behind_one_address_open_a_link_at_once() {
    let limits = knowing_right();
    let at = |now| count(50, |_| looks(&limits, asker(1), "right", now));
    assert_eq!(at(T0), 30);
    assert_eq!(at(T0 + 5 * SECOND), 5);
    assert!(looks(&limits, asker(2), "right", T0), "others pay for it");
}

#[test]
fn a_right_token_never_pays_for_wrong_ones_of_the_same_address() {
    let limits = knowing_right();
    let wrong = |number: u32| looks(&limits, asker(1), &number.to_string(), T0);
    assert_eq!(count(10_000, wrong), 10);
    assert!(looks(&limits, asker(1), "right", T0));
    assert_eq!(count(50, |_| wrong(1)), 0);
    let later = T0 + 6 * SECOND;
    assert_eq!(
        count(50, |n| looks(&limits, asker(1), &n.to_string(), later)),
        1
    );
}

#[test]
fn many_lookups_of_right_tokens_at_the_same_time_are_no_guesses() {
    let limits = knowing_right();
    assert_eq!(count(30, |_| looks(&limits, asker(1), "right", T0)), 30);
    assert_eq!(
        count(20, |n| looks(&limits, asker(1), &n.to_string(), T0)),
        10
    );
}

#[test]
fn guesses_of_all_networks_together_are_bounded() {
    let limits = Limits::default();
    let guess = |number: u32| looks(&limits, asker(number), &number.to_string(), T0);
    assert_eq!(count(10_000, guess), 50);
}

#[test]
fn where_the_address_says_nothing_only_the_totals_hold() {
    let limits = knowing_right();
    assert_eq!(
        count(1000, |_| looks(&limits, Asker::Unknown, "right", T0)),
        1000
    );
    assert_eq!(
        count(1000, |_| joins(&limits, Asker::Unknown, None, T0)),
        120
    );
    let guess = |number: u32| looks(&limits, Asker::Unknown, &number.to_string(), T0);
    assert_eq!(count(1000, guess), 50);
}

#[test]
fn a_guess_that_was_right_or_could_not_be_looked_up_is_given_back() {
    let limits = Limits::default();
    for number in 0..100 {
        let token = number.to_string();
        let asked = Asked {
            asker: asker(1),
            token: &token,
            joins: false,
            back: None,
        };
        let admitted = limits.admit(&asked, T0).expect("is admitted");
        assert_eq!(admitted, Admitted::Guess);
        if number % 2 == 0 {
            limits.found(&asked, admitted, false);
            assert_eq!(limits.admit(&asked, T0), Ok(Admitted::Known));
            assert_eq!(limits.not_found(&asked, Admitted::Guess, T0), Ok(()));
        } else {
            limits.not_asked(&asked, admitted);
        }
    }
    assert_eq!(limits.kept().known.len(), 0, "an ended link stays known");
}

#[test]
fn a_link_that_one_person_floods_lets_back_in_whoever_was_there() {
    let limits = knowing_right();
    let ana = Identity::reserve(Side::Client).expect("random");
    limits.seated("right", &ana);
    assert_eq!(count(1000, |n| joins(&limits, asker(n), None, T0)), 120);
    assert!(!joins(&limits, asker(2000), None, T0));
    assert!(joins(&limits, asker(1), Some(&ana), T0));
    let forged = Identity::resumed(&format!("{}.00", ana.identity)).expect("a form");
    assert!(!joins(&limits, asker(2000), Some(&forged), T0));
    assert!(joins(&limits, asker(2000), None, T0 + SECOND));
}

#[test]
fn memory_is_bounded_and_the_oldest_are_forgotten() {
    let limits = Limits::default();
    for number in 0..250_000 {
        limits.know([number.to_string()]);
        looks(&limits, asker(number), &number.to_string(), T0);
        looks(&limits, asker(number), "wrong", T0 + SECOND * number);
    }
    let kept = limits.kept();
    assert!((MAX_KNOWN / 2..=MAX_KNOWN).contains(&kept.known.len()));
    for size in [kept.requests.len(), kept.guesses.len()] {
        assert!(
            (MAX_REMEMBERED / 2..=MAX_REMEMBERED).contains(&size),
            "{size}"
        );
    }
    assert!(!kept.known.has("0"));
    assert!(kept.known.has("249999"));
}

#[test]
fn a_seat_in_one_link_is_none_in_another() {
    let limits = knowing_right();
    let ana = Identity::reserve(Side::Client).expect("random");
    limits.seated("other", &ana);
    assert_eq!(
        count(1000, |n| joins(&limits, asker(n), Some(&ana), T0)),
        120
    );
}

#[test]
fn a_seat_that_redis_has_given_away_is_forgotten() {
    let limits = knowing_right();
    let ana = Identity::reserve(Side::Client).expect("random");
    limits.seated("right", &ana);
    let asked = Asked {
        asker: asker(1),
        token: "right",
        joins: true,
        back: Some(&ana),
    };
    limits.found(&asked, Admitted::Known, false);
    assert_eq!(
        count(1000, |n| joins(&limits, asker(n), Some(&ana), T0)),
        120
    );
}

#[test]
fn a_link_that_has_ended_pays_as_a_wrong_token_does() {
    let limits = knowing_right();
    let wrong = |number: u32| looks(&limits, asker(1), &number.to_string(), T0);
    assert_eq!(count(50, wrong), 10);
    let asked = Asked {
        asker: asker(1),
        token: "right",
        joins: false,
        back: None,
    };
    let admitted = limits.admit(&asked, T0).expect("it was right before");
    assert!(limits.not_found(&asked, admitted, T0).is_err());
    assert!(
        limits.admit(&asked, T0).is_err(),
        "from now on it is a guess"
    );
}
