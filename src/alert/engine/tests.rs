//! Tests of conditions, and of what is sent about them.

mod conditions;
mod reference;
mod redundant;
mod requirements;
