//! Playing every profile of the lake.

use rapport_delivery::core::window::opened_by;
use rapport_domain::event::EventView;
use rapport_domain::{Profile, ProfileId, WorkspaceId};
use rapport_lake::{EventRef, Fold};

use super::gate::Gate;
use super::player::Player;
use super::progress::Progress;
use super::stage::Stage;
use super::tally::{Counter, Tally};

/// Events of one profile after which it is told how far it is: all workers write it at one place.
const TELL_EVERY: u64 = 1_000;

/// Plays each profile's events and counts what its journeys do.
pub(crate) struct PlayFold<'a> {
    stage: &'a Stage,
    gate: &'a Gate<'a>,
    flood_limit: u64,
    /// Of how many people everything is told.
    people: usize,
    names: Option<Vec<String>>,
    progress: &'a Progress,
}

impl<'a> PlayFold<'a> {
    pub(crate) fn new(
        stage: &'a Stage,
        gate: &'a Gate<'a>,
        flood_limit: u64,
        people: usize,
        progress: &'a Progress,
    ) -> Self {
        PlayFold { stage, gate, flood_limit, people, names: stage.event_names(), progress }
    }

    fn workspace(&self) -> WorkspaceId {
        self.stage.workspace
    }
}

/// A profile being played, how many of its events were, and how many of its events have not been told of.
pub(crate) struct Played<'a> {
    player: Player<'a, Counter<'a>>,
    events: u64,
    untold: u64,
}

impl<'a> Fold for PlayFold<'a> {
    type State = Played<'a>;
    type Out = Tally;

    fn begin(&self, profile: ProfileId) -> Played<'a> {
        let profile = Profile::new(self.workspace(), profile, false, self.stage.until);
        let counter = Counter::new(&self.stage.journey, self.gate, self.stage.zone, self.people > 0);
        Played { player: Player::new(self.stage, profile, counter), events: 0, untold: 0 }
    }

    fn step(&self, state: &mut Played<'a>, event: &EventRef<'_>) {
        state.untold += 1;
        if state.untold == TELL_EVERY {
            self.progress.add(std::mem::take(&mut state.untold));
        }
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
        self.progress.add(state.untold);
        out.profiles += 1;
        out.events += state.events;
        out.cut += u64::from(state.player.is_cut);
        let here = |run: &&rapport_journeys::Run| run.journey == self.stage.journey;
        let at_end = state.player.runs.active.iter().filter(here).map(|run| run.step.clone()).collect();
        state.player.witness.finish(profile, at_end, self.flood_limit, out);
        out.keep_people(self.people);
    }

    fn merge(&self, into: &mut Tally, from: Tally) {
        into.merge(from);
        into.keep_people(self.people);
    }

    fn event_names(&self) -> Option<Vec<String>> {
        self.names.clone()
    }

    fn replays(&self) -> bool {
        true
    }
}
