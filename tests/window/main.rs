//! The window as a user meets it, through its accessible names. Needs no screen.

mod basics;
mod gateways;
mod pictures;
mod sign_in;
#[path = "../support/mod.rs"]
mod support;
mod table;
mod terminate;
