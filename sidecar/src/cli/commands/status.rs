//! `sidelink status`.

use super::{Service, lang};
use crate::http::StatusView;
use crate::runtime::exit::Failure;
use sidelink_diagnostics::DiagnosisView;
use sidelink_diagnostics::Lang;

/// Prints layers and services, each with its state, since when and why.
pub async fn run(json: bool) -> Result<(), Failure> {
    let status = Service::from_env()?.status(None).await?;
    if json {
        println!("{}", serde_json::to_string_pretty(&status)?);
    } else {
        print!("{}", text(&status, lang()));
    }
    Ok(())
}

/// What is awaited and why, in one line.
pub fn headline(status: &StatusView, lang: Lang) -> String {
    if let (Some(error), "failed") = (&status.config_error, status.phase.as_str()) {
        return format!("config/sidelink.yaml: {error}");
    }
    let Some(awaiting) = &status.awaiting else {
        return lang.pick("all is well", "tudo certo").to_owned();
    };
    let mut line = lang.pick(&awaiting.message, &awaiting.message_pt).clone();
    if let Some(reason) = status.awaited().and_then(|layer| layer.reason.as_ref()) {
        line.push_str(": ");
        line.push_str(message(reason, lang));
    }
    line
}

fn text(status: &StatusView, lang: Lang) -> String {
    let mut out = format!(
        "{}  {}{}\n",
        word(&status.phase, lang),
        status.public_url.as_deref().unwrap_or("—"),
        age(status, lang)
    );
    if status.phase != "ready" {
        out.push_str(&headline(status, lang));
        out.push('\n');
    }
    if let (Some(error), true) = (&status.config_error, status.phase != "failed") {
        out.push_str(&format!("config/sidelink.yaml: {error}\n"));
    }
    for notice in status.notices.iter().flatten() {
        out.push_str(&format!(
            "{}\n{}",
            message(notice, lang),
            next(Some(notice), lang)
        ));
    }
    out.push('\n');
    for layer in &status.layers {
        let told = layer.reason.as_ref().map(|reason| message(reason, lang));
        out.push_str(&row(
            &layer.layer,
            &layer.state,
            &layer.since,
            told.or(layer.observed.as_deref()),
            lang,
        ));
        out.push_str(&next(layer.reason.as_ref(), lang));
    }
    out.push('\n');
    for service in &status.services {
        out.push_str(&row(
            &service.name,
            &service.state,
            &service.since,
            service.reason.as_ref().map(|reason| message(reason, lang)),
            lang,
        ));
        out.push_str(&next(service.reason.as_ref(), lang));
    }
    out
}

/// `, verified 12 s ago`
fn age(status: &StatusView, lang: Lang) -> String {
    status.verification_age.map_or_else(String::new, |seconds| {
        lang.pick(
            format!(", verified {seconds} s ago"),
            format!(", comprovado há {seconds} s"),
        )
    })
}

fn row(name: &str, state: &str, since: &str, told: Option<&str>, lang: Lang) -> String {
    let mark = match state {
        "ok" => "✓",
        "limited" => "!",
        "broken" => "✗",
        _ => "…",
    };
    let why = told.map(|text| format!("  {text}")).unwrap_or_default();
    format!(
        "  {mark} {name:<14} {:<11} {since}{why}\n",
        word(state, lang)
    )
}

/// The next step, under the sentence that it follows from.
fn next(reason: Option<&DiagnosisView>, lang: Lang) -> String {
    let step = reason.and_then(|reason| lang.pick(&reason.next, &reason.next_pt).as_ref());
    step.map_or_else(String::new, |step| format!("    → {step}\n"))
}

pub(super) fn message(reason: &DiagnosisView, lang: Lang) -> &str {
    lang.pick(&reason.message, &reason.message_pt)
}

fn word(state: &str, lang: Lang) -> &str {
    match (lang, state) {
        (Lang::Pt, "waiting") => "aguardando",
        (Lang::Pt, "limited") => "limitado",
        (Lang::Pt, "broken") => "com defeito",
        (Lang::Pt, "preparing") => "preparando",
        (Lang::Pt, "ready") => "pronto",
        (Lang::Pt, "degraded") => "com problemas",
        (Lang::Pt, "failed") => "falhou",
        _ => state,
    }
}

#[cfg(test)]
mod tests {
    use sidelink_diagnostics::Explain;

    use super::*;
    use sidelink_core::Diagnosis;

    #[test]
    fn the_next_step_stands_under_its_sentence_in_the_same_language() {
        let reason = Diagnosis::of_code("ngrok_4018", "").view();
        assert!(next(Some(&reason), Lang::En).starts_with("    → Copy the authtoken"));
        let pt = next(Some(&reason), Lang::Pt);
        assert!(pt.starts_with("    → Copie") && pt.ends_with('\n'), "{pt}");
        assert_eq!(next(None, Lang::Pt), "");
    }
}
