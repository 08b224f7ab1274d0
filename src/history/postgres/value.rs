//! Values as parameters and columns.

use std::error::Error;

use bytes::BytesMut;
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};

use super::super::database::Value;

impl ToSql for Value {
    /// Encodes a number in the size of the parameter's type.
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn Error + Send + Sync>> {
        match (self, ty) {
            (Self::Null, _) => Ok(IsNull::Yes),
            (Self::Integer(value), &Type::INT2) => i16::try_from(*value)?.to_sql(ty, out),
            (Self::Integer(value), &Type::INT4) => i32::try_from(*value)?.to_sql(ty, out),
            (Self::Integer(value), &Type::INT8) => value.to_sql(ty, out),
            (Self::Text(text), &Type::TEXT | &Type::VARCHAR) => (&**text).to_sql(ty, out),
            (Self::Integer(_) | Self::Text(_), _) => Err(format!("a parameter has the type {ty}").into()),
        }
    }

    fn accepts(ty: &Type) -> bool {
        [Type::INT2, Type::INT4, Type::INT8, Type::TEXT, Type::VARCHAR].contains(ty)
    }

    to_sql_checked!();
}

impl<'a> FromSql<'a> for Value {
    fn from_sql(ty: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn Error + Send + Sync>> {
        Ok(match *ty {
            // The functions that only lock return it.
            Type::VOID => Self::Null,
            Type::BOOL => Self::from(bool::from_sql(ty, raw)?),
            Type::INT2 => Self::Integer(i16::from_sql(ty, raw)?.into()),
            Type::INT4 => Self::Integer(i32::from_sql(ty, raw)?.into()),
            Type::INT8 => Self::Integer(i64::from_sql(ty, raw)?),
            _ => Self::from(<&str>::from_sql(ty, raw)?),
        })
    }

    fn from_sql_null(_: &Type) -> Result<Self, Box<dyn Error + Send + Sync>> {
        Ok(Self::Null)
    }

    fn accepts(ty: &Type) -> bool {
        [Type::VOID, Type::BOOL, Type::TEXT, Type::VARCHAR, Type::NAME].contains(ty)
            || [Type::INT2, Type::INT4, Type::INT8].contains(ty)
    }
}
