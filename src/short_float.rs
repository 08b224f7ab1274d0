//! Floats in files, with the digits that they need. As `f64`, 1.7 would have 16 of them.

use serde::Serializer;

/// Writes a number with the fewest digits that distinguish it from other `f32`.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
pub(crate) fn serialize<S: Serializer>(number: &f32, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64(number.to_string().parse().unwrap_or_else(|_| f64::from(*number)))
}
