//! The router against a real engine on a temporary directory, without sockets.

mod approval;
mod audiences;
mod auth;
mod collection;
mod content;
mod customers;
mod dashboard;
mod desk;
mod double;
mod fixture;
mod golive;
mod journeys;
mod links;
mod mails;
mod management;
mod messages;
mod numbers;
mod openapi;
mod permissions;
mod proofs;
mod reach;
mod resources;
mod sdk;
mod texts;
mod window;
mod work;
