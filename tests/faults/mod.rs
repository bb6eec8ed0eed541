//! The whole server against what goes wrong around it: a full disk, damaged files, people who ask to be forgotten, and
//! requests nobody should send. In this process, on real files, over real HTTP.

mod bad_input;
mod damage;
mod disk_full;
mod erasure;
mod server;
