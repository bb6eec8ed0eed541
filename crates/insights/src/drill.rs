//! The profiles behind a number, gathered by the scan that counts it.

use rapport_domain::ProfileId;

use crate::report::ProfilePage;
use crate::request::Page;

/// Which profiles to gather, and which page of them.
pub(crate) struct Drill<'d, E> {
    pub(crate) page: Page,
    holds: Box<dyn Fn(&E) -> bool + Sync + 'd>,
}

impl<'d, E> Drill<'d, E> {
    /// The profiles of whose outcome something holds.
    pub(crate) fn new(page: Page, holds: impl Fn(&E) -> bool + Sync + 'd) -> Self {
        Drill { page, holds: Box::new(holds) }
    }

    /// Looks at one profile's outcome. Partitions come in order, and so do their profiles' ids.
    pub(crate) fn look(&self, profile: ProfileId, end: &E, out: &mut ProfilePage) {
        if (self.holds)(end) {
            out.total += 1;
            // One more than the page tells that there is a next one.
            if self.page.after.is_none_or(|after| profile > after) && out.profiles.len() <= self.page.limit {
                out.profiles.push(profile);
            }
        }
    }

    /// Adds what a later partition came to.
    pub(crate) fn join(&self, into: &mut ProfilePage, from: ProfilePage) {
        into.total += from.total;
        let room = (self.page.limit + 1).saturating_sub(into.profiles.len());
        into.profiles.extend(from.profiles.into_iter().take(room));
    }

    /// The finished page.
    pub(crate) fn finish(&self, mut page: ProfilePage) -> ProfilePage {
        let more = page.profiles.len() > self.page.limit;
        page.profiles.truncate(self.page.limit);
        page.next = page.profiles.last().copied().filter(|_| more);
        page
    }
}
