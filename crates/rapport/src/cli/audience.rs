//! The command line of segments, rules and personas.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::Json;

#[derive(Debug, Subcommand)]
pub(crate) enum Segment {
    /// Count who a rule would hold now
    #[command(after_help = "Example:\n  rapport segment preview 'events(\"Order Completed\").count() >= 5'")]
    Preview {
        /// The rule, such as 'events("Order Completed").count() >= 5'
        rule: String,
        #[command(flatten)]
        json: Json,
    },
    /// List segments with their sizes
    List(Json),
    /// Say why a customer is in a segment or not
    Explain {
        /// The segment
        id: String,
        /// The customer: a profile id, or an identifier as namespace=value
        #[arg(value_name = "WHO")]
        who: String,
        #[command(flatten)]
        json: Json,
    },
    /// Show how large a segment was
    History {
        /// The segment
        id: String,
        #[command(flatten)]
        json: Json,
    },
    /// Count how 2 to 5 segments overlap
    Overlap {
        /// The segments
        #[arg(num_args = 2..=5, required = true)]
        ids: Vec<String>,
        #[command(flatten)]
        json: Json,
    },
    /// Put customers on a list
    Add(Named),
    /// Take customers off a list
    Remove(Named),
    /// Write every member as CSV
    Export {
        /// The segment
        id: String,
        /// Traits to write beside the identifiers, divided by commas
        #[arg(long, default_value = "")]
        traits: String,
    },
}

/// A list and customers.
#[derive(Debug, Args)]
#[command(after_help = r#"Examples:
  rapport segment add vips 4711 4712
  rapport segment add vips --file vips.csv        (first column; its header names the namespace: user_id, email, …)"#)]
pub(crate) struct Named {
    /// The list
    pub(crate) id: String,
    /// Customers, by user id
    #[arg(required_unless_present = "file", conflicts_with = "file")]
    pub(crate) users: Vec<String>,
    /// A CSV file of identifiers
    #[arg(long, value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Rule {
    /// Print a rule in its canonical form
    Fmt {
        /// The rule
        rule: String,
        /// Print its blocks (JSON) instead
        #[arg(long)]
        blocks: bool,
    },
    /// Check a rule against what was seen
    Check {
        /// The rule
        rule: String,
        #[command(flatten)]
        json: Json,
    },
    /// Say what a rule costs to keep current
    Cost {
        /// The rule
        rule: String,
        #[command(flatten)]
        json: Json,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Persona {
    /// Show what a model found last
    Show {
        /// The model
        id: String,
        #[command(flatten)]
        json: Json,
    },
    /// Find a model's personas anew
    Compute {
        /// The model
        id: String,
        #[command(flatten)]
        json: Json,
    },
}
