//! The pages behind links in messages, for whoever writes their words: every text with what is built in, and each page as it
//! would be seen.

use axum::Json;
use axum::extract::State;
use rapport_delivery::tracking::samples::{SAMPLES, sample};
use rapport_delivery::tracking::words::TEXTS;
use rapport_delivery::tracking::{Theme, TopicChoice, Words};
use rapport_delivery::{SettingsSpec, TopicSpec};
use rapport_domain::{ResourceKind, WorkspaceId};
use rapport_store::control::resources;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::templates::settings;
use crate::auth::Caller;
use crate::error::ApiError;
use crate::extract::Body;
use crate::reply::Reply;
use crate::state::ApiState;

/// The pages and what they say.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PagesView {
    /// Every page.
    pages: Vec<PageView>,
    /// Every text of theirs.
    texts: Vec<TextView>,
}

/// A page.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PageView {
    /// `unsubscribe`.
    id: &'static str,
    /// The names of its texts, in the order in which they are read.
    texts: Vec<&'static str>,
}

/// A text of the pages.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TextView {
    /// Its name: the member of `words.<language>` of the settings that says it otherwise.
    name: &'static str,
    /// What is built in, in English and for every language without a word of its own.
    en: &'static str,
    /// What is built in, in German.
    de: &'static str,
    /// What is filled in where the text has `{…}`.
    values: Vec<&'static str>,
}

/// Which page to show.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PageInput {
    /// Its id.
    page: String,
    /// The language of who looks at it, such as `fr` or `de-AT`.
    language: String,
    /// Settings to show it by, saved or not; those in effect when absent.
    #[schema(value_type = Option<Object>)]
    spec: Option<Value>,
}

/// A page as somebody would see it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ShownPage {
    /// The whole document. Its form leads nowhere: no link carries it.
    html: String,
    /// The language it speaks: English when the one asked for is not known.
    language: String,
}

/// What a text is given.
fn values(text: &'static str) -> Vec<&'static str> {
    rapport_domain::holes(text).collect()
}

/// `GET /api/v1/pages`.
pub(crate) async fn list(_: Caller) -> Reply<PagesView> {
    let pages = SAMPLES.iter().map(|s| PageView { id: s.id, texts: s.texts.to_vec() }).collect();
    let texts = TEXTS.iter().map(|&(name, en, de)| TextView { name, en, de, values: values(en) }).collect();
    Ok(Json(PagesView { pages, texts }))
}

/// `POST /api/v1/pages/preview`.
pub(crate) async fn preview(
    State(state): State<ApiState>,
    caller: Caller,
    Body(input): Body<PageInput>,
) -> Reply<ShownPage> {
    Ok(Json(state.run(move |state| show(state, caller.workspace, &input)).await?))
}

fn show(state: &ApiState, ws: WorkspaceId, input: &PageInput) -> Result<ShownPage, ApiError> {
    let settings = match &input.spec {
        Some(spec) => SettingsSpec::validate(spec).map_err(ApiError::invalid)?,
        None => settings(state, ws)?,
    };
    let words = Words::of(&settings.words, [input.language.as_str()]).unwrap_or_default();
    let live = state.stores.control().read(|q| resources::live(q, ws, ResourceKind::Topic))?;
    let topics: Vec<TopicChoice> = live
        .into_iter()
        .filter_map(|r| {
            let topic = TopicSpec::validate(&r.spec).ok()?;
            let (name, description) = topic.called(words.tag());
            let (name, description) = (name.to_owned(), description.to_owned());
            Some(TopicChoice { id: r.id, name, description, granted: false, pending: false })
        })
        .collect();
    let language = words.tag().to_owned();
    let theme = Theme { words, ..Theme::from(&settings) };
    let Some(page) = sample(&input.page, &topics, &theme) else {
        let known: Vec<&str> = SAMPLES.iter().map(|s| s.id).collect();
        return Err(ApiError::invalid_at("page", format!("expected one of {}", known.join(", "))));
    };
    Ok(ShownPage { html: String::from_utf8_lossy(&page.body).into_owned(), language })
}

#[cfg(test)]
mod tests {
    use super::values;

    #[test]
    fn the_values_of_a_text() {
        assert_eq!(values("You asked for “{topic}” by {channel}."), ["topic", "channel"]);
        assert!(values("Save").is_empty());
    }
}
