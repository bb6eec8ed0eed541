//! Which identifiers an event states for its customer. What counts as one, and in what form, is
//! [`rapport_domain::identity`]'s to say.

use rapport_domain::event::{Event, EventKind};
use rapport_domain::identity::{self, identifier};
use rapport_domain::profile::{Identifier, namespace};

/// Most identifiers taken from one event; further ones are ignored.
pub const MAX_CLAIMS: usize = 20;

/// All identifiers an event states for its profile, normalised, without blocked ones and duplicates, at most
/// [`MAX_CLAIMS`]: `user_id`, `anonymous_id`, what [`identity::stated`] finds, and the `previousId` of `alias`, which counts
/// as an anonymous id: the former *user* id of an alias is [`alias_of`].
#[must_use]
pub fn claims(event: &Event) -> Vec<Identifier> {
    let anonymous = event.anonymous_id.as_deref().and_then(|v| identifier(namespace::ANONYMOUS_ID, v));
    let former = event.previous_id.as_deref().filter(|_| event.kind == EventKind::Alias);
    let all = user_id(event)
        .into_iter()
        .chain(anonymous)
        .chain(identity::stated(identity::own_traits(event), event.context.map()))
        .chain(former.and_then(|v| identifier(namespace::ANONYMOUS_ID, v)));
    let mut out: Vec<Identifier> = Vec::with_capacity(4);
    for claim in all {
        if out.len() < MAX_CLAIMS && !out.contains(&claim) {
            out.push(claim);
        }
    }
    out
}

/// The former user id that an `alias` call says is the same customer. Its owner, if there is one, is asked by a `Link`
/// of namespace `user_id`, which [`super::resolve::decide_alias`] answers; it is never attached by the call itself.
#[must_use]
pub fn alias_of(event: &Event) -> Option<Identifier> {
    if event.kind != EventKind::Alias {
        return None;
    }
    let former = identifier(namespace::USER_ID, event.previous_id.as_deref()?)?;
    (Some(&former) != user_id(event).as_ref()).then_some(former)
}

fn user_id(event: &Event) -> Option<Identifier> {
    let own = event.user_id.as_deref().and_then(|v| identifier(namespace::USER_ID, v));
    own.or_else(|| identity::external_user_id(event.context.map()))
}
