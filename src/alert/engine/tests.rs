//! Tests of conditions, and of what is sent about them.

mod conditions;
mod redundant;
mod reference;
mod requirements;
