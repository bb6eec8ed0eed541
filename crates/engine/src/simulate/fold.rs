//! Playing every profile of the lake.

use rapport_delivery::core::window::opened_by;
use rapport_domain::event::EventView;
use rapport_domain::{Profile, ProfileId, WorkspaceId};
use rapport_lake::{EventRef, Fold};

use super::gate::Gate;
use super::player::Player;
use super::stage::Stage;
use super::tally::{Counter, Tally};

/// Plays each profile's events and counts what its journeys do.
pub(crate) struct PlayFold<'a> {
    stage: &'a Stage,
    gate: &'a Gate<'a>,
    flood_limit: u64,
    names: Option<Vec<String>>,
}

impl<'a> PlayFold<'a> {
    pub(crate) fn new(stage: &'a Stage, gate: &'a Gate<'a>, flood_limit: u64) -> Self {
        PlayFold { stage, gate, flood_limit, names: stage.event_names() }
    }

    fn workspace(&self) -> WorkspaceId {
        self.stage.workspace
    }
}

/// A profile being played, and how many of its events were.
pub(crate) struct Played<'a> {
    player: Player<'a, Counter<'a>>,
    events: u64,
}

impl<'a> Fold for PlayFold<'a> {
    type State = Played<'a>;
    type Out = Tally;

    fn begin(&self, profile: ProfileId) -> Played<'a> {
        let profile = Profile::new(self.workspace(), profile, false, self.stage.until);
        let counter = Counter::new(&self.stage.journey, self.gate, self.stage.zone);
        Played { player: Player::new(self.stage, profile, counter), events: 0 }
    }

    fn step(&self, state: &mut Played<'a>, event: &EventRef<'_>) {
        if event.ts() > self.stage.until {
            return;
        }
        if let Some(event) = event.event(self.workspace()) {
            state.events += 1;
            if opened_by(&event.name).is_some() {
                state.player.witness.wrote(event.ts);
            }
            state.player.event(event);
        }
    }

    fn finish(&self, profile: ProfileId, mut state: Played<'a>, out: &mut Tally) {
        state.player.pass(self.stage.until);
        out.profiles += 1;
        out.events += state.events;
        let here = |run: &&rapport_journeys::Run| run.journey == self.stage.journey;
        let at_end = state.player.runs.active.iter().filter(here).map(|run| run.step.clone()).collect();
        state.player.witness.finish(profile, at_end, self.flood_limit, out);
    }

    fn merge(&self, into: &mut Tally, from: Tally) {
        into.merge(from);
    }

    fn event_names(&self) -> Option<Vec<String>> {
        self.names.clone()
    }
}
