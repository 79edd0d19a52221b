//! A report as people read it.

use super::{Check, Outcome, Report};
use crate::lang::Lang;

pub(super) fn report(report: &Report, lang: Lang) -> String {
    let failed = report
        .checks
        .iter()
        .filter(|check| check.outcome == Outcome::Failed)
        .count();
    let verdict = match failed {
        0 => lang.pick("all is well".to_owned(), "tudo certo".to_owned()),
        1 => lang.pick("1 problem".to_owned(), "1 problema".to_owned()),
        n => lang.pick(format!("{n} problems"), format!("{n} problemas")),
    };
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

fn row(check: &Check, lang: Lang) -> String {
    let mark = match check.outcome {
        Outcome::Ok => "✓",
        Outcome::Failed => "✗",
        Outcome::Skipped => "–",
    };
    let seen = lang
        .pick(&check.seen, &check.seen_pt)
        .replace('\n', "\n      ");
    let mut row = format!("  {mark} {:<16} {seen}\n", check.name);
    if let Some(next) = lang.pick(&check.next, &check.next_pt) {
        row.push_str(&format!("      → {next}\n"));
    }
    row
}

fn heading(group: &str, lang: Lang) -> &str {
    match (group, lang) {
        ("machine", Lang::En) => "This installation",
        ("machine", Lang::Pt) => "Esta instalação",
        ("layer", Lang::En) => "The link, layer by layer",
        ("layer", Lang::Pt) => "O link, camada por camada",
        ("service", Lang::En) => "Services",
        ("service", Lang::Pt) => "Serviços",
        ("internet", Lang::En) => "The way to the internet",
        ("internet", Lang::Pt) => "O caminho até a internet",
        _ => group,
    }
}
