//! The text of a mail, for those who read no HTML.

use std::fmt::Write;

use super::{Body, MAX_COLUMNS, MAX_ROWS, Page, Section, target, with_unit, words};
use crate::table::Table;

/// The widest cell, characters.
const MAX_CELL: usize = 40;

/// The page as text.
#[must_use]
pub fn text(page: &Page) -> String {
    let mut out = format!("{}\n{}\n", page.title, page.subtitle);
    for section in &page.sections {
        show(section, &mut out);
    }
    if let Some(link) = &page.link {
        let _ = writeln!(out, "\n{link}");
    }
    let _ = writeln!(out, "\n{}", page.footer);
    out
}

fn show(section: &Section, out: &mut String) {
    match (&section.body, &section.number) {
        (Body::Goal(goal), _) => {
            let unit = goal.unit.as_deref();
            let value = with_unit(goal.value, unit);
            let _ = writeln!(out, "\n{}: {value} of {} ({})", section.title, target(goal), words(goal.standing));
            if let Some(projection) = goal.projection {
                let _ = writeln!(out, "{} expected at the end", with_unit(Some(projection), unit));
            }
        }
        (_, Some(number)) => drop(writeln!(out, "\n{}: {number}", section.title)),
        (_, None) => drop(writeln!(out, "\n{}", section.title)),
    }
    match &section.body {
        Body::Table(table) => rows(table, out),
        Body::Text(text) | Body::Error(text) => drop(writeln!(out, "{text}")),
        Body::Goal(_) => {}
    }
    for note in &section.notes {
        let _ = writeln!(out, "({note})");
    }
}

fn rows(table: &Table, out: &mut String) {
    let all = table.rows();
    if all.is_empty() {
        out.push_str("Nothing in this period.\n");
        return;
    }
    let cut = |text: &String| text.chars().take(MAX_CELL).collect::<String>();
    let mut lines: Vec<Vec<String>> = vec![table.header().iter().take(MAX_COLUMNS).map(cut).collect()];
    lines.extend(all.iter().take(MAX_ROWS).map(|row| row.iter().take(MAX_COLUMNS).map(cut).collect()));
    let mut widths = vec![0; lines[0].len()];
    for line in &lines {
        for (width, text) in widths.iter_mut().zip(line) {
            *width = (*width).max(text.chars().count());
        }
    }
    for line in lines {
        let cells: Vec<String> = line.iter().zip(&widths).map(|(text, width)| format!("{text:<width$}")).collect();
        let _ = writeln!(out, "{}", cells.join("  ").trim_end());
    }
    if all.len() > MAX_ROWS {
        let _ = writeln!(out, "{} more rows", all.len() - MAX_ROWS);
    }
}
