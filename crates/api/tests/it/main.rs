//! The router against a real engine on a temporary directory, without sockets.

mod auth;
mod collection;
mod customers;
mod dashboard;
mod desk;
mod fixture;
mod links;
mod management;
mod messages;
mod openapi;
mod permissions;
mod resources;
mod sdk;
mod work;
