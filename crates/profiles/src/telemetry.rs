//! Metric names, in one place. Values and identifiers never appear in labels.

use crate::core::apply::Applied;
use crate::core::merge::Absorbed;

/// Traits that changed their value.
pub const TRAIT_CHANGES_TOTAL: &str = "rapport_profiles_trait_changes_total";
/// Identifiers attached.
pub const IDENTIFIERS_TOTAL: &str = "rapport_profiles_identifiers_total";
/// Identifiers and traits not taken, by `reason`.
pub const REFUSED_TOTAL: &str = "rapport_profiles_refused_total";
/// Profiles absorbed.
pub const MERGES_TOTAL: &str = "rapport_profiles_merges_total";
/// Profiles erased.
pub const ERASED_TOTAL: &str = "rapport_profiles_erased_total";

/// Counts what an event changed.
pub fn applied(applied: &Applied) {
    // Most events change nothing; counting zeros would cost each of them.
    if applied.is_empty() {
        return;
    }
    metrics::counter!(TRAIT_CHANGES_TOTAL).increment(applied.trait_changes.len() as u64);
    metrics::counter!(IDENTIFIERS_TOTAL).increment(applied.new_identifiers.len() as u64);
    let reasons = applied.refused.iter().map(|r| r.1).chain(applied.refused_traits.iter().map(|r| r.1));
    reasons.for_each(|reason| metrics::counter!(REFUSED_TOTAL, "reason" => reason).increment(1));
}

/// Counts a merge.
pub fn absorbed(absorbed: &Absorbed) {
    metrics::counter!(MERGES_TOTAL).increment(1);
    metrics::counter!(TRAIT_CHANGES_TOTAL).increment(absorbed.trait_changes.len() as u64);
}
