use super::*;
use crate::turn::fake::{FakeTurn, Manner};

/// Exchanges messages until the end, or until the server says nothing.
fn result(server: &FakeTurn, user: TurnUser) -> Result<(), Failure> {
    let mut exchange = Exchange::new(user)?;
    for _ in 0..10 {
        let answer = server.answer(exchange.request());
        if answer.is_empty() {
            return exchange.ended("no answer");
        }
        match exchange.receive(&answer) {
            Step::Send => {}
            Step::Wait => return exchange.ended("no answer"),
            Step::End(result) => return result,
        }
    }
    panic!("it does not end");
}

fn fault(manner: Manner) -> (TurnFault, String) {
    let server = FakeTurn::new(manner);
    let Failure { fault, detail } = result(&server, FakeTurn::user()).expect_err("a failure");
    assert_eq!(server.relays(), 0, "{manner:?}");
    (fault, detail)
}

/// RFC 5769, section 2.4: the key of the long-term credentials, in a request that is signed with it.
#[test]
fn the_rfcs_sample_has_a_valid_signature() {
    let request = b"\x00\x01\x00\x60\x21\x12\xa4\x42\x78\xad\x34\x33\xc6\xad\x72\xc0\x29\xda\x41\x2e\
        \x00\x06\x00\x12\xe3\x83\x9e\xe3\x83\x88\xe3\x83\xaa\xe3\x83\x83\xe3\x82\xaf\xe3\x82\xb9\x00\x00\
        \x00\x15\x00\x1cf//499k954d6OL34oL9FSTvy64sA\
        \x00\x14\x00\x0bexample.org\x00\
        \x00\x08\x00\x14\xf6\x70\x24\x65\x6d\xd6\x4a\x3e\x02\xb8\xe0\x71\x2e\x85\xc9\xa2\x8c\xa8\x96\x66";
    let message = Message::from_bytes(request).expect("a message");
    let realm = message.attribute::<Realm>().expect("a realm");
    let nonce = message.attribute::<Nonce>().expect("a nonce");
    let mut exchange = Exchange::new(TurnUser::new("マトリックス", "TheMatrIX")).expect("begins");
    exchange.challenge = Some(Challenge { realm, nonce });
    assert!(exchange.is_signed(&message));
    exchange.user = TurnUser::new("マトリックス", "guess");
    assert!(!exchange.is_signed(&message));
}

#[test]
fn a_relay_is_taken_with_credentials_and_given_back() {
    let server = FakeTurn::new(Manner::Kind);
    assert_eq!(result(&server, FakeTurn::user()), Ok(()));
    let ana = Some("ana".to_owned());
    assert_eq!(server.users(), [None, ana.clone(), ana]);
    assert_eq!(server.relays(), 0);
    let open = FakeTurn::new(Manner::Open);
    assert_eq!(result(&open, FakeTurn::user()), Ok(()));
    assert_eq!((open.requests(), open.relays()), (2, 0));
}

#[test]
fn a_stale_nonce_is_replaced_and_not_for_ever() {
    let server = FakeTurn::new(Manner::StaleOnce);
    assert_eq!(result(&server, FakeTurn::user()), Ok(()));
    assert_eq!((server.requests(), server.relays()), (4, 0));
    let stale = fault(Manner::StaleForEver);
    assert_eq!(stale, (TurnFault::Refused, "438 Stale Nonce".to_owned()));
}

#[test]
fn each_refusal_has_its_fault() {
    for (manner, expected) in [
        (Manner::Unauthorized, TurnFault::Credentials),
        (Manner::Error(441), TurnFault::Credentials),
        (Manner::Error(486), TurnFault::Full),
        (Manner::Error(508), TurnFault::Full),
        (Manner::Error(403), TurnFault::Refused),
        (Manner::Error(437), TurnFault::Refused),
        (Manner::Error(500), TurnFault::Refused),
        (Manner::Silent, TurnFault::Silent),
        (Manner::Garbage, TurnFault::NotTurn),
        (Manner::Unsigned, TurnFault::NotTurn),
        (Manner::NoRealm, TurnFault::NotTurn),
    ] {
        if manner == Manner::Unsigned {
            let server = FakeTurn::new(manner);
            let failure = result(&server, FakeTurn::user()).expect_err("a failure");
            assert_eq!(failure.fault, expected, "another one may have answered");
        } else {
            assert_eq!(fault(manner).0, expected, "{manner:?}");
        }
    }
    for user in [TurnUser::new("ana", "guess"), TurnUser::new("bia", "north")] {
        let server = FakeTurn::new(Manner::Kind);
        let failure = result(&server, user).expect_err("a failure");
        assert_eq!(failure.fault, TurnFault::Credentials);
        assert!(failure.detail.starts_with("401"), "{failure:?}");
    }
}

#[test]
fn a_relay_that_the_server_does_not_take_back_is_a_success() {
    let server = FakeTurn::new(Manner::NoRelease);
    assert_eq!(result(&server, FakeTurn::user()), Ok(()));
}

#[test]
fn pages_that_are_sent_to_another_server_are_not_a_failure() {
    let server = FakeTurn::new(Manner::Error(300));
    assert_eq!(result(&server, FakeTurn::user()), Ok(()));
}

#[test]
fn a_late_or_foreign_answer_changes_nothing() {
    let server = FakeTurn::new(Manner::Kind);
    let mut exchange = Exchange::new(FakeTurn::user()).expect("begins");
    let challenge = server.answer(exchange.request());
    let mut foreign = challenge.clone();
    foreign[19] ^= 1;
    assert!(matches!(exchange.receive(&foreign), Step::Wait));
    assert!(matches!(exchange.receive(&challenge), Step::Send));
    let request = exchange.request().to_owned();
    assert!(matches!(exchange.receive(&challenge), Step::Wait), "late");
    assert_eq!(exchange.request(), request);
    let silent = exchange.ended("no answer").expect_err("a failure");
    assert_eq!(silent.fault, TurnFault::Silent);
}

/// Each answer cut short, and each of its bytes changed.
#[test]
fn no_bytes_of_a_server_end_the_program() {
    let server = FakeTurn::new(Manner::Kind);
    let mut answers = Vec::new();
    let mut exchange = Exchange::new(FakeTurn::user()).expect("begins");
    for _ in 0..3 {
        let answer = server.answer(exchange.request());
        for length in 0..answer.len() {
            answers.push(answer[..length].to_vec());
            for bit in [0x01, 0x80, 0xff] {
                let mut changed = answer.clone();
                changed[length] ^= bit;
                answers.push(changed);
            }
        }
        for answer in &answers {
            let mut other = Exchange::new(FakeTurn::user()).expect("begins");
            (other.phase, other.id) = (exchange.phase, exchange.id);
            let known = exchange.challenge.as_ref();
            other.challenge = known.map(|known| Challenge {
                realm: known.realm.clone(),
                nonce: known.nonce.clone(),
            });
            other.receive(answer);
        }
        exchange.receive(&answer);
    }
}

#[test]
fn what_no_message_can_carry_is_a_failure() {
    let server = FakeTurn::new(Manner::Kind);
    let user = TurnUser::new(&"u".repeat(600), "north");
    let failure = result(&server, user).expect_err("too long");
    assert_eq!(failure.fault, TurnFault::Refused);
}

#[test]
fn a_user_is_not_shown() {
    let text = format!("{:?}", FakeTurn::user());
    assert!(!text.contains("ana") && !text.contains("north"), "{text}");
}
