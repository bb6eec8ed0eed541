//! How far one profile got in a funnel whose steps have an order.
//!
//! A chain is an event for step 1 (the anchor), a later event for step 2, and so on, none later than the anchor plus the
//! window. "Later" means after it in the order of time and, at one instant, of arrival; one event is at most one step of a
//! chain. Optional steps may be left out. A profile reaches step `k` when any anchor allows a chain that ends with `k`;
//! other events in between do not matter unless the order is strict, or they are excluded there.

/// The most steps a funnel can have.
pub const MAX_STEPS: usize = 12;

/// What a funnel asks of chains.
#[derive(Clone, Debug)]
pub struct Shape {
    /// How many steps, at most [`MAX_STEPS`].
    pub steps: usize,
    /// A bit for each step that may be left out.
    pub optional: u32,
    /// The longest time from the anchor to the last step, ms, inclusive; of an open funnel from each step to the next.
    pub window_ms: i64,
    /// Steps follow directly, with no other event between them.
    pub strict: bool,
    /// A chain may begin with any step.
    pub open: bool,
    /// When chains may begin: from, until, ms.
    pub entry: (i64, i64),
}

/// How a step was reached for the first time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reach {
    /// When.
    pub at: i64,
    /// The anchor of the chain; of several that lead to this event, the latest.
    pub anchor: i64,
    /// The value the chain carries.
    pub value: u32,
    /// Whether a step before was reached in the chain; in an open funnel, ever.
    pub continued: bool,
}

/// The end of the best chain so far: its anchor and the value it carries. Small, since every profile has twelve.
#[derive(Clone, Copy, Debug)]
struct Link {
    /// [`i64::MIN`] when there is no chain.
    anchor: i64,
    value: u32,
}

impl Link {
    const NONE: Link = Link { anchor: i64::MIN, value: 0 };

    fn is_some(self) -> bool {
        self.anchor != i64::MIN
    }
}

type Links = [Link; MAX_STEPS];

/// One profile's way through a funnel, fed with its events in order.
///
/// It holds, for each step, the latest anchor from which the step can be reached so far. That is enough: of two chains
/// that end in the same step the one with the later anchor can be continued wherever the other can.
#[derive(Clone, Debug)]
pub struct Chain {
    links: Links,
    /// Of a strict funnel: the chains that ended with the event before.
    before: Option<Box<Links>>,
    reached: [Option<Reach>; MAX_STEPS],
}

impl Default for Chain {
    fn default() -> Self {
        Chain { links: [Link::NONE; MAX_STEPS], before: None, reached: [None; MAX_STEPS] }
    }
}

impl Chain {
    /// Call it before each event of a strict funnel, also of those that are no step.
    pub fn next_event(&mut self) {
        let before = self.before.get_or_insert_with(|| Box::new([Link::NONE; MAX_STEPS]));
        **before = std::mem::replace(&mut self.links, [Link::NONE; MAX_STEPS]);
    }

    /// Ends the chains that stand at a step of `from..to` (from 0): an excluded event happened.
    pub fn exclude(&mut self, from: usize, to: usize) {
        for list in std::iter::once(&mut self.links).chain(self.before.as_deref_mut()) {
            list.iter_mut().take(to).skip(from).for_each(|link| *link = Link::NONE);
        }
    }

    /// The best chain that step `step` can be added to.
    fn previous(&self, shape: &Shape, step: usize) -> Option<Link> {
        let links = if shape.strict { self.before.as_deref()? } else { &self.links };
        let mut best = Link::NONE;
        for at in (0..step).rev() {
            if links[at].anchor > best.anchor {
                best = links[at];
            }
            if shape.optional & (1 << at) == 0 {
                break;
            }
        }
        best.is_some().then_some(best)
    }

    fn continued(&self, shape: &Shape, step: usize, ts: i64) -> Option<Link> {
        self.previous(shape, step).filter(|link| ts - link.anchor <= shape.window_ms)
    }

    fn begins(shape: &Shape, step: usize, ts: i64) -> bool {
        (step == 0 || shape.open) && ts >= shape.entry.0 && ts < shape.entry.1
    }

    /// Whether an event at `ts` could be step `step` (from 0) of some chain. Cheap; ask before evaluating a filter.
    #[must_use]
    pub fn expects(&self, shape: &Shape, step: usize, ts: i64) -> bool {
        Self::begins(shape, step, ts) || self.continued(shape, step, ts).is_some()
    }

    /// Takes an event at `ts` that is step `step` and for which [`Chain::expects`] is true. Offer one event's steps from
    /// last to first, so that it does not follow itself. A `value` replaces the one the chain carries.
    pub fn take(&mut self, shape: &Shape, step: usize, ts: i64, value: Option<u32>) {
        let continued = self.continued(shape, step, ts);
        let carried = value.or(continued.map(|l| l.value)).unwrap_or_default();
        let anchor = match continued {
            Some(link) if !shape.open => link.anchor,
            _ => ts,
        };
        let link = Link { anchor, value: carried };
        if link.anchor >= self.links[step].anchor {
            self.links[step] = link;
        }
        let from = continued.map_or(ts, |l| l.anchor);
        let reach = Reach { at: ts, anchor: from, value: carried, continued: continued.is_some() };
        match &mut self.reached[step] {
            // An open funnel tells the time from one step to the next, so the first entry gives way to the first passage.
            Some(known) if known.continued || !reach.continued => {}
            slot => *slot = Some(reach),
        }
    }

    /// How each step was reached first.
    #[must_use]
    pub fn reached(&self) -> &[Option<Reach>] {
        &self.reached
    }
}
