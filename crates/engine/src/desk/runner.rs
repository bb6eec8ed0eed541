//! The mailroom: sends scheduled reports when they are due and tells members of alerts.
//!
//! A run and its mails are rows before anything is sent, one run for each due time, so that a restart neither forgets nor
//! repeats one. What was being handed over when the process died is handed over again under the same Message-ID.

mod post;

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::Duration;

use parking_lot::Mutex;
use rapport_delivery::channels::http::Outbound;
use rapport_domain::time::{HOUR_MS, MINUTE_MS};
use rapport_domain::{Resource, ResourceKind, Timestamp, WorkspaceId};
use rapport_insights::saved::MailingSpec;
use rapport_lake::CancelFlag;
use rapport_store::control::{desk, members, resources, workspaces};
use tokio::sync::Notify;
use tokio::task::JoinHandle;

use super::{Desk, DeskError, digest};
use crate::shared::Shared;

/// How often due reports are looked for.
const LOOK_EVERY: Duration = Duration::from_secs(20);
/// How often the alerts of goals are looked at.
const GOALS_EVERY_MS: i64 = HOUR_MS;
/// A report that is later than this is not sent any more: the server was down, and what it says is old.
const MAX_LATE_MS: i64 = 36 * HOUR_MS;
/// Runs taken up at once.
const MAX_RUNS: usize = 100;
/// How often one mail is tried.
const MAX_ATTEMPTS: u32 = 6;
/// After this an unfinished run is given up.
const MAX_RUN_MS: i64 = 24 * HOUR_MS;
/// How long runs and ended alerts are remembered.
const KEEP_MS: i64 = 400 * 24 * HOUR_MS;

/// Settings of the mailroom.
#[derive(Clone, Debug)]
pub struct MailroomConfig {
    /// Where the server is reached, for links; a workspace's settings may say another.
    pub public_url: String,
    /// How long computing one report may take.
    pub query_limit: Duration,
    /// How long handing one mail or note over may take.
    pub send_timeout: Duration,
    /// Where notes may go beside the public internet.
    pub outbound: Outbound,
}

impl MailroomConfig {
    /// The defaults for a server reached at `public_url`.
    #[must_use]
    pub fn new(public_url: &str) -> Self {
        MailroomConfig {
            public_url: public_url.trim_end_matches('/').to_owned(),
            query_limit: Duration::from_secs(300),
            send_timeout: Duration::from_secs(30),
            outbound: Outbound::default(),
        }
    }
}

/// The mailroom; see [`Mailroom::start`].
pub struct Mailroom {
    shared: Arc<Shared>,
    config: MailroomConfig,
    changed: Notify,
    stopping: AtomicBool,
    task: Mutex<Option<JoinHandle<()>>>,
    goals_at: AtomicI64,
    /// Alerts and the members and rooms told of them while others could not be.
    told: Mutex<HashSet<(u64, String)>>,
    /// One round at a time.
    round: tokio::sync::Mutex<()>,
}

impl Mailroom {
    /// A mailroom that does nothing by itself: [`Mailroom::round`] takes it further.
    #[must_use]
    pub fn new(shared: Arc<Shared>, config: MailroomConfig) -> Arc<Self> {
        Arc::new(Mailroom {
            shared,
            config,
            changed: Notify::new(),
            stopping: AtomicBool::new(false),
            task: Mutex::new(None),
            goals_at: AtomicI64::new(i64::MIN),
            told: Mutex::default(),
            round: tokio::sync::Mutex::default(),
        })
    }

    /// Starts it on the present Tokio runtime.
    #[must_use]
    pub fn start(shared: Arc<Shared>, config: MailroomConfig) -> Arc<Self> {
        let room = Self::new(shared, config);
        let theirs = room.clone();
        let task = tokio::spawn(async move {
            while !theirs.stopping.load(Ordering::Acquire) {
                if let Err(error) = theirs.round().await {
                    tracing::error!(%error, "scheduled reports and alerts could not be looked at; it is tried again");
                }
                let _ = tokio::time::timeout(LOOK_EVERY, theirs.changed.notified()).await;
            }
        });
        *room.task.lock() = Some(task);
        room
    }

    /// A run was asked for.
    pub fn wake(&self) {
        self.changed.notify_one();
    }

    /// Ends it after the mail under way; what is left goes on at the next start.
    pub async fn stop(&self) {
        self.stopping.store(true, Ordering::Release);
        self.changed.notify_one();
        let task = self.task.lock().take();
        if let Some(task) = task
            && task.await.is_err()
        {
            tracing::error!("the mailroom ended in a panic");
        }
    }

    /// Begins what is due, sends what is begun, looks at alerts and tells of them.
    ///
    /// # Errors
    /// The documents or rows could not be read or written; the next round tries again.
    pub async fn round(self: &Arc<Self>) -> Result<(), DeskError> {
        let _one = self.round.lock().await;
        let theirs = self.clone();
        blocking(move || theirs.begin_due()).await?;
        let theirs = self.clone();
        let runs = blocking(move || Ok(theirs.control().read(|q| desk::open_runs(q, MAX_RUNS))?)).await?;
        for run in runs {
            if self.stopping.load(Ordering::Acquire) {
                return Ok(());
            }
            self.work(run).await?;
        }
        let theirs = self.clone();
        blocking(move || theirs.look_at_goals()).await?;
        self.tell().await
    }

    fn control(&self) -> &rapport_store::Db {
        self.shared.stores.control()
    }

    fn now(&self) -> Timestamp {
        self.shared.clock.now()
    }

    /// Begins a run of every live report that became due.
    fn begin_due(&self) -> Result<(), DeskError> {
        let now = self.now();
        for workspace in self.control().read(workspaces::list)? {
            let ws = workspace.id;
            for report in self.control().read(|q| resources::live(q, ws, ResourceKind::Report))? {
                let Ok(spec) = MailingSpec::read(&report.spec) else { continue };
                if let Some(due) = self.due(ws, &report, &spec, now)? {
                    self.begin(ws, &report, &spec, due, now)?;
                }
            }
        }
        self.control().write(|tx| desk::forget(tx, now.plus_ms(-KEEP_MS)))?;
        Ok(())
    }

    /// The due time that is to be begun now, if there is one.
    fn due(
        &self,
        ws: WorkspaceId,
        report: &Resource,
        spec: &MailingSpec,
        now: Timestamp,
    ) -> Result<Option<Timestamp>, DeskError> {
        let Some(schedule) = spec.schedule.schedule().filter(|_| !spec.paused) else { return Ok(None) };
        let due = schedule.last_due(now);
        let (last, since) = self.control().read(|q| {
            let since = resources::live_since(q, ws, ResourceKind::Report, &report.id)?;
            Ok::<_, rapport_store::StoreError>((desk::last_due(q, ws, &report.id)?, since))
        })?;
        if last.is_some_and(|last| last >= due) {
            return Ok(None);
        }
        // What became due before the report went live is not owed, unless it is the next in a row: then it was edited
        // between its due time and now.
        let in_a_row = last.is_some_and(|last| last >= schedule.last_due(due.plus_ms(-1)));
        Ok((since.is_some_and(|since| since <= due) || in_a_row).then_some(due))
    }

    fn begin(
        &self,
        ws: WorkspaceId,
        report: &Resource,
        spec: &MailingSpec,
        due_at: Timestamp,
        now: Timestamp,
    ) -> Result<(), DeskError> {
        let (id, version, recipients) = (report.id.as_str(), report.version, spec.recipients.as_slice());
        let new = desk::NewRun { report: id, version, due_at, asked_by: None, recipients };
        self.control().write(|tx| {
            let begun = desk::begin_run(tx, ws, new, now)?;
            if let Some(run) = begun.filter(|_| now.since_ms(due_at) > MAX_LATE_MS) {
                let why = "the server was not running when it was due";
                desk::end_run(tx, run.id, desk::RunState::Failed, Some(why), now)?;
            }
            Ok::<_, rapport_store::StoreError>(())
        })?;
        Ok(())
    }

    /// Looks at the alerts of goals, once in a while.
    fn look_at_goals(&self) -> Result<(), DeskError> {
        let now = self.now();
        if now.0 < self.goals_at.load(Ordering::Acquire) {
            return Ok(());
        }
        for workspace in self.control().read(workspaces::list)? {
            let cancel = CancelFlag::with_limit(self.config.query_limit);
            Desk::open(&self.shared, workspace.id, now, &cancel)?.live_only().watch_goals()?;
        }
        self.goals_at.store(now.plus_ms(GOALS_EVERY_MS).0, Ordering::Release);
        Ok(())
    }

    /// Looks at the alerts of goals in the next round, whenever they were looked at last.
    pub fn look_at_goals_soon(&self) {
        self.goals_at.store(i64::MIN, Ordering::Release);
    }

    /// Whether somebody is a member who may read this: an address may have been one when the report was written.
    fn is_member(&self, ws: WorkspaceId, address: &str) -> Result<bool, DeskError> {
        let found = self.control().read(|q| members::by_email(q, address))?;
        Ok(found.is_some_and(|m| m.workspace == ws && !m.disabled))
    }

    /// What a run says, seen from its due time.
    fn compose(&self, run: &desk::Run, spec: &MailingSpec) -> Result<super::Digest, DeskError> {
        let cancel = CancelFlag::with_limit(self.config.query_limit);
        let ws = run.workspace;
        let name = self.control().read(|q| workspaces::get(q, ws))?.map_or_else(String::new, |w| w.name);
        let base = post::base(&self.shared, ws, &self.config)?;
        let seen = Desk::open(&self.shared, ws, run.due_at, &cancel)?;
        // What goes out by itself says only what is live; who asks may look at a draft.
        let seen = if run.asked_by.is_none() { seen.live_only() } else { seen };
        digest(&seen, spec, &name, &base)
    }
}

/// Runs blocking work; a panic in it is the round's end, not the process's.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, DeskError> + Send + 'static,
) -> Result<T, DeskError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(panic) => Err(rapport_store::StoreError::conflict(format!("work of the mailroom ended: {panic}")).into()),
    }
}

/// When a mail that was tried so often is tried again.
fn next_try(attempts: u32, at: Timestamp) -> Timestamp {
    at.plus_ms(MINUTE_MS << attempts.clamp(1, 8).saturating_sub(1))
}
