//! Proofs of consent: every change, kept with what it was.

pub mod repo;
