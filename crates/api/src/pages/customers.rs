//! Finding a customer, and a customer's story.

use axum::extract::State;
use axum::response::Response;
use rapport_engine::read;
use rapport_profiles::{Filter, Sort};
use serde::Deserialize;
use serde_json::Value;

use super::{ago, e, next, number, page, table, url};
use crate::auth::Caller;
use crate::error::ApiError;
use crate::extract::{At, Query};
use crate::routes::members::PageQuery;
use crate::routes::profiles::{found, timeline, whole};
use crate::state::ApiState;
use crate::view::{EventView, ProfileSummary, ProfileView, profile_id};

/// Rows of a list.
const ROWS: u32 = 50;
/// Events of a page of a story.
const EVENTS: usize = 100;
/// Characters of an event's properties shown.
const SHOWN_CHARS: usize = 240;

/// What to find.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Find {
    q: Option<String>,
    cursor: Option<String>,
}

/// `GET /ui/profiles`.
pub(crate) async fn list(
    State(state): State<ApiState>,
    caller: Caller,
    Query(find): Query<Find>,
) -> Result<Response, ApiError> {
    let (ws, now) = (caller.workspace, state.now());
    let q = find.q.unwrap_or_default();
    let filter = Filter { text: Some(q.clone()).filter(|t| !t.trim().is_empty()), ..Filter::default() };
    let rows = state
        .run(move |state| {
            let shared = state.engine.shared();
            read::profiles::list(shared, ws, &filter, Sort::LastSeen, find.cursor.as_deref(), ROWS)
        })
        .await?;
    let lines: Vec<String> = rows
        .items
        .iter()
        .map(|p| {
            let p = ProfileSummary::from(p);
            let email = p.traits.get("email").and_then(Value::as_str).unwrap_or_default();
            let kind = if p.known { "" } else { " <span class=\"soft\">anonymous</span>" };
            format!(
                "<tr><td><a href=\"/ui/profiles/{}\">{}</a>{kind}</td><td>{}</td><td class=\"num\">{}</td><td>{}</td></tr>",
                e(&p.id),
                e(&p.label),
                e(email),
                number(p.event_count),
                ago(p.last_seen.0, now)
            )
        })
        .collect();
    let content = format!(
        "<form class=\"search\" role=\"search\"><input name=\"q\" type=\"search\" aria-label=\"Find customers\" \
         placeholder=\"Name, address, id\" value=\"{}\"><button>Find</button></form>{}{}",
        e(&q),
        table(&["Customer", "E-mail address", "Events", "Last seen"], &lines, "Nobody was found."),
        next(&format!("/ui/profiles?q={}&", url(&q)), rows.next.as_deref())
    );
    Ok(page("Customers", Some(&caller), "/ui/profiles", state.catcher.is_some(), &content))
}

fn shown(value: &Value) -> String {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let mut short: String = text.chars().take(SHOWN_CHARS).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    e(&short)
}

fn facts(p: &ProfileView) -> String {
    let pair = |name: &str, value: String| format!("<dt>{}</dt><dd>{value}</dd>", e(name));
    let ids: String = p.identifiers.iter().map(|i| pair(&i.namespace, e(&i.value))).collect();
    let traits: String = p.summary.traits.iter().map(|(name, value)| pair(name, shown(value))).collect();
    let consents: String = p
        .consents
        .iter()
        .map(|c| {
            let what = c.topic.as_deref().map_or_else(|| c.channel.clone(), |t| format!("{} · {t}", c.channel));
            let word =
                if c.granted { "<span class=\"good\">given</span>" } else { "<span class=\"bad\">withdrawn</span>" };
            pair(&what, format!("{word} <span class=\"soft\">{}</span>", e(&c.source)))
        })
        .collect();
    let tags: String = p.segments.iter().map(|s| format!("<span class=\"tag\">{}</span>", e(&s.segment))).collect();
    let runs = p.journeys["active"].as_array().cloned().unwrap_or_default();
    let runs: String = runs
        .iter()
        .map(|r| {
            let text = |name: &str| e(r[name].as_str().unwrap_or_default());
            format!("<span class=\"tag\">{} · {}</span>", text("journey"), text("step"))
        })
        .collect();
    let part = |title: &str, body: String| if body.is_empty() { body } else { format!("<h2>{title}</h2>{body}") };
    let pairs = |body: String| if body.is_empty() { body } else { format!("<dl class=\"pairs\">{body}</dl>") };
    [
        part("Segments", tags),
        part("Journeys", runs),
        part("Traits", pairs(traits)),
        part("Identifiers", pairs(ids)),
        part("Consent", pairs(consents)),
    ]
    .concat()
}

fn story(events: &[EventView], now: rapport_domain::Timestamp) -> String {
    let line = |event: &EventView| {
        let ours = if event.source == 0 { " class=\"ours\"" } else { "" };
        let properties = Value::Object(event.properties.clone());
        let detail = if event.properties.is_empty() {
            String::new()
        } else {
            format!("<br><code>{}</code>", shown(&properties))
        };
        format!(
            "<li{ours}>{} <span class=\"soft\">{}</span>{detail}</li>",
            e(&event.event),
            ago(event.timestamp.0, now)
        )
    };
    let lines: String = events.iter().map(line).collect();
    format!("<ol class=\"story\">{lines}</ol>")
}

/// `GET /ui/profiles/{id}`.
pub(crate) async fn show(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<String>,
    Query(query): Query<PageQuery>,
) -> Result<Response, ApiError> {
    let (id, ws, now) = (profile_id(&id)?, caller.workspace, state.now());
    let (profile, events) = state
        .run(move |state| {
            let profile = found(state, ws, id)?;
            let events = timeline(state, ws, profile.id, query.cursor.as_deref(), None, EVENTS)?;
            Ok::<_, ApiError>((whole(state, ws, &profile)?, events))
        })
        .await?;
    let who = &profile.summary;
    let base = format!("/ui/profiles/{}?", who.id);
    let content = format!(
        "<p class=\"soft\">{} events · first seen {} · last seen {}</p><div class=\"two\"><section>{}</section>\
         <section><h2>Story</h2><div id=\"story\" data-refresh>{}</div>{}</section></div>",
        number(who.event_count),
        ago(who.first_seen.0, now),
        ago(who.last_seen.0, now),
        facts(&profile),
        story(&events.items, now),
        next(&base, events.next_cursor.as_deref())
    );
    Ok(page(&who.label, Some(&caller), "/ui/profiles", state.catcher.is_some(), &content))
}
