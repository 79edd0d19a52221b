//! `COMPOSE_FILE`, the list of the stack's files. Setup changes the tunnel's entry only.

/// The tunnels' files; one is in use at a time.
const TUNNELS: &[&str] = &[
    "compose/tunnel-named.yaml",
    "compose/tunnel-ngrok.yaml",
    "compose/domain.yaml",
    "compose/public-url.yaml",
];

/// Returns the separator and the list with `tunnel` after the first file, so that later files can change it.
/// `overrides` exist in the folder. Compose reads them automatically only without `COMPOSE_FILE`.
pub(super) fn with_tunnel(
    list: Option<&str>,
    separator: Option<&str>,
    tunnel: &str,
    overrides: &[&str],
) -> (String, String) {
    let list = list.filter(|list| !list.is_empty());
    let default = if list.is_some_and(|list| list.contains(';')) {
        ";"
    } else {
        ":"
    };
    let separator = separator.filter(|text| !text.is_empty()).unwrap_or(default);
    let mut files: Vec<&str> = match list {
        Some(list) => list
            .split(separator)
            .filter(|file| !file.is_empty())
            .collect(),
        None => ["compose.yaml"].iter().chain(overrides).copied().collect(),
    };
    let name = |file: &str| file.replace('\\', "/").trim_start_matches("./").to_owned();
    files.retain(|file| !TUNNELS.contains(&name(file).as_str()));
    files.insert(files.len().min(1), tunnel);
    // Without it, Compose on Windows expects a semicolon.
    (separator.to_owned(), files.join(separator))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMED: &str = "compose/tunnel-named.yaml";

    fn list(list: Option<&str>, separator: Option<&str>) -> String {
        with_tunnel(list, separator, NAMED, &[]).1
    }

    #[test]
    fn without_a_list_it_is_the_stack_and_the_tunnel() {
        let (separator, files) = with_tunnel(None, None, NAMED, &[]);
        assert_eq!(
            (separator.as_str(), files.as_str()),
            (":", "compose.yaml:compose/tunnel-named.yaml")
        );
        assert_eq!(list(Some(""), None), files);
    }

    #[test]
    fn an_override_that_compose_read_automatically_is_not_lost() {
        let (_, files) = with_tunnel(None, None, NAMED, &["compose.override.yaml"]);
        assert_eq!(
            files,
            "compose.yaml:compose/tunnel-named.yaml:compose.override.yaml"
        );
    }

    #[test]
    fn the_previous_tunnel_is_replaced_and_every_other_file_stays() {
        let before =
            "compose.yaml:compose/tunnel-ngrok.yaml:compose/livekit-on-host.yaml:mine.yaml";
        let after = "compose.yaml:compose/tunnel-named.yaml:compose/livekit-on-host.yaml:mine.yaml";
        assert_eq!(list(Some(before), None), after);
        assert_eq!(
            list(Some(after), None),
            after,
            "a second time changes nothing"
        );
        assert_eq!(
            list(Some("./compose.yaml:./compose/domain.yaml"), None),
            "./compose.yaml:compose/tunnel-named.yaml"
        );
    }

    #[test]
    fn the_users_separator_stays() {
        let windows = "compose.yaml;C:\\mine\\my.yaml;compose\\domain.yaml";
        let expected = "compose.yaml;compose/tunnel-named.yaml;C:\\mine\\my.yaml";
        assert_eq!(
            with_tunnel(Some(windows), None, NAMED, &[]),
            (";".to_owned(), expected.to_owned())
        );
        assert_eq!(
            list(Some("compose.yaml,b.yaml"), Some(",")),
            "compose.yaml,compose/tunnel-named.yaml,b.yaml"
        );
    }
}
