//! Alerts: which conditions of live goals hold, what begins and what ends.

use rapport_domain::ResourceKind;
use rapport_insights::mail;
use rapport_insights::saved::GoalSpec;
use rapport_insights::saved::results::{AlertEvent, GoalStatus};
use rapport_store::control::{audit, desk, resources};
use serde_json::json;

use super::{Desk, DeskError, read};
use crate::telemetry;

impl Desk<'_> {
    /// Looks at the alerts of every live goal: begins those whose condition came to hold and ends those whose condition no
    /// longer does. Answers how many began. A goal that cannot be computed keeps its alerts as they are.
    ///
    /// # Errors
    /// The documents cannot be read or an alert cannot be written.
    pub fn watch_goals(&self) -> Result<usize, DeskError> {
        let (ws, control) = (self.ws, self.shared.stores.control());
        let goals = control.read(|q| resources::live(q, ws, ResourceKind::Goal))?;
        // Alerts of goals that are no longer live end.
        for goal in control.read(|q| desk::alerting(q, ws))? {
            if !goals.iter().any(|g| g.id == goal) {
                control.write(|tx| desk::end_alerts(tx, ws, &goal, &[], self.now))?;
            }
        }
        let mut began = 0;
        for goal in goals {
            let spec = match read(&goal, |spec| GoalSpec::read(spec).map_err(|p| vec![p])) {
                Ok(spec) if !spec.alerts.is_empty() => spec,
                Ok(_) => {
                    control.write(|tx| desk::end_alerts(tx, ws, &goal.id, &[], self.now))?;
                    continue;
                }
                Err(error) => {
                    tracing::warn!(workspace.id = ws.0, goal = %goal.id, %error, "the goal cannot be read");
                    continue;
                }
            };
            match self.stand(spec.clone(), 0) {
                Ok(status) => began += self.follow(&goal.id, &spec, &status)?,
                Err(error) => {
                    tracing::warn!(workspace.id = ws.0, goal = %goal.id, %error, "the goal cannot be computed");
                }
            }
        }
        metrics::counter!(telemetry::ALERTS).increment(began as u64);
        Ok(began)
    }

    /// Begins and ends the alerts of one goal.
    fn follow(&self, goal: &str, spec: &GoalSpec, status: &GoalStatus) -> Result<usize, DeskError> {
        let (ws, now) = (self.ws, self.now);
        let began = self.shared.stores.control().write(|tx| {
            let (mut still, mut began) = (Vec::new(), 0);
            for (alert, state) in spec.alerts.iter().zip(&status.alerts) {
                let rule = serde_json::to_string(&alert.when).unwrap_or_default();
                match state.holds {
                    Some(false) => continue,
                    // What cannot be said changes nothing.
                    None => still.push(rule),
                    Some(true) => {
                        let event = event(goal, status, &state.name, alert.when.of_day(), state.oddity, now);
                        let detail = serde_json::to_value(&event).unwrap_or_default();
                        if desk::begin_alert(tx, ws, goal, &rule, &detail, now)?.is_some() {
                            began += 1;
                            let detail = json!({"alert": state.name, "value": event.value});
                            audit::append(tx, ws, now, "rapport", "goal.alert", &format!("goal/{goal}"), &detail)?;
                        }
                        still.push(rule);
                    }
                }
            }
            desk::end_alerts(tx, ws, goal, &still, now)?;
            Ok::<_, rapport_store::StoreError>(began)
        })?;
        Ok(began)
    }
}

fn event(
    goal: &str,
    status: &GoalStatus,
    alert: &str,
    of_day: bool,
    oddity: Option<rapport_insights::core::robust::Oddity>,
    now: rapport_domain::Timestamp,
) -> AlertEvent {
    let day = status.day.as_ref().filter(|_| of_day);
    let value = day.map_or(status.value, |d| d.value);
    let unit = status.unit.as_deref().map(|u| format!(" {u}")).unwrap_or_default();
    let shown = value.map_or_else(|| "no number".to_owned(), |v| format!("{}{unit}", mail::number(v)));
    let when = day.map_or_else(|| format!("{} to {}", status.from, status.to), |d| d.date.clone());
    let mut text = format!("{}: {alert} ({shown}, {when})", status.name);
    if let Some(odd) = oddity {
        let (expected, weeks) = (mail::number(odd.expected), odd.weeks);
        text.push_str(&format!("; usual on this weekday: {expected}{unit}, median of {weeks} weeks"));
    } else if !of_day {
        let projected = status.projection.map_or_else(|| "–".to_owned(), mail::number);
        text.push_str(&format!("; {projected}{unit} expected at the end, target {}", mail::number(status.target)));
    }
    AlertEvent {
        kind: "goal.alert".to_owned(),
        goal: goal.to_owned(),
        goal_name: status.name.clone(),
        alert: alert.to_owned(),
        text,
        at: now.to_rfc3339(),
        date: day.map(|d| d.date.clone()),
        value,
        target: status.target,
        unit: status.unit.clone(),
        oddity,
    }
}
