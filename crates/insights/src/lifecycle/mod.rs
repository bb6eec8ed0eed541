//! Lifecycle: who is new, who came back, who stayed away.

use rapport_domain::event::EventView;
use rapport_domain::{ProfileId, Timestamp};
use rapport_lake::{EventFilter, EventRef};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ask::{Ask, Insight};
use crate::core::buckets::{Buckets, Unit};
use crate::drill::Drill;
use crate::error::InsightError;
use crate::report::{About, Report};
use crate::request::{drill, request};
use crate::rule::{self, RuleText};
use crate::select::{Matchers, Selection};
use crate::table::{Cell, Table};
use crate::walk::{Names, Walk};

request! {
    /// Profiles per bucket by what they did before.
    pub struct LifecycleRequest {
        /// What counts as being active; any event of the customer's own doing when absent.
        pub of: Selection,
        /// The length of a bucket: day, week or month. Buckets are whole, also where the period begins inside one.
        pub unit: Unit,
        /// Also list the profiles behind one number.
        pub drill: Option<LifecycleDrill>,
    }
}

/// What a profile is in a bucket.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Active for the first time ever.
    #[default]
    New,
    /// Active, and in the bucket before too.
    Returning,
    /// Active, not in the bucket before, but some time earlier.
    Resurrecting,
    /// Not active, but in the bucket before.
    Dormant,
}

drill! {
    /// Which number's profiles to list.
    pub struct LifecycleDrill {
        /// The bucket as the report names it.
        pub bucket: String,
        /// Which of its profiles.
        pub standing: Standing,
    }
}

/// Profiles per bucket by standing.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LifecycleReport {
    /// The length of a bucket.
    pub unit: Unit,
    /// The buckets.
    pub buckets: Vec<String>,
    /// By bucket: active for the first time ever.
    pub new: Vec<u64>,
    /// By bucket: active, and in the bucket before too.
    pub returning: Vec<u64>,
    /// By bucket: active, not in the bucket before, but earlier.
    pub resurrecting: Vec<u64>,
    /// By bucket: not active, but in the bucket before.
    pub dormant: Vec<u64>,
    /// About the report.
    #[serde(flatten)]
    pub about: About,
}

impl Report for LifecycleReport {
    fn table(&self) -> Table {
        let mut table = Table::new([self.unit.as_str(), "new", "returning", "resurrecting", "dormant"]);
        for (at, bucket) in self.buckets.iter().enumerate() {
            let counts = [&self.new, &self.returning, &self.resurrecting, &self.dormant];
            table.row(std::iter::once(Cell::from(bucket)).chain(counts.map(|c| c[at].into())));
        }
        table
    }

    fn about(&self) -> &About {
        &self.about
    }
}

/// When a profile was active.
struct ActiveWalk<'a> {
    matchers: Matchers,
    /// The buckets of the report after one before them.
    buckets: &'a Buckets,
    until: Timestamp,
}

/// A profile's activity.
#[derive(Debug, Default)]
struct Active {
    before: bool,
    /// Ascending.
    buckets: Vec<u16>,
}

impl Active {
    /// Its standing in a bucket, of which the first is 1.
    fn standing(&self, bucket: u16) -> Option<Standing> {
        let next = self.buckets.partition_point(|b| *b < bucket);
        let now = self.buckets.get(next) == Some(&bucket);
        let last = next.checked_sub(1).map(|at| self.buckets[at]);
        match (now, last) {
            (true, Some(last)) if last + 1 == bucket => Some(Standing::Returning),
            (true, None) if !self.before => Some(Standing::New),
            (true, _) => Some(Standing::Resurrecting),
            (false, Some(last)) if last + 1 == bucket => Some(Standing::Dormant),
            (false, _) => None,
        }
    }
}

impl Walk for ActiveWalk<'_> {
    type State = Active;
    type End = Active;

    fn begin(&self, _: ProfileId) -> Active {
        Active::default()
    }

    fn step(&self, state: &mut Active, event: &EventRef<'_>) {
        let bucket = self.buckets.index(event.ts()).map(|b| b as u16);
        let known = match bucket {
            None => state.before,
            Some(bucket) => state.buckets.last() == Some(&bucket),
        };
        if known || self.matchers.mask(event) == 0 {
            return;
        }
        match bucket {
            None => state.before = true,
            Some(bucket) => state.buckets.push(bucket),
        }
    }

    fn end(&self, _: ProfileId, state: Active) -> Option<Active> {
        (!state.buckets.is_empty()).then_some(state)
    }

    fn names(&self) -> Names {
        self.matchers.names()
    }

    fn filters(&self) -> Vec<EventFilter> {
        self.matchers.filters()
    }

    fn range(&self) -> Option<(Timestamp, Timestamp)> {
        // Whether somebody is new is not known without all that came before.
        Some((Timestamp::MIN, self.until))
    }
}

impl Insight for LifecycleRequest {
    const NAME: &'static str = "lifecycle";
    type Report = LifecycleReport;

    fn answer(&self, ask: &mut Ask<'_>) -> Result<LifecycleReport, InsightError> {
        let period = ask.scope(self.scope(), self.unit)?;
        let matcher = ask.selection(&self.of, "of.");
        let buckets = period.map(|p| p.whole_buckets(self.unit, 1, &mut ask.problems));
        if let Some(drill) = &self.drill {
            ask.page(drill.page());
        }
        let (period, buckets) = ask.sound(period.zip(buckets))?;
        let walk = ActiveWalk { matchers: Matchers::new(vec![matcher]), buckets: &buckets, until: period.to };
        let count = buckets.len() as u16;
        let grow = |out: &mut Vec<[u64; 4]>| out.resize(usize::from(count) - 1, [0; 4]);
        let add = |_, end: Active, out: &mut Vec<[u64; 4]>| {
            grow(out);
            for active in &end.buckets {
                // Only a bucket with activity, or the one after, has a standing.
                for bucket in [*active, active + 1] {
                    let counted_by_next = bucket != *active && end.buckets.binary_search(&bucket).is_ok();
                    if let Some(standing) =
                        end.standing(bucket).filter(|_| !counted_by_next && (1..count).contains(&bucket))
                    {
                        out[usize::from(bucket) - 1][standing as usize] += 1;
                    }
                }
            }
        };
        let merge = |into: &mut Vec<[u64; 4]>, from: Vec<[u64; 4]>| {
            grow(into);
            into.iter_mut().zip(from).for_each(|(a, b)| a.iter_mut().zip(b).for_each(|(a, b)| *a += b));
        };
        let labels = buckets.labels().split_off(1);
        let wanted = match &self.drill {
            Some(drill) => {
                let Some(at) = labels.iter().position(|l| *l == drill.bucket) else {
                    return Err(InsightError::not_shown("drill.bucket", "bucket"));
                };
                Some((drill, at as u16 + 1))
            }
            None => None,
        };
        let drill = wanted.map(|(drill, bucket)| {
            Drill::new(drill.page(), move |end: &Active| end.standing(bucket) == Some(drill.standing))
        });
        let (mut out, mut profiles) = ask.tally_with(&walk, add, merge, drill)?;
        grow(&mut out);
        if let (Some(page), Some((drill, bucket))) = (&mut profiles, wanted) {
            page.rule = self.rule(&buckets, usize::from(bucket), period.to, drill.standing);
        }
        let column = |standing: Standing| out.iter().map(|counts| counts[standing as usize]).collect();
        Ok(LifecycleReport {
            unit: self.unit,
            buckets: labels,
            new: column(Standing::New),
            returning: column(Standing::Returning),
            resurrecting: column(Standing::Resurrecting),
            dormant: column(Standing::Dormant),
            about: ask.about(&period, profiles),
        })
    }
}

impl LifecycleRequest {
    fn rule(&self, buckets: &Buckets, bucket: usize, to: Timestamp, standing: Standing) -> Option<String> {
        let ((before, _), (from, until)) = buckets.range_of(bucket - 1).zip(buckets.range_of(bucket))?;
        let exists = |from: Option<Timestamp>, until| format!("{}.exists()", rule::query(&self.of, from, Some(until)));
        let (now, last) = (exists(Some(from), until.min(to)), exists(Some(before), from));
        let rule = match standing {
            Standing::New => RuleText::default().and(now).and(format!("!{}", exists(None, from))),
            Standing::Returning => RuleText::default().and(now).and(last),
            Standing::Resurrecting => RuleText::default().and(now).and(format!("!{last}")).and(exists(None, before)),
            Standing::Dormant => RuleText::default().and(format!("!{now}")).and(last),
        };
        rule.finish(self.scope())
    }
}
