//! The report as text.

use super::{Check, CheckOutcome, DoctorReport};
use sidelink_diagnostics::Lang;

pub(super) fn report(report: &DoctorReport, lang: Lang) -> String {
    let verdict = verdict(report, lang);
    let mut out = format!("Sidelink {}, {}: {verdict}\n", report.version, report.at);
    let mut group = None;
    for check in &report.checks {
        if group != Some(&check.group) {
            out.push_str(&format!("\n{}\n", heading(&check.group, lang)));
            group = Some(&check.group);
        }
        out.push_str(&row(check, lang));
    }
    out
}

/// Returns `no problems`, `works, with 1 warning` or `2 problems, 1 warning`.
fn verdict(report: &DoctorReport, lang: Lang) -> String {
    let count = |outcome| {
        let checks = report.checks.iter();
        checks.filter(|check| check.outcome == outcome).count()
    };
    let warnings = match count(CheckOutcome::Warning) {
        0 => None,
        1 => Some(lang.pick("1 warning".to_owned(), "1 aviso".to_owned())),
        n => Some(lang.pick(format!("{n} warnings"), format!("{n} avisos"))),
    };
    let problems = match count(CheckOutcome::Failed) {
        0 => None,
        1 => Some(lang.pick("1 problem".to_owned(), "1 problema".to_owned())),
        n => Some(lang.pick(format!("{n} problems"), format!("{n} problemas"))),
    };
    match (problems, warnings) {
        (None, None) => lang.pick("no problems", "sem problemas").to_owned(),
        (None, Some(warnings)) => {
            let works = lang.pick("works, with", "funciona, com");
            format!("{works} {warnings}")
        }
        (Some(problems), None) => problems,
        (Some(problems), Some(warnings)) => format!("{problems}, {warnings}"),
    }
}

fn row(check: &Check, lang: Lang) -> String {
    let mark = match check.outcome {
        CheckOutcome::Ok => "✓",
        CheckOutcome::Warning => "!",
        CheckOutcome::Failed => "✗",
        CheckOutcome::Skipped => "–",
    };
    let observed = lang
        .pick(&check.observed, &check.observed_pt)
        .replace('\n', "\n      ");
    let mut row = format!("  {mark} {:<16} {observed}\n", check.name);
    if let Some(next) = lang.pick(&check.next, &check.next_pt) {
        row.push_str(&format!("      → {next}\n"));
    }
    row
}

fn heading(group: &str, lang: Lang) -> &str {
    match (group, lang) {
        ("machine", Lang::En) => "This installation",
        ("machine", Lang::Pt) => "Esta instalação",
        ("layer", Lang::En) => "The public URL, layer by layer",
        ("layer", Lang::Pt) => "O endereço público, camada por camada",
        ("service", Lang::En) => "Services",
        ("service", Lang::Pt) => "Serviços",
        ("internet", Lang::En) => "Connection to the internet",
        ("internet", Lang::Pt) => "Conexão com a internet",
        _ => group,
    }
}
