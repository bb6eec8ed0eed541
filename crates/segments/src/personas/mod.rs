//! Personas: customers grouped by likeness of what they do and are. [`spec`] is the document, [`matrix`] makes comparable
//! numbers of what the features say, [`kmeans`] finds the groups, [`describe`] says what sets each apart. All of it is
//! pure: the same rows and seed give the same groups.

pub mod describe;
pub mod kmeans;
pub mod matrix;
pub mod spec;

pub use describe::{Difference, Persona, Personas, fit};
pub use spec::{Feature, PersonaSpec, schema, validate};
