//! A secret that a person types.

use crate::random::{RandomError, fill};

/// What nobody takes for another when reading it aloud or off a screen: no `0`, `o`, `1`, `l`, `i`.
const LETTERS: &[u8; 31] = b"abcdefghjkmnpqrstuvwxyz23456789";
const GROUPS: usize = 4;
const IN_A_GROUP: usize = 5;
/// The largest multiple of 31 in a byte: what is above would make some letters likelier.
const EVEN: u8 = 248;

/// For a person to type: `k7wq3-…`, four groups of five, 99 bits.
pub(super) fn readable() -> Result<String, RandomError> {
    let groups: Result<Vec<String>, RandomError> = (0..GROUPS).map(|_| group()).collect();
    Ok(groups?.join("-"))
}

fn group() -> Result<String, RandomError> {
    let mut group = String::with_capacity(IN_A_GROUP);
    while group.len() < IN_A_GROUP {
        let mut byte = [0];
        fill(&mut byte)?;
        if byte[0] < EVEN {
            group.push(char::from(LETTERS[usize::from(byte[0]) % LETTERS.len()]));
        }
    }
    Ok(group)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_four_groups_of_five_without_look_alikes() {
        let password = readable().expect("random numbers");
        let groups: Vec<&str> = password.split('-').collect();
        assert_eq!(groups.len(), GROUPS, "{password}");
        for group in groups {
            assert_eq!(group.len(), IN_A_GROUP, "{password}");
            assert!(
                !group.contains(['0', 'o', '1', 'l', 'i'])
                    && group.bytes().all(|byte| LETTERS.contains(&byte)),
                "{password}"
            );
        }
        assert_ne!(password, readable().expect("random numbers"));
    }
}
