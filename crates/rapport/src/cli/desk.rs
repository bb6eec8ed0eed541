//! The command line of dashboards, goals and scheduled reports.

use clap::{Args, Subcommand};

/// What is laid over saved insights.
#[derive(Debug, Args)]
pub(crate) struct Over {
    /// Its beginning: a date, -7d, 'last month', or a time
    #[arg(long, value_name = "WHEN", allow_hyphen_values = true)]
    pub(crate) from: Option<String>,
    /// Its end
    #[arg(long, value_name = "WHEN", allow_hyphen_values = true)]
    pub(crate) to: Option<String>,
    /// The IANA time zone of the days
    #[arg(long, value_name = "ZONE")]
    pub(crate) zone: Option<String>,
    /// Only customers that are in this segment
    #[arg(long, value_name = "ID")]
    pub(crate) segment: Option<String>,
    /// Only events for which this holds: 'e.country == "DE"'
    #[arg(long, value_name = "CONDITION")]
    pub(crate) filter: Option<String>,
}

/// Dashboards, goals and scheduled reports.
#[derive(Debug, Subcommand)]
pub(crate) enum Dashboard {
    /// What everything on a dashboard comes to
    Show {
        /// Its id
        id: String,
        #[command(flatten)]
        over: Over,
        /// Print the answer as JSON
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Goal {
    /// How the goals stand
    List {
        /// Print the answer as JSON
        #[arg(long)]
        json: bool,
    },
    /// How a goal stands, and stood in former periods
    Show {
        /// Its id
        id: String,
        /// Former periods
        #[arg(long, value_name = "N", default_value_t = 12)]
        history: usize,
        /// Print the answer as JSON
        #[arg(long)]
        json: bool,
    },
    /// Alerts, newest first
    Alerts {
        /// Only those under way
        #[arg(long)]
        open: bool,
        /// Print the answer as JSON
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum ReportCommand {
    /// Scheduled reports and when they are sent
    List {
        /// Print the answer as JSON
        #[arg(long)]
        json: bool,
    },
    /// Send a report now
    Run {
        /// Its id
        id: String,
        /// Only to this member; once for each
        #[arg(long, value_name = "ADDRESS")]
        to: Vec<String>,
    },
    /// Print a report's mail without sending it
    Preview {
        /// Its id
        id: String,
        /// Print its HTML, not its text
        #[arg(long)]
        html: bool,
    },
    /// What was sent of a report
    Runs {
        /// Its id
        id: String,
        /// Print the answer as JSON
        #[arg(long)]
        json: bool,
    },
}
