//! A stored profile read for some of its traits alone: rules are asked of very many profiles, and most of one is not asked for.

use serde::Deserialize;

use super::{Consent, Profile, Trait};
use crate::ids::{ProfileId, WorkspaceId};
use crate::time::Timestamp;

/// The beginning of a profile in its binary form, as it lies there; what follows (merges, refused identifiers) is left unread.
#[derive(Debug, Deserialize)]
pub struct Glance<'a> {
    id: ProfileId,
    workspace: WorkspaceId,
    known: bool,
    first_seen: Timestamp,
    last_seen: Timestamp,
    event_count: u64,
    #[serde(borrow)]
    _identifiers: Vec<(&'a str, &'a str)>,
    #[serde(borrow)]
    traits: Vec<(&'a str, &'a str, Timestamp)>,
    consents: Vec<Consent>,
    groups: Vec<String>,
}

impl Glance<'_> {
    /// The profile with those of its traits whose names are `wanted`, its consents and its accounts; without its identifiers and
    /// merges.
    ///
    /// # Errors
    /// When a wanted trait is damaged.
    pub fn profile(self, wanted: impl Fn(&str) -> bool) -> Result<Profile, serde_json::Error> {
        let mut profile = Profile::new(self.workspace, self.id, self.known, self.first_seen);
        (profile.last_seen, profile.event_count) = (self.last_seen, self.event_count);
        (profile.consents, profile.groups) = (self.consents, self.groups);
        for (name, text, at) in self.traits.into_iter().filter(|(name, ..)| wanted(name)) {
            profile.traits.insert(name.to_owned(), Trait { value: serde_json::from_str(text)?, at });
        }
        Ok(profile)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::profile::{ConsentStatus, Identifier};

    #[test]
    fn reads_what_is_wanted_as_the_whole_has_it() {
        let mut whole = Profile::new(WorkspaceId(1), ProfileId(5), true, Timestamp(1_000));
        (whole.last_seen, whole.event_count) = (Timestamp(2_000), 7);
        whole.identifiers.push(Identifier::new("email", "a@b.c"));
        whole.groups.push("acme".into());
        whole.consents.push(Consent {
            channel: "email".into(),
            topic: Some("news".into()),
            status: ConsentStatus::Pending,
            at: Timestamp(3),
            source: "form".into(),
        });
        for (name, value) in [("plan", json!("pro")), ("address", json!({"city": "Ulm"})), ("age", json!(41.5))] {
            whole.traits.insert(name.into(), Trait { value, at: Timestamp(9) });
        }
        let bytes = postcard::to_stdvec(&whole).unwrap();
        let (glance, _) = postcard::take_from_bytes::<Glance<'_>>(&bytes).unwrap();
        let seen = glance.profile(|name| name != "plan").unwrap();
        whole.traits.remove("plan");
        whole.identifiers.clear();
        assert_eq!(seen, whole);
    }
}
