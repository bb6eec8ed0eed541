//! `rapport init`.

use anyhow::Result;
use rapport_domain::{Clock, SystemClock};
use rapport_store::Stores;

use super::print;
use super::serve::data_flag;
use crate::cli::Init;
use crate::config::Config;
use crate::setup::{self, NewWorkspace};

/// Makes the first workspace. It works on the control database alone, so a server may have the data open.
pub(super) fn run(config: &Config, args: &Init) -> Result<()> {
    std::fs::create_dir_all(&config.data_dir)?;
    let stores = Stores::open(&config.data_dir, config.partitions, &config.db_options())?;
    let new = NewWorkspace {
        slug: args.workspace.clone(),
        name: args.workspace.clone(),
        time_zone: args.time_zone.clone(),
        email: args.email.clone(),
        password: None,
    };
    let made = setup::create(&stores, &new, SystemClock.now())?;
    if args.json {
        return print(&(serde_json::to_string(&made)? + "\n"));
    }
    let data = data_flag(config);
    print(&format!(
        "Workspace {workspace} is made. These are shown once, keep them:\n\n  \
         write key  {key}\n  API token  {token}\n  sign in    {email}\n  password   {password}\n\n\
         Start the server:  rapport serve{data}\n\
         Send an event:     curl -u {key}: http://{listen}/v1/track -H 'Content-Type: application/json' \\\n                     \
         -d '{{\"userId\":\"u1\",\"event\":\"Order Completed\",\"properties\":{{\"total\":42.5}}}}'\n",
        workspace = made.workspace,
        key = made.write_key,
        token = made.api_token,
        email = made.owner.email,
        password = made.owner.password,
        listen = config.listen,
    ))
}
