//! Tests of conditions and of the alerts about them.

mod conditions;
mod redundant;
mod reference;
mod requirements;
