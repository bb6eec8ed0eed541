//! Commands about what messages say.

use clap::{Args, Subcommand};

use super::Json;

/// Commands about templates.
#[derive(Debug, Subcommand)]
pub(crate) enum Template {
    /// Send a template to members of the team, as a test
    Test(Sample),
}

/// A test of a template.
#[derive(Debug, Args)]
pub(crate) struct Sample {
    /// The template
    #[arg(value_name = "ID")]
    pub(crate) id: String,
    /// A member's address; may be given several times
    #[arg(long, value_name = "ADDRESS", required = true)]
    pub(crate) to: Vec<String>,
    /// The mail channel [default: the first]
    #[arg(long, value_name = "ID")]
    pub(crate) channel: Option<String>,
    /// The version [default: the newest]
    #[arg(long, value_name = "NUMBER")]
    pub(crate) version: Option<u32>,
    /// The profile it is rendered for [default: somebody without traits]
    #[arg(long, value_name = "ID")]
    pub(crate) profile: Option<String>,
    /// The language and region, such as de-AT
    #[arg(long, value_name = "LOCALE")]
    pub(crate) locale: Option<String>,
    /// Values beside the profile, as JSON: {"event": {…}}
    #[arg(long, value_name = "JSON")]
    pub(crate) values: Option<String>,
    #[command(flatten)]
    pub(crate) json: Json,
}
