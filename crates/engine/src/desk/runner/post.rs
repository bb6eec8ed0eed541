//! Handing the mailroom's mails over, each once.

use std::sync::Arc;

use rapport_delivery::channels::SendFault;
use rapport_delivery::channels::email::{TeamMail, TeamPost};
use rapport_delivery::channels::http::Http;
use rapport_delivery::channels::team::{TeamNote, TeamRoom};
use rapport_delivery::{ChannelSpec, SettingsSpec};
use rapport_domain::time::HOUR_MS;
use rapport_domain::{ResourceKind, WorkspaceId};
use rapport_insights::mail;
use rapport_insights::mail::{Body, Page, Section};
use rapport_insights::saved::results::AlertEvent;
use rapport_insights::saved::{GoalSpec, MailingSpec};
use rapport_store::control::desk::{self, Alert, Run, RunMail, RunState};
use rapport_store::control::resources;

use super::{MAX_ATTEMPTS, MAX_RUN_MS, Mailroom, MailroomConfig, blocking, next_try};
use crate::desk::{DeskError, Digest};
use crate::shared::Shared;
use crate::telemetry;

/// Alerts told at once.
const MAX_ALERTS: usize = 100;
/// After this an alert is told no more.
const MAX_TELL_MS: i64 = 24 * HOUR_MS;

/// Where a workspace is reached.
pub(super) fn base(shared: &Shared, ws: WorkspaceId, config: &MailroomConfig) -> Result<String, DeskError> {
    let control = shared.stores.control();
    let live = control.read(|q| resources::live_one(q, ws, ResourceKind::Settings, "workspace"))?;
    let own = live.and_then(|r| SettingsSpec::validate(&r.spec).ok()).and_then(|s| s.public_url);
    Ok(own.unwrap_or_else(|| config.public_url.clone()))
}

impl Mailroom {
    /// The live channel of that id, or else the one that carries e-mail; `Err` says why there is none.
    fn channel(&self, ws: WorkspaceId, id: Option<&str>) -> Result<Result<ChannelSpec, String>, DeskError> {
        let live = self.control().read(|q| resources::live(q, ws, ResourceKind::Channel))?;
        for channel in live.iter().filter(|c| id.is_none_or(|id| c.id == id)) {
            let opened = self.shared.stores.vault().opened(ws, ResourceKind::Channel, &channel.id, &channel.spec)?;
            if let Ok(spec) = ChannelSpec::validate(&opened)
                && TeamPost::can_use(&spec)
            {
                return Ok(Ok(spec));
            }
        }
        Ok(Err(match id {
            Some(id) => format!("there is no live SMTP channel {id}"),
            None => "the workspace has no live SMTP channel".to_owned(),
        }))
    }

    fn post(&self, ws: WorkspaceId, channel: Option<&str>) -> Result<Result<TeamPost, String>, DeskError> {
        let spec = self.channel(ws, channel)?;
        Ok(spec.and_then(|spec| TeamPost::new(&spec, self.config.send_timeout, &self.config.outbound)))
    }

    /// Takes a run as far as it goes now.
    pub(super) async fn work(self: &Arc<Self>, run: Run) -> Result<(), DeskError> {
        let (theirs, its) = (self.clone(), run.clone());
        let begun = blocking(move || theirs.open(&its)).await?;
        let (spec, mails, post) = match begun {
            Ok(begun) => begun,
            Err(why) => return self.end(run.id, RunState::Failed, Some(why)).await,
        };
        let now = self.now();
        let is_due = |m: &RunMail| {
            let waits = m.state == "pending" && m.attempts > 0 && m.at.is_some_and(|at| next_try(m.attempts, at) > now);
            !waits && matches!(m.state.as_str(), "pending" | "sending")
        };
        if mails.iter().any(is_due) {
            let (theirs, its) = (self.clone(), run.clone());
            let digest = match blocking(move || theirs.compose(&its, &spec)).await {
                Ok(digest) => digest,
                Err(error) if now.since_ms(run.started_at) < MAX_RUN_MS && is_passing(&error) => {
                    tracing::warn!(report = %run.report, %error, "a report could not be computed; it is tried again");
                    return Ok(());
                }
                Err(error) => return self.end(run.id, RunState::Failed, Some(error.to_string())).await,
            };
            for mail in mails.into_iter().filter(is_due) {
                self.hand_over(&run, mail, &digest, &post).await?;
            }
        }
        self.conclude(run).await
    }

    /// What is needed to work on a run; the inner `Err` says why it can never be.
    #[expect(clippy::type_complexity, reason = "used once, just above")]
    fn open(&self, run: &Run) -> Result<Result<(MailingSpec, Vec<RunMail>, TeamPost), String>, DeskError> {
        let ws = run.workspace;
        let (document, mails) = self.control().read(|q| {
            let document = resources::get(q, ws, ResourceKind::Report, &run.report, Some(run.version))?;
            Ok::<_, rapport_store::StoreError>((document, desk::mails(q, run.id)?))
        })?;
        let Some(document) = document else { return Ok(Err("the report is gone".to_owned())) };
        let spec = match MailingSpec::read(&document.spec) {
            Ok(spec) => spec,
            Err(problem) => return Ok(Err(problem.to_string())),
        };
        let post = match self.post(ws, spec.channel.as_deref())? {
            Ok(post) => post,
            Err(why) => return Ok(Err(why)),
        };
        Ok(Ok((spec, mails, post)))
    }

    async fn hand_over(
        self: &Arc<Self>,
        run: &Run,
        mail: RunMail,
        digest: &Digest,
        post: &TeamPost,
    ) -> Result<(), DeskError> {
        let (theirs, ws, id, to) = (self.clone(), run.workspace, run.id, mail.recipient.clone());
        let may = blocking(move || {
            let now = theirs.now();
            if !theirs.is_member(ws, &to)? {
                let why = "not a member of this workspace any more";
                theirs.control().write(|tx| desk::mailed(tx, id, &to, "failed", Some(why), now))?;
                return Ok(false);
            }
            theirs.control().write(|tx| desk::sending(tx, id, &to, now))?;
            Ok(true)
        });
        if !may.await? {
            return Ok(());
        }
        let hash = rapport_domain::hash::hash64(0, mail.recipient.as_bytes());
        let letter = TeamMail {
            id: format!("report.{}.{}.{hash:016x}", run.workspace.0, run.id),
            to: mail.recipient.clone(),
            subject: digest.subject.clone(),
            html: digest.html.clone(),
            text: digest.text.clone(),
            files: digest.files.clone(),
        };
        let (state, why) = match post.send(&letter, self.now()).await {
            Ok(_) => ("sent", None),
            Err(fault) if fault.is_final() => ("failed", Some(fault.detail())),
            Err(fault @ (SendFault::Busy | SendFault::Withheld)) => ("pending", Some(fault.detail())),
            Err(fault) => {
                let state = if mail.attempts + 1 >= MAX_ATTEMPTS { "failed" } else { "pending" };
                (state, Some(fault.detail()))
            }
        };
        metrics::counter!(telemetry::MAILS, "state" => state).increment(1);
        let theirs = self.clone();
        blocking(move || {
            let now = theirs.now();
            Ok(theirs.control().write(|tx| desk::mailed(tx, id, &mail.recipient, state, why.as_deref(), now))?)
        })
        .await
    }

    /// Ends a run whose mails are all settled.
    async fn conclude(self: &Arc<Self>, run: Run) -> Result<(), DeskError> {
        let theirs = self.clone();
        let mails = blocking(move || Ok(theirs.control().read(|q| desk::mails(q, run.id))?)).await?;
        if mails.iter().any(|m| matches!(m.state.as_str(), "pending" | "sending")) {
            return Ok(());
        }
        let failed = mails.iter().filter(|m| m.state == "failed").count();
        match failed {
            0 => self.end(run.id, RunState::Done, None).await,
            n => {
                let why = format!("{n} of {} mails were not taken", mails.len());
                self.end(run.id, RunState::Failed, Some(why)).await
            }
        }
    }

    async fn end(self: &Arc<Self>, run: u64, state: RunState, why: Option<String>) -> Result<(), DeskError> {
        if let Some(why) = &why {
            tracing::warn!(run, why, "a report was not sent to everybody");
        }
        let theirs = self.clone();
        blocking(move || {
            let now = theirs.now();
            Ok(theirs.control().write(|tx| desk::end_run(tx, run, state, why.as_deref(), now))?)
        })
        .await
    }

    /// Tells members of alerts that began.
    pub(super) async fn tell(self: &Arc<Self>) -> Result<(), DeskError> {
        let theirs = self.clone();
        let alerts = blocking(move || Ok(theirs.control().read(|q| desk::untold_alerts(q, MAX_ALERTS))?)).await?;
        for alert in alerts {
            self.tell_one(alert).await?;
        }
        Ok(())
    }

    async fn tell_one(self: &Arc<Self>, alert: Alert) -> Result<(), DeskError> {
        let (theirs, its) = (self.clone(), alert.clone());
        let Notices { letters, post, note, rooms } = blocking(move || theirs.prepare(&its)).await?;
        let mut all_told = true;
        for letter in letters {
            let Some(post) = &post else { break };
            all_told &=
                self.tell_whom(&alert, &letter.to, async || post.send(&letter, self.now()).await.map(drop)).await;
        }
        for (id, room) in rooms {
            let whom = format!("channel/{id}");
            all_told &= self.tell_whom(&alert, &whom, async || room.send(&note, self.now()).await).await;
        }
        if all_told || self.now().since_ms(alert.began_at) > MAX_TELL_MS {
            let (theirs, id) = (self.clone(), alert.id);
            blocking(move || {
                let now = theirs.now();
                Ok(theirs.control().write(|tx| desk::told(tx, id, now))?)
            })
            .await?;
            self.told.lock().retain(|(id, _)| *id != alert.id);
        }
        Ok(())
    }

    /// Tells one of them, once. Whether that is settled.
    async fn tell_whom(&self, alert: &Alert, whom: &str, send: impl AsyncFnOnce() -> Result<(), SendFault>) -> bool {
        let key = (alert.id, whom.to_owned());
        if self.told.lock().contains(&key) {
            return true;
        }
        match send().await {
            Ok(()) => {}
            Err(fault) if fault.is_final() => {
                let detail = fault.detail();
                tracing::warn!(goal = %alert.goal, whom, detail, "somebody could not be told of an alert");
            }
            Err(_) => return false,
        }
        self.told.lock().insert(key);
        true
    }

    /// What is to be told of an alert, and by what.
    fn prepare(&self, alert: &Alert) -> Result<Notices, DeskError> {
        let ws = alert.workspace;
        let goal = self.control().read(|q| resources::live_one(q, ws, ResourceKind::Goal, &alert.goal))?;
        let Some(spec) = goal.and_then(|r| GoalSpec::read(&r.spec).ok()) else { return Ok(Notices::default()) };
        let event: AlertEvent = serde_json::from_value(alert.detail.clone()).unwrap_or_default();
        let link = format!("{}/goals/{}", base(&self.shared, ws, &self.config)?, alert.goal);
        let subject = format!("{}: {}", event.goal_name, event.alert);
        let note = TeamNote {
            id: format!("alert_{}_{}", ws.0, alert.id),
            kind: event.kind.clone(),
            at: alert.began_at,
            title: subject.clone(),
            text: event.text.clone(),
            link: link.clone(),
            data: alert.detail.clone(),
        };
        let letters = self.letters(alert, &spec, &event, &subject, link)?;
        let post = if letters.is_empty() { Ok(None) } else { self.post(ws, spec.channel.as_deref())?.map(Some) };
        let post = post.unwrap_or_else(|why| {
            tracing::warn!(goal = %alert.goal, why, "members are not told of an alert");
            None
        });
        Ok(Notices { letters, post, note, rooms: self.rooms(alert, &spec)? })
    }

    /// The mails to members.
    fn letters(
        &self,
        alert: &Alert,
        spec: &GoalSpec,
        event: &AlertEvent,
        subject: &str,
        link: String,
    ) -> Result<Vec<TeamMail>, DeskError> {
        let section = Section {
            title: event.alert.clone(),
            number: event.value.map(|v| format!("{} {}", mail::number(v), spec.unit.clone().unwrap_or_default())),
            body: Body::Text(event.text.clone()),
            notes: Vec::new(),
        };
        let page = Page {
            title: event.goal_name.clone(),
            subtitle: event.date.clone().unwrap_or_default(),
            sections: vec![section],
            footer: "You get this because the goal names you.".to_owned(),
            link: Some(link),
        };
        let mut letters = Vec::new();
        for to in &spec.notify {
            if !self.is_member(alert.workspace, to)? {
                continue;
            }
            let hash = rapport_domain::hash::hash64(0, to.as_bytes());
            letters.push(TeamMail {
                id: format!("alert.{}.{}.{hash:016x}", alert.workspace.0, alert.id),
                to: to.clone(),
                subject: subject.to_owned(),
                html: mail::html(&page),
                text: mail::text(&page),
                files: Vec::new(),
            });
        }
        Ok(letters)
    }

    /// The rooms and programs to tell. What is no live channel of a team any more is left out, with a word in the log.
    fn rooms(&self, alert: &Alert, spec: &GoalSpec) -> Result<Vec<(String, TeamRoom)>, DeskError> {
        if spec.post_to.is_empty() {
            return Ok(Vec::new());
        }
        let (ws, patience) = (alert.workspace, self.config.send_timeout);
        let live = self.control().read(|q| resources::live(q, ws, ResourceKind::Channel))?;
        let http = Http::new(patience, &self.config.outbound).map(Arc::new);
        let open = |id: &str| -> Result<Result<TeamRoom, String>, DeskError> {
            let Some(channel) = live.iter().find(|c| c.id == id) else { return Ok(Err("it is not live".to_owned())) };
            let opened = self.shared.stores.vault().opened(ws, ResourceKind::Channel, id, &channel.spec)?;
            let spec = ChannelSpec::validate(&opened).map_err(|_| "its document has faults".to_owned());
            Ok(spec.and_then(|spec| TeamRoom::new(&spec, http.clone()?, patience)))
        };
        let mut rooms = Vec::new();
        for id in &spec.post_to {
            match open(id)? {
                Ok(room) => rooms.push((id.clone(), room)),
                Err(why) => tracing::warn!(goal = %alert.goal, channel = %id, why, "a channel is not told of an alert"),
            }
        }
        Ok(rooms)
    }
}

/// What is to be told of an alert.
#[derive(Default)]
struct Notices {
    letters: Vec<TeamMail>,
    post: Option<TeamPost>,
    note: TeamNote,
    rooms: Vec<(String, TeamRoom)>,
}

/// Whether trying again can help.
fn is_passing(error: &DeskError) -> bool {
    match error {
        DeskError::Insight(e) => e.class().is_retryable(),
        DeskError::Store(e) => e.class().is_retryable(),
        DeskError::Missing { .. } | DeskError::Unusable { .. } => false,
    }
}
