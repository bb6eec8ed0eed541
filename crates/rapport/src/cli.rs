//! The command line.

mod audience;
mod content;
mod desk;
mod insight;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::client::Target;
use crate::config::Flags;
pub(crate) use audience::{Named, Persona, Rule, Segment};
pub(crate) use content::Template;
pub(crate) use desk::{Dashboard, Goal, Over, ReportCommand};
pub(crate) use insight::{Common, Insight, Lift, Of, Paths, Saved};

/// Customer engagement in one binary: collect events, know every customer, keep segments live, run journeys, send, measure.
#[derive(Debug, Parser)]
#[command(name = "rapport", version, max_term_width = 100)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) flags: Flags,
    #[command(flatten)]
    pub(crate) target: Target,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run the server
    Serve(Serve),
    /// Run the server with a made-up shop that looks alive, and a mail catcher
    Demo(Demo),
    /// Make the first workspace, its owner and keys; they are printed once
    Init(Init),
    /// Import a file of events (CSV, JSON lines, Parquet, XES; plain, .gz or .zst)
    Import(Import),
    /// Write events or profiles as JSON lines
    Export(Export),
    /// Write documents (segments, journeys, templates…) from YAML or JSON files
    Apply(Apply),
    /// Show documents
    Get(Get),
    /// Show how files differ from what the server has
    Diff(Files),
    /// Segments: who is in them and why, lists by hand, exports
    #[command(subcommand)]
    Segment(Segment),
    /// Rules: format, check, cost
    #[command(subcommand)]
    Rule(Rule),
    /// Persona models: what groups customers fall into
    #[command(subcommand)]
    Persona(Persona),
    /// Templates
    #[command(subcommand)]
    Template(Template),
    /// Journeys
    #[command(subcommand)]
    Journey(Journey),
    /// Reports: trends, funnels, retention and others
    #[command(subcommand)]
    Insight(Box<Insight>),
    /// Dashboards: saved reports side by side
    #[command(subcommand)]
    Dashboard(Dashboard),
    /// Goals: numbers with targets, and their alerts
    #[command(subcommand)]
    Goal(Goal),
    /// Scheduled reports
    #[command(subcommand)]
    Report(ReportCommand),
    /// One customer
    #[command(subcommand)]
    Profile(Profile),
    /// Exact counts
    Stats(Json),
    /// Check configuration, storage and providers
    Doctor(Json),
    /// Copy a data directory whole, also while a server runs on it
    Backup(Folder),
    /// Put a backup into an empty data directory
    Restore(Folder),
    /// Print the OpenAPI document
    Openapi,
}

#[derive(Debug, Args)]
pub(crate) struct Serve {
    /// Where to listen [default: 127.0.0.1:8080]
    #[arg(long, value_name = "HOST:PORT")]
    pub(crate) listen: Option<String>,
    /// Where browsers and customers reach the server [default: the listen address]
    #[arg(long, value_name = "URL")]
    pub(crate) public_url: Option<String>,
    /// Print every value of the configuration with where it came from, and end
    #[arg(long)]
    pub(crate) print_config: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Demo {
    /// Where to listen [default: 127.0.0.1:8080]
    #[arg(long, value_name = "HOST:PORT")]
    pub(crate) listen: Option<String>,
    /// Where browsers reach the server [default: the listen address]
    #[arg(long, value_name = "URL")]
    pub(crate) public_url: Option<String>,
    /// Customers of the shop
    #[arg(long, value_name = "N", default_value_t = crate::demo::CUSTOMERS, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub(crate) customers: u32,
    /// Days of history
    #[arg(long, value_name = "N", default_value_t = crate::demo::DAYS, value_parser = clap::value_parser!(u32).range(1..=3_650))]
    pub(crate) days: u32,
    /// The same seed makes the same shop
    #[arg(long, value_name = "N", default_value_t = crate::demo::SEED)]
    pub(crate) seed: u64,
    /// Nothing happens after the history
    #[arg(long)]
    pub(crate) no_live: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Init {
    /// The workspace's name in paths
    #[arg(long, value_name = "SLUG", default_value = "main")]
    pub(crate) workspace: String,
    /// The owner's address
    #[arg(long, value_name = "ADDRESS", default_value = "owner@example.com")]
    pub(crate) email: String,
    /// The workspace's time zone
    #[arg(long, value_name = "ZONE", default_value = "UTC")]
    pub(crate) time_zone: String,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
#[command(after_help = r#"Examples:
  rapport import events.jsonl
  rapport import orders.csv.gz --mapping orders.yaml
  rapport import --resume 3"#)]
pub(crate) struct Import {
    /// The file
    #[arg(required_unless_present = "resume")]
    pub(crate) file: Option<PathBuf>,
    /// How rows become events (YAML); JSON lines in Segment's form need none
    #[arg(long, value_name = "FILE")]
    pub(crate) mapping: Option<PathBuf>,
    /// The source the events belong to
    #[arg(long, value_name = "SLUG")]
    pub(crate) source: Option<String>,
    /// Let the events trigger journeys as if they happened now
    #[arg(long)]
    pub(crate) live: bool,
    /// Go on with an import that was interrupted, failed or is running
    #[arg(long, value_name = "ID", conflicts_with_all = ["file", "mapping", "source", "live"])]
    pub(crate) resume: Option<u64>,
    /// Where to write rejected rows [default: beside the file]
    #[arg(long, value_name = "FILE")]
    pub(crate) rejects: Option<PathBuf>,
    /// Print the final report as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
#[command(after_help = r#"Examples:
  rapport export events > events.jsonl
  rapport export profiles --out profiles.jsonl"#)]
pub(crate) struct Export {
    /// What to write
    #[arg(value_enum, default_value_t = Exported::Events)]
    pub(crate) what: Exported,
    /// The file; standard output when absent
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Exported {
    Events,
    Profiles,
}

#[derive(Debug, Args)]
pub(crate) struct Files {
    /// A file, or a directory of files
    #[arg(short, long = "file", value_name = "FILE|DIR")]
    pub(crate) file: PathBuf,
}

#[derive(Debug, Args)]
#[command(after_help = r#"Examples:
  rapport apply -f resources/ --dry-run
  rapport apply -f segment.yaml --publish"#)]
pub(crate) struct Apply {
    #[command(flatten)]
    pub(crate) files: Files,
    /// Put the documents into effect
    #[arg(long)]
    pub(crate) publish: bool,
    /// Check the documents and show what would change; write nothing
    #[arg(long, conflicts_with = "publish")]
    pub(crate) dry_run: bool,
}

#[derive(Debug, Args)]
#[command(after_help = r#"Examples:
  rapport get segment
  rapport get journey welcome -o yaml > welcome.yaml"#)]
pub(crate) struct Get {
    /// segment, journey, template, channel, topic or settings
    pub(crate) kind: String,
    /// One document; all of the kind when absent
    pub(crate) id: Option<String>,
    /// How to show it
    #[arg(short, long, value_enum)]
    pub(crate) output: Option<Output>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Output {
    Table,
    Yaml,
    Json,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Journey {
    /// List journeys
    List(Json),
    /// How many customers are at each step
    Stats {
        /// The journey
        id: String,
        #[command(flatten)]
        json: Json,
    },
    /// Play a journey over the past: what it would have done
    Simulate {
        /// The journey; its newest version unless --version or --file says otherwise
        id: String,
        /// How far back
        #[arg(long, default_value = "30d", value_name = "DURATION")]
        since: String,
        /// A version
        #[arg(long)]
        version: Option<u32>,
        /// A document that is not saved, YAML or JSON
        #[arg(long, conflicts_with = "version", value_name = "FILE")]
        file: Option<PathBuf>,
        #[command(flatten)]
        json: Json,
    },
    /// Why a customer is, was or was not in a journey
    Explain {
        /// The journey
        id: String,
        #[command(flatten)]
        who: Who,
        #[command(flatten)]
        json: Json,
    },
    /// Let nobody enter and nobody go on
    Pause {
        /// The journey
        id: String,
    },
    /// Go on after a pause
    Resume {
        /// The journey
        id: String,
        /// What happens to what fell due meanwhile: run, shift or exit
        #[arg(long, default_value = "run", value_name = "CHOICE")]
        overdue: String,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Profile {
    /// Show a customer with the newest events
    Show {
        #[command(flatten)]
        who: Who,
        #[command(flatten)]
        json: Json,
    },
    /// Erase a customer everywhere; this cannot be undone
    Erase {
        #[command(flatten)]
        who: Who,
        /// Do not ask
        #[arg(long)]
        yes: bool,
    },
    /// Print everything known of a customer as JSON
    Export {
        #[command(flatten)]
        who: Who,
    },
}

#[derive(Debug, Args)]
#[command(after_help = r#"Examples:
  rapport profile show user_id:42
  rapport profile export email:ann@example.com"#)]
pub(crate) struct Who {
    /// A profile's id (p_…), or namespace:value such as user_id:42 or email:ann@example.com
    #[arg(value_name = "ID|NAMESPACE:VALUE")]
    pub(crate) who: String,
}

#[derive(Debug, Args)]
pub(crate) struct Json {
    /// Print the answer as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
#[command(after_help = r#"Examples:
  rapport backup /backups/monday
  rapport restore /backups/monday --data ./rapport-data"#)]
pub(crate) struct Folder {
    /// The folder of the copy
    #[arg(value_name = "DIR")]
    pub(crate) dir: PathBuf,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn global_flags_stand_anywhere() {
        let cli =
            Cli::try_parse_from(["rapport", "stats", "--data", "x", "--server", "http://s", "--token", "t"]).unwrap();
        assert_eq!(cli.flags.data_dir.as_deref(), Some(std::path::Path::new("x")));
        assert_eq!(cli.target.server.as_deref(), Some("http://s"));
        for wrong in [&["rapport", "import"][..], &["rapport", "import", "f", "--resume", "3"], &["rapport", "fly"]] {
            assert_eq!(Cli::try_parse_from(wrong).unwrap_err().exit_code(), 2, "{wrong:?}");
        }
    }
}
