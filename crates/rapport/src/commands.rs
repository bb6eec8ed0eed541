//! The commands, one file each, and how a command line reaches them.

mod apply;
mod backup;
mod desk;
mod doctor;
mod export;
mod get;
mod import;
mod init;
mod insight;
mod journey;
mod persona;
mod profile;
mod rule;
mod segment;
mod serve;
mod stats;
mod table;
mod template;

use std::io::Write;
use std::process::ExitCode;

use anyhow::Result;
use serde_json::Value;

use crate::cli::{Cli, Command};
use crate::client::Client;
use crate::config;
use crate::demo;
use crate::telemetry;

/// A command line that makes no sense, found out later than by its form.
#[derive(Debug)]
pub(crate) struct Usage(pub(crate) String);

impl std::fmt::Display for Usage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Usage {}

/// Runs a command line.
pub(crate) fn run(cli: Cli) -> Result<ExitCode> {
    let Cli { mut flags, target, command } = cli;
    let is_command = is_client(&command);
    let shown = match &command {
        Command::Serve(serve) => {
            (flags.listen, flags.public_url) = (serve.listen.clone(), serve.public_url.clone());
            serve.print_config
        }
        Command::Demo(demo) => {
            (flags.listen, flags.public_url) = (demo.listen.clone(), demo.public_url.clone());
            flags.data_dir.get_or_insert_with(|| demo::DATA_DIR.into());
            false
        }
        _ => false,
    };
    let quiet = flags.log_level.is_none() && is_command;
    let loaded = config::load(&flags)?;
    if shown {
        print(&loaded.print())?;
        return Ok(ExitCode::SUCCESS);
    }
    let mut config = loaded.config;
    if quiet {
        // A command says what it does itself; a server inside it should only speak up when something is wrong.
        config.telemetry.level = "warn".to_owned();
    }
    telemetry::start(&config.telemetry);
    let connect = || Client::connect(&target, &config);
    let ended = match &command {
        Command::Serve(_) => serve::run(&config),
        Command::Demo(args) => demo::run::run(&config, args),
        Command::Init(args) => init::run(&config, args),
        Command::Doctor(args) => return doctor::run(&config, args.json),
        Command::Backup(args) => backup::backup(&config, &args.dir),
        Command::Restore(args) => backup::restore(&config, &args.dir),
        Command::Openapi => {
            print(&(serde_json::to_string_pretty(&rapport_api::openapi(rapport_api::endpoints()))? + "\n"))
        }
        Command::Import(args) => return imported(connect()?, args),
        Command::Export(args) => with(connect()?, |client| export::run(client, args)),
        Command::Apply(args) => with(connect()?, |client| apply::apply(client, args)),
        Command::Diff(args) => with(connect()?, |client| apply::diff(client, &args.file)),
        Command::Get(args) => with(connect()?, |client| get::run(client, args)),
        Command::Segment(args) => with(connect()?, |client| segment::run(client, args)),
        Command::Template(args) => with(connect()?, |client| template::run(client, args)),
        Command::Rule(args) => with(connect()?, |client| rule::run(client, args)),
        Command::Persona(args) => with(connect()?, |client| persona::run(client, args)),
        Command::Journey(args) => with(connect()?, |client| journey::run(client, args)),
        Command::Insight(args) => with(connect()?, |client| insight::run(client, args)),
        Command::Dashboard(args) => with(connect()?, |client| desk::dashboard(client, args)),
        Command::Goal(args) => with(connect()?, |client| desk::goal(client, args)),
        Command::Report(args) => with(connect()?, |client| desk::report(client, args)),
        Command::Profile(args) => with(connect()?, |client| profile::run(client, args)),
        Command::Stats(args) => with(connect()?, |client| stats::run(client, args.json)),
    };
    ended.map(|()| ExitCode::SUCCESS)
}

fn is_client(command: &Command) -> bool {
    !matches!(command, Command::Serve(_) | Command::Demo(_))
}

/// Runs a client's work and closes the client, also when the work failed.
fn with<T>(client: Client, work: impl FnOnce(&Client) -> Result<T>) -> Result<T> {
    let done = work(&client)?;
    client.close()?;
    Ok(done)
}

/// Runs an import. One that was interrupted is not waited for: the client is dropped, and with it a server of its own.
fn imported(client: Client, args: &crate::cli::Import) -> Result<ExitCode> {
    let code = import::run(&client, args)?;
    if code == ExitCode::SUCCESS {
        client.close()?;
    }
    Ok(code)
}

/// Prints to standard output. A reader that has seen enough (`| head`) is no error.
fn print(text: &str) -> Result<()> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        other => Ok(other?),
    }
}

fn print_json(value: &Value) -> Result<()> {
    print(&(serde_json::to_string_pretty(value)? + "\n"))
}

/// Every row of a list that comes in pages.
fn all_pages(
    client: &Client,
    path: &str,
    query: &[(&str, &str)],
    mut each: impl FnMut(Value) -> Result<()>,
) -> Result<()> {
    let mut cursor: Option<String> = None;
    loop {
        let mut asked = query.to_vec();
        asked.push(("limit", "500"));
        if let Some(cursor) = &cursor {
            asked.push(("cursor", cursor));
        }
        let mut page = client.http().get(path, &asked)?;
        let items = page.get_mut("items").map(Value::take).unwrap_or_default();
        for item in items.as_array().into_iter().flatten() {
            each(item.clone())?;
        }
        match page.get("next_cursor").and_then(Value::as_str) {
            Some(next) => cursor = Some(next.to_owned()),
            None => return Ok(()),
        }
    }
}
