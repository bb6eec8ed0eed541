//! The rows of proofs in one partition's database, under the profile that stated them; a merge moves none.

use rapport_domain::ids::{ProfileId, SourceId, WorkspaceId};
use rapport_domain::profile::ConsentStatus;
use rapport_store::{Query, Row, StoreError, Tx, params};

use crate::ProfilesError;
use crate::core::proof::Proof;

/// Changes kept of one profile, the latest; nobody changes their mind more often than a machine.
pub const MAX_KEPT: u64 = 1_000;

/// A row with its place: later rows have higher ones.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// Its place in the partition.
    pub place: u64,
    /// The change.
    pub proof: Proof,
}

const COLUMNS: &str = "place, at, recorded_at, channel, topic, status, source, collected_by, by_whom, address, ip, user_agent, \
                       page, wording, topic_name, topic_version, message, event";

/// Keeps a change.
///
/// # Errors
/// When the state cannot be written.
pub fn add(tx: &Tx, ws: WorkspaceId, profile: ProfileId, proof: &Proof) -> Result<(), ProfilesError> {
    let sql = "INSERT INTO consent_history (ws, profile, at, recorded_at, channel, topic, status, source, collected_by, by_whom, \
               address, ip, user_agent, page, wording, topic_name, topic_version, message, event) \
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19)";
    let (name, version) = (proof.shown.as_ref().map(|s| s.0.as_str()), proof.shown.as_ref().map(|s| s.1));
    let values = params![
        ws,
        profile,
        proof.at,
        proof.recorded_at,
        proof.channel.as_str(),
        proof.topic.as_deref(),
        proof.status.as_str(),
        proof.source.as_str(),
        proof.collected_by.0,
        proof.by.as_deref(),
        proof.address.as_deref(),
        proof.ip.as_deref(),
        proof.user_agent.as_deref(),
        proof.page.as_deref(),
        proof.wording.as_deref(),
        name,
        version,
        proof.message.as_deref(),
        proof.event.as_str(),
    ];
    tx.execute(sql, &values)?;
    let old = "DELETE FROM consent_history WHERE ws = ?1 AND profile = ?2 AND place <= (SELECT place FROM consent_history \
               WHERE ws = ?1 AND profile = ?2 ORDER BY place DESC LIMIT 1 OFFSET ?3)";
    tx.execute(old, &params![ws, profile, MAX_KEPT])?;
    Ok(())
}

/// The changes of a profile, at most [`MAX_KEPT`], the newest first.
///
/// # Errors
/// When the state cannot be read or a row is damaged.
pub fn list(q: &impl Query, ws: WorkspaceId, profile: ProfileId) -> Result<Vec<Kept>, ProfilesError> {
    let sql =
        format!("SELECT {COLUMNS} FROM consent_history WHERE ws = ?1 AND profile = ?2 ORDER BY at DESC, place DESC");
    Ok(q.query(&sql, &params![ws, profile], kept)?)
}

/// Forgets the changes of a profile (invariant I10).
pub(crate) fn remove_profile(tx: &Tx, ws: WorkspaceId, profile: ProfileId) -> Result<(), ProfilesError> {
    tx.execute("DELETE FROM consent_history WHERE ws = ?1 AND profile = ?2", &params![ws, profile])?;
    Ok(())
}

fn kept(row: &Row<'_>) -> Result<Kept, StoreError> {
    let status = row.get_str_ref(5)?;
    let status = ConsentStatus::parse(status)
        .ok_or_else(|| StoreError::decode("consent_history.status", format!("unknown status {status:?}")))?;
    let (name, version): (Option<String>, Option<u32>) = (row.get(14)?, row.get(15)?);
    Ok(Kept {
        place: row.get(0)?,
        proof: Proof {
            at: row.get(1)?,
            recorded_at: row.get(2)?,
            channel: row.get(3)?,
            topic: row.get(4)?,
            status,
            source: row.get(6)?,
            collected_by: SourceId(row.get(7)?),
            by: row.get(8)?,
            address: row.get(9)?,
            ip: row.get(10)?,
            user_agent: row.get(11)?,
            page: row.get(12)?,
            wording: row.get(13)?,
            shown: name.zip(version),
            message: row.get(16)?,
            event: row.get(17)?,
        },
    })
}
