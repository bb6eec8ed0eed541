//! The HTML of a mail.

use std::fmt::Write;

use super::{Body, MAX_COLUMNS, MAX_ROWS, Page, Section, target, with_unit, words};
use crate::core::pace::Standing;
use crate::saved::results::GoalStatus;
use crate::table::Table;

const FONT: &str = "font-family:-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif";
const INK: &str = "#1c2430";
const FAINT: &str = "#667085";
const LINE: &str = "#e4e7ec";
const BAR: &str = "#4f6bed";

/// The page as HTML. Everything that comes from outside is escaped.
#[must_use]
pub fn html(page: &Page) -> String {
    let mut out = String::with_capacity(8 << 10);
    let _ = write!(
        out,
        "<!doctype html>\n<html><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
         <title>{title}</title></head>\n<body style=\"margin:0;padding:0;background:#f5f6f8\">\n\
         <table role=\"presentation\" width=\"100%\" cellpadding=\"0\" cellspacing=\"0\" style=\"background:#f5f6f8\"><tr>\
         <td align=\"center\" style=\"padding:24px 12px\">\n\
         <table role=\"presentation\" width=\"640\" cellpadding=\"0\" cellspacing=\"0\" style=\"width:100%;max-width:640px;{FONT};color:{INK}\">\n\
         <tr><td style=\"padding:0 0 16px\"><div style=\"font-size:22px;font-weight:600\">{title}</div>\
         <div style=\"font-size:14px;color:{FAINT}\">{subtitle}</div></td></tr>\n",
        title = escape(&page.title),
        subtitle = escape(&page.subtitle),
    );
    for section in &page.sections {
        show(section, &mut out);
    }
    out.push_str("<tr><td style=\"padding:8px 0 0;font-size:12px;color:#667085\">");
    if let Some(link) = &page.link {
        let _ = write!(out, "<a href=\"{}\" style=\"color:{BAR}\">Open in Rapport</a> · ", escape(link));
    }
    let _ = write!(out, "{}</td></tr>\n</table>\n</td></tr></table>\n</body></html>\n", escape(&page.footer));
    out
}

fn show(section: &Section, out: &mut String) {
    let _ = write!(
        out,
        "<tr><td style=\"background:#ffffff;border:1px solid {LINE};border-radius:8px;padding:16px\">\
         <div style=\"font-size:16px;font-weight:600;padding:0 0 8px\">{}</div>",
        escape(&section.title)
    );
    if let Some(number) = &section.number {
        let number = escape(number);
        let _ = write!(out, "<div style=\"font-size:28px;font-weight:600;padding:0 0 8px\">{number}</div>");
    }
    match &section.body {
        Body::Table(table) => rows(table, out),
        Body::Goal(goal) => standing(goal, out),
        Body::Text(text) => {
            let _ = write!(out, "<div style=\"font-size:14px\">{}</div>", escape(text).replace('\n', "<br>"));
        }
        Body::Error(error) => {
            let _ = write!(out, "<div style=\"font-size:14px;color:#b42318\">{}</div>", escape(error));
        }
    }
    for note in &section.notes {
        let _ = write!(out, "<div style=\"font-size:12px;color:{FAINT};padding:8px 0 0\">{}</div>", escape(note));
    }
    out.push_str("</td></tr>\n<tr><td style=\"height:16px;font-size:0\">&nbsp;</td></tr>\n");
}

fn rows(table: &Table, out: &mut String) {
    let (header, all) = (table.header(), table.rows());
    if all.is_empty() {
        let _ = write!(out, "<div style=\"font-size:14px;color:{FAINT}\">Nothing in this period.</div>");
        return;
    }
    let bars = table.bars();
    let columns = header.len().min(MAX_COLUMNS);
    let cell = format!("padding:4px 8px 4px 0;border-bottom:1px solid {LINE};font-size:13px");
    out.push_str("<table width=\"100%\" cellpadding=\"0\" cellspacing=\"0\" style=\"border-collapse:collapse\"><tr>");
    for name in &header[..columns] {
        let _ = write!(out, "<th align=\"left\" style=\"{cell};color:{FAINT};font-weight:500\">{}</th>", escape(name));
    }
    if bars.is_some() {
        let _ = write!(out, "<th style=\"{cell};width:30%\"></th>");
    }
    out.push_str("</tr>\n");
    for (n, row) in all.iter().enumerate().take(MAX_ROWS) {
        out.push_str("<tr>");
        for text in row.iter().take(columns) {
            let _ = write!(out, "<td style=\"{cell}\">{}</td>", escape(text));
        }
        if let Some((_, shares)) = &bars {
            let _ = write!(out, "<td style=\"{cell};width:30%\">{}</td>", bar(shares[n], BAR));
        }
        out.push_str("</tr>\n");
    }
    out.push_str("</table>");
    let mut more = Vec::new();
    for (left, what) in [(all.len().saturating_sub(MAX_ROWS), "rows"), (header.len() - columns, "columns")] {
        if left > 0 {
            more.push(format!("{left} more {what}"));
        }
    }
    if !more.is_empty() {
        let more = more.join(" and ");
        let _ =
            write!(out, "<div style=\"font-size:12px;color:{FAINT};padding:8px 0 0\">{more} in the CSV file.</div>");
    }
}

/// A bar of a share, 0 to 1: a cell with a background, which every client shows.
fn bar(share: f64, colour: &str) -> String {
    let percent = (share.clamp(0.0, 1.0) * 100.0).round();
    if percent < 1.0 {
        return "&nbsp;".to_owned();
    }
    format!(
        "<table role=\"presentation\" width=\"100%\" cellpadding=\"0\" cellspacing=\"0\"><tr>\
         <td style=\"width:{percent}%;background:{colour};height:10px;font-size:0;line-height:10px\">&nbsp;</td>\
         <td style=\"font-size:0\">&nbsp;</td></tr></table>"
    )
}

fn standing(goal: &GoalStatus, out: &mut String) {
    let unit = goal.unit.as_deref();
    let colour = match goal.standing {
        Standing::Ahead | Standing::Met => "#067647",
        Standing::OnTrack => BAR,
        Standing::Behind | Standing::Missed => "#b42318",
        Standing::Unknown => FAINT,
    };
    let _ = write!(
        out,
        "<div style=\"font-size:28px;font-weight:600\">{}</div>\
         <div style=\"font-size:14px;color:{FAINT}\">of {} · {} to {}</div>\
         <div style=\"font-size:14px;font-weight:600;color:{colour};padding:4px 0\">{}</div>",
        escape(&with_unit(goal.value, unit)),
        escape(&target(goal)),
        escape(&goal.from),
        escape(&goal.to),
        words(goal.standing),
    );
    if goal.target > 0.0 {
        out.push_str(&bar(goal.value.unwrap_or(0.0) / goal.target, colour));
    }
    if let Some(projection) = goal.projection {
        let text = escape(&with_unit(Some(projection), unit));
        let _ = write!(
            out,
            "<div style=\"font-size:13px;color:{FAINT};padding:4px 0 0\">{text} expected at the end; \
             {:.0} % of the period is over.</div>",
            goal.elapsed_percent
        );
    }
}

/// Text in HTML, in elements and in attributes.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c if c.is_control() && c != '\n' => {}
            c => out.push(c),
        }
    }
    out
}
