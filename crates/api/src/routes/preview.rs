//! Seeing a template, and what is likely wrong with it, before it is sent.

use std::collections::{BTreeMap, BTreeSet};

use axum::Json;
use axum::extract::State;
use rapport_delivery::channels::compose::{Composition, shorten};
use rapport_delivery::channels::email::ComposeFault;
use rapport_delivery::channels::{Content, has_media};
use rapport_delivery::content::MissingName;
use rapport_delivery::content::lint::{self, Finding, Level};
use rapport_delivery::core::address::targets;
use rapport_delivery::tracking::links::Links;
use rapport_delivery::{DeliveryError, LiveTemplate, SettingsSpec, Sources, Tokens};
use rapport_domain::profile::Trait;
use rapport_domain::{
    Json as Data, MessageChannel, OutboundMessage, OutboxId, Partition, Problem, Profile, ProfileId, ResourceKind,
    Timestamp, WorkspaceId,
};
use rapport_engine::read;
use rapport_store::control::{catalogs, resources};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::profiles::found;
use super::templates::settings;
use super::texts::{self, SmsView};
use crate::auth::Caller;
use crate::codes::{FindingRule, NOT_RENDERED};
use crate::error::ApiError;
use crate::extract::{At, Body};
use crate::reply::Reply;
use crate::state::ApiState;
use crate::view::profile_id;

/// What stands for a coupon code in previews: none is given away.
const SAMPLE_CODE: &str = "SAMPLE-CODE";

/// What to render, and for whom.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PreviewInput {
    /// A template's id, when the path names none.
    pub(super) id: Option<String>,
    /// The version; the newest when absent.
    pub(super) version: Option<u32>,
    /// A template's spec, saved or not, in the place of a stored one.
    #[schema(value_type = Option<Object>)]
    pub(super) spec: Option<Value>,
    /// The profile to render for; somebody without traits when absent.
    pub(super) profile: Option<String>,
    /// Traits in the place of the profile's own, or of somebody who does not exist.
    #[serde(default)]
    #[schema(value_type = Object)]
    pub(super) traits: Map<String, Value>,
    /// Values beside the profile: `event`, `journey`.
    #[serde(default)]
    #[schema(value_type = Object)]
    pub(super) data: Map<String, Value>,
    /// The language and region to see it in, in the place of the profile's.
    pub(super) locale: Option<String>,
    /// A value that is missing is an error that names it; otherwise it is listed in `missing`.
    #[serde(default)]
    pub(super) strict: bool,
}

/// A rendered template. Its links do not work: no message carries them.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Preview {
    /// The subject.
    subject: String,
    /// The HTML part.
    html: String,
    /// The text part.
    text: String,
    /// The content of a channel other than e-mail; subject, HTML and text are empty then.
    #[schema(value_type = Option<Object>)]
    content: Option<Value>,
    /// What a text message takes and costs; null for other channels. Its links are counted as they are sent: short.
    sms: Option<SmsView>,
    /// The appointment, as iCalendar.
    calendar: Option<String>,
    /// The HTML part's size; Gmail cuts it after 102 KB.
    html_bytes: usize,
    /// Values the template asked for and nobody had.
    missing: Vec<MissingView>,
}

/// A value that is missing.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MissingView {
    /// As the template writes it.
    name: String,
    /// The line, from 1.
    line: u32,
    /// The column, from 1.
    column: u32,
    /// The block it stands in.
    block: Option<String>,
    /// The part it stands in: `subject` or `html` of a mail, else the member of the content: `buttons[0].label`.
    part: String,
}

impl From<MissingName> for MissingView {
    fn from(m: MissingName) -> Self {
        MissingView { name: m.name, line: m.position.0, column: m.position.1, block: m.block, part: m.part }
    }
}

/// What is likely wrong with a template.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LintReport {
    /// Whether nothing was found that will not work.
    ok: bool,
    /// Every finding, the worst first.
    findings: Vec<FindingView>,
}

/// One finding.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FindingView {
    /// Which rule found it.
    #[schema(value_type = FindingRule)]
    rule: &'static str,
    /// `error`, `warning` or `hint`.
    level: &'static str,
    /// What was found and what to do.
    message: String,
    /// The part: `subject`, `preheader`, `html` or `text` of a mail, a member of another channel's template.
    part: &'static str,
    /// The place, as it is written there.
    excerpt: Option<String>,
    /// The language it was found in; null is the template's own.
    language: Option<String>,
    /// What the message says beside the words of its rule, by name.
    #[schema(value_type = BTreeMap<String, String>)]
    values: BTreeMap<&'static str, String>,
}

impl FindingView {
    fn of(finding: Finding, language: Option<&str>) -> Self {
        FindingView {
            rule: finding.rule,
            level: match finding.level {
                Level::Error => "error",
                Level::Warning => "warning",
                Level::Hint => "hint",
            },
            message: finding.message,
            part: finding.part,
            excerpt: finding.excerpt,
            language: language.map(str::to_owned),
            values: finding.values,
        }
    }
}

/// Catalogues as they are; coupon codes are not given away.
struct Rehearsal<'s>(&'s ApiState);

impl Sources for Rehearsal<'_> {
    fn catalog_item(&self, ws: WorkspaceId, catalog: &str, key: &str) -> Result<Option<Value>, DeliveryError> {
        let row = self.0.stores.control().read(|q| catalogs::get(q, ws, catalog, key));
        row.map_err(|e| DeliveryError::Unavailable { what: "catalogue", detail: e.to_string() })
    }

    fn coupon(&self, ws: WorkspaceId, pool: &str, _: OutboxId, _: ProfileId) -> Result<Option<String>, DeliveryError> {
        let found = self.0.stores.control().read(|q| resources::get(q, ws, ResourceKind::Coupon, pool, None));
        let found = found.map_err(|e| DeliveryError::Unavailable { what: "coupon codes", detail: e.to_string() })?;
        Ok(found.map(|_| SAMPLE_CODE.to_owned()))
    }
}

/// `POST /api/v1/templates/preview`.
pub(crate) async fn preview(
    State(state): State<ApiState>,
    caller: Caller,
    Body(input): Body<PreviewInput>,
) -> Reply<Preview> {
    Ok(Json(state.run(move |state| show(state, caller.workspace, input)).await?))
}

/// `POST /api/v1/templates/{id}/preview`.
pub(crate) async fn preview_of(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<String>,
    Body(input): Body<PreviewInput>,
) -> Reply<Preview> {
    let input = PreviewInput { id: Some(id), ..input };
    Ok(Json(state.run(move |state| show(state, caller.workspace, input)).await?))
}

/// `POST /api/v1/templates/lint`.
pub(crate) async fn lint(
    State(state): State<ApiState>,
    caller: Caller,
    Body(input): Body<PreviewInput>,
) -> Reply<LintReport> {
    Ok(Json(state.run(move |state| report(state, caller.workspace, input)).await?))
}

/// `POST /api/v1/templates/{id}/lint`.
pub(crate) async fn lint_of(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<String>,
    Body(input): Body<PreviewInput>,
) -> Reply<LintReport> {
    let input = PreviewInput { id: Some(id), ..input };
    Ok(Json(state.run(move |state| report(state, caller.workspace, input)).await?))
}

/// A template with somebody to render it for.
pub(super) struct Stage {
    pub(super) template: LiveTemplate,
    profile: Profile,
    settings: SettingsSpec,
    pub(super) base: String,
    pub(super) message: OutboundMessage,
    pub(super) now: Timestamp,
}

impl Stage {
    pub(super) fn set(state: &ApiState, ws: WorkspaceId, input: PreviewInput) -> Result<Stage, ApiError> {
        let (id, version, spec) = stored(state, ws, &input)?;
        let library = read::content::library(state.engine.shared(), ws)?;
        let template = LiveTemplate::prepare_in(&id, version, &spec, &library).map_err(ApiError::invalid)?;
        let now = state.now();
        let mut profile = match input.profile.as_deref() {
            Some(text) => found(state, ws, profile_id(text)?)?,
            None => Profile::new(ws, ProfileId(0), false, now),
        };
        let locale = input.locale.map(|l| ("locale".to_owned(), Value::from(l)));
        for (name, value) in input.traits.into_iter().chain(locale) {
            profile.traits.insert(name, Trait { value, at: now });
        }
        let settings = settings(state, ws)?;
        let base = settings.public_url.clone().unwrap_or_else(|| state.config.public_url.clone());
        let message = OutboundMessage {
            // No message has the number 0, so links of a preview say nothing about a real one.
            id: OutboxId { partition: Partition(0), number: 0 },
            workspace: ws,
            profile: profile.id,
            channel: template.spec.channel.clone(),
            template: id,
            origin: None,
            topic: None,
            transactional: template.spec.transactional,
            created_at: now,
            expires_at: now,
            data: Data::from(input.data),
        };
        Ok(Stage { template, profile, settings, base, message, now })
    }

    /// The content, and what it asked for and nobody had.
    pub(super) fn play(&self, state: &ApiState) -> Result<(Content, Vec<MissingName>), ApiError> {
        let tokens = Tokens::new(b"links of a preview are signed with a key nothing accepts");
        let links = self.links(&tokens);
        let composition = Composition {
            template: &self.template,
            message: &self.message,
            profile: &self.profile,
            settings: &self.settings,
            links: &links,
            now: self.now,
            sources: &Rehearsal(state),
            notes_missing: true,
        };
        composition.rehearse().map_err(|fault| match fault {
            ComposeFault::Content(error) => ApiError::invalid_at("template", error.to_string()),
            ComposeFault::Unavailable(error) => error.into(),
        })
    }

    pub(super) fn links<'a>(&'a self, tokens: &'a Tokens) -> Links<'a> {
        Links {
            tokens,
            base: &self.base,
            workspace: self.message.workspace,
            message: self.message.id,
            profile: self.profile.id,
        }
    }

    /// From now on it is rendered in this language.
    pub(super) fn speak(&mut self, language: Option<&str>) {
        if let Some(language) = language {
            self.profile.traits.insert("locale".to_owned(), Trait { value: language.into(), at: self.now });
        }
    }

    /// The languages it has beside its own.
    pub(super) fn languages(&self) -> Vec<String> {
        let spec = &self.template.spec;
        spec.translations.keys().chain(spec.contents.keys()).cloned().collect()
    }

    /// Links stay as they are written, not as they are tracked. Answers whether they would be.
    pub(super) fn untracked(&mut self) -> bool {
        let spec = &mut self.template.spec;
        spec.track_opens = false;
        std::mem::take(&mut spec.track_clicks)
    }

    /// What is likely wrong with it, in this language.
    fn findings(&mut self, state: &ApiState, language: Option<&str>, shortens: bool) -> Vec<FindingView> {
        self.speak(language);
        let composed = match self.play(state) {
            Ok((Content::Email(composed), _)) => composed,
            Ok((content @ Content::Other(_), _)) => return self.findings_of_other(content, language, shortens),
            Err(error) => {
                let message = format!("it cannot be rendered for somebody without traits: {}", error.detail);
                let part = if self.template.spec.channel == "email" { "html" } else { "body" };
                let (level, values) = (Level::Warning, BTreeMap::new());
                let finding = Finding { rule: NOT_RENDERED, level, message, part, excerpt: None, values };
                return vec![FindingView::of(finding, language)];
            }
        };
        let tokens = Tokens::new(b"links of a preview are signed with a key nothing accepts");
        let preferences_url = self.links(&tokens).preferences();
        let banned = self.template.banned_phrases();
        let found = lint::lint(&lint::Subject {
            subject: &composed.subject,
            html: &composed.html,
            text: &composed.text,
            has_preheader: self.template.spec.preheader.is_some(),
            unsubscribe_url: composed.unsubscribe_url.as_deref().filter(|_| self.has_way_out()),
            preferences_url: &preferences_url,
            undescribed: &self.template.undescribed(),
            banned_phrases: banned,
        });
        found.into_iter().map(|f| FindingView::of(f, language)).collect()
    }

    /// The same for a message that is no mail.
    fn findings_of_other(&self, mut content: Content, language: Option<&str>, shortens: bool) -> Vec<FindingView> {
        let Some(channel) = MessageChannel::parse(&self.message.channel) else { return Vec::new() };
        let tokens = Tokens::new(b"links of a preview are signed with a key nothing accepts");
        let links = self.links(&tokens);
        let topic = self.template.spec.topic.as_deref();
        let ways = [links.unsubscribe(&self.message.channel, topic), links.preferences()];
        let leads_out = matches!(&content, Content::Other(c) if c["body"].as_str().is_some_and(|b| ways.iter().any(|w| b.contains(w))));
        if shortens {
            drop(shorten(&mut content, &self.message.channel, &links));
        }
        let Content::Other(content) = &content else { return Vec::new() };
        let message = lint::Short {
            channel,
            content,
            wants_way_out: self.has_way_out() && !leads_out,
            banned_phrases: self.template.banned_phrases(),
        };
        lint::short(&message).into_iter().map(|f| FindingView::of(f, language)).collect()
    }

    /// What it takes and costs, when it is a text message.
    fn text_message(&self, state: &ApiState, content: &Content) -> Result<Option<SmsView>, ApiError> {
        let channel = MessageChannel::parse(&self.message.channel);
        let Some(channel) = channel.filter(|c| *c == MessageChannel::Sms) else { return Ok(None) };
        let tokens = Tokens::new(b"links of a preview are signed with a key nothing accepts");
        let mut sent = content.clone();
        if self.template.spec.track_clicks {
            drop(shorten(&mut sent, &self.message.channel, &self.links(&tokens)));
        }
        let Content::Other(members) = &sent else { return Ok(None) };
        let body = members["body"].as_str().unwrap_or_default();
        let place = targets(&self.profile, channel, self.settings.default_country.as_deref()).ok();
        let country = place.and_then(|p| p.country);
        texts::view(state, self.message.workspace, (body, has_media(members)), country.as_deref()).map(Some)
    }

    /// Whether the way out is worth looking for: a transactional mail needs none.
    fn has_way_out(&self) -> bool {
        !self.template.spec.transactional
    }
}

fn stored(state: &ApiState, ws: WorkspaceId, input: &PreviewInput) -> Result<(String, u32, Value), ApiError> {
    match (&input.id, &input.spec) {
        (id, Some(spec)) => Ok((id.clone().unwrap_or_else(|| "preview".to_owned()), 0, spec.clone())),
        (Some(id), None) => {
            let control = state.stores.control();
            let found = control.read(|q| resources::get(q, ws, ResourceKind::Template, id, input.version))?;
            let found = found.ok_or_else(|| ApiError::not_found(format!("template {id}")))?;
            Ok((id.clone(), found.version, found.spec))
        }
        (None, None) => Err(ApiError::invalid_at("id", "expected either id or spec")),
    }
}

fn show(state: &ApiState, ws: WorkspaceId, input: PreviewInput) -> Result<Preview, ApiError> {
    let strict = input.strict;
    let stage = Stage::set(state, ws, input)?;
    let (content, missing) = stage.play(state)?;
    if strict && !missing.is_empty() {
        let problem = |m: &MissingName| {
            let (line, column) = m.position;
            let block = m.block.as_ref().map_or_else(String::new, |block| format!(" in block {block}"));
            let place = format!("{}, line {line}, column {column}{block}", m.part);
            Problem::new(&m.name, format!("has no value for this customer ({place})"))
        };
        return Err(ApiError::invalid(missing.iter().map(problem).collect()));
    }
    let missing = missing.into_iter().map(MissingView::from).collect();
    let composed = match content {
        Content::Email(composed) => composed,
        content @ Content::Other(_) => {
            let sms = stage.text_message(state, &content)?;
            return Ok(Preview { sms, missing, ..other(content) });
        }
    };
    Ok(Preview {
        html_bytes: composed.html.len(),
        subject: composed.subject,
        html: composed.html,
        text: composed.text,
        content: None,
        sms: None,
        calendar: composed.calendar,
        missing,
    })
}

/// The preview of a message that is no mail.
fn other(content: Content) -> Preview {
    let subject = content.subject();
    let content = match content {
        Content::Other(content) => Some(content),
        Content::Email(_) => None,
    };
    Preview {
        subject,
        html: String::new(),
        text: String::new(),
        content,
        sms: None,
        calendar: None,
        html_bytes: 0,
        missing: Vec::new(),
    }
}

fn report(state: &ApiState, ws: WorkspaceId, input: PreviewInput) -> Result<LintReport, ApiError> {
    let mut stage = Stage::set(state, ws, input)?;
    let languages = stage.languages();
    let others = spoken(state, ws)?;
    let told = |(language, finding)| FindingView::of(finding, language);
    let mut findings: Vec<FindingView> = lint::languages(&stage.template.spec, &others).into_iter().map(told).collect();
    let shortens = stage.untracked();
    findings.extend(stage.findings(state, None, shortens));
    for language in languages {
        for finding in stage.findings(state, Some(&language), shortens) {
            let known = |f: &FindingView| f.rule == finding.rule && f.message == finding.message;
            if !findings.iter().any(known) {
                findings.push(finding);
            }
        }
    }
    findings.sort_by_key(|f| ["error", "warning", "hint"].iter().position(|level| *level == f.level));
    Ok(LintReport { ok: findings.iter().all(|f| f.level != "error"), findings })
}

/// The languages that the live templates of the workspace speak, their own first, in lower case.
fn spoken(state: &ApiState, ws: WorkspaceId) -> Result<Vec<String>, ApiError> {
    let mut out = BTreeSet::new();
    for live in state.stores.control().read(|q| resources::live(q, ws, ResourceKind::Template))? {
        let translations = live.spec["translations"].as_object();
        let tags = translations.into_iter().flat_map(|t| t.keys()).map(String::as_str);
        out.extend(tags.chain(live.spec["language"].as_str()).map(str::to_ascii_lowercase));
    }
    Ok(out.into_iter().collect())
}

/// What is to be said when a template is written or published: everything but hints.
pub(crate) fn warnings(state: &ApiState, ws: WorkspaceId, spec: &Value) -> Result<Vec<Problem>, ApiError> {
    let input = PreviewInput { spec: Some(spec.clone()), ..PreviewInput::default() };
    let found = report(state, ws, input)?.findings.into_iter().filter(|f| f.level != "hint");
    Ok(found.map(|f| Problem::new(format!("spec.{} {}", f.part, f.rule), f.message)).collect())
}
