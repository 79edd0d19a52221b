//! Random numbers of the operating system, as text.

/// The operating system gives no random numbers.
#[derive(Debug, thiserror::Error)]
#[error("the operating system gives no random numbers")]
pub struct RandomError;

/// Returns this number of random bytes, each as two lower case hexadecimal digits.
pub(crate) fn hex(bytes: usize) -> Result<String, RandomError> {
    let mut random = vec![0; bytes];
    fill(&mut random)?;
    Ok(digits(&random))
}

/// Fills a slice with random bytes.
pub(crate) fn fill(random: &mut [u8]) -> Result<(), RandomError> {
    getrandom::fill(random).map_err(|_| RandomError)
}

/// Returns two lower case hexadecimal digits for each byte.
pub(crate) fn digits(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digits = |byte: &u8| {
        [
            DIGITS[usize::from(byte >> 4)],
            DIGITS[usize::from(byte & 15)],
        ]
    };
    bytes.iter().flat_map(digits).map(char::from).collect()
}
