//! A password for a person to type.

use crate::random::{RandomError, fill};

/// Letters and digits that look and sound different: without `0`, `o`, `1`, `l` and `i`.
const LETTERS: &[u8; 31] = b"abcdefghjkmnpqrstuvwxyz23456789";
const GROUPS: usize = 4;
const GROUP_LENGTH: usize = 5;
/// The largest multiple of 31 in a byte: values above would make some letters likelier.
const UNBIASED: u8 = 248;

/// Generates a password: `k7wq3-…`, four groups of five, 99 bits.
pub(super) fn readable() -> Result<String, RandomError> {
    let groups: Result<Vec<String>, RandomError> = (0..GROUPS).map(|_| group()).collect();
    Ok(groups?.join("-"))
}

fn group() -> Result<String, RandomError> {
    let mut group = String::with_capacity(GROUP_LENGTH);
    while group.len() < GROUP_LENGTH {
        let mut byte = [0];
        fill(&mut byte)?;
        if byte[0] < UNBIASED {
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
            assert_eq!(group.len(), GROUP_LENGTH, "{password}");
            assert!(
                !group.contains(['0', 'o', '1', 'l', 'i'])
                    && group.bytes().all(|byte| LETTERS.contains(&byte)),
                "{password}"
            );
        }
        assert_ne!(password, readable().expect("random numbers"));
    }
}
