//! From text to tree.

mod cursor;
mod lexer;
mod parser;
mod tags;
pub(crate) mod tree;

pub(crate) use parser::parse;
pub(crate) use tags::TAGS;
