//! A value bound to a statement: one enum that both drivers understand.

use std::error::Error;

use bytes::BytesMut;
use rusqlite::types::{ToSqlOutput, ValueRef};
use tokio_postgres::types::{IsNull, ToSql, Type, to_sql_checked};

/// A value bound to `$1`, `$2`, … of a statement. It has no `Debug` that shows the value.
#[derive(Clone, Copy)]
pub enum Param<'a> {
    /// SQL NULL of whatever type the statement wants.
    Null,
    /// BIGINT (and smaller integers when the value fits).
    Int(i64),
    /// BOOLEAN; 0 or 1 in SQLite.
    Bool(bool),
    /// TEXT.
    Text(&'a str),
    /// BYTEA, BLOB in SQLite.
    Blob(&'a [u8]),
    /// BOOLEAN or BIGINT, whichever the column is: a value that comes from the other engine, where they look alike.
    Number(i64),
}

impl std::fmt::Debug for Param<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Null => "Null",
            Self::Int(_) => "Int(..)",
            Self::Bool(_) => "Bool(..)",
            Self::Text(_) => "Text(..)",
            Self::Blob(_) => "Blob(..)",
            Self::Number(_) => "Number(..)",
        })
    }
}

impl From<i64> for Param<'_> {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl From<i32> for Param<'_> {
    fn from(value: i32) -> Self {
        Self::Int(i64::from(value))
    }
}

impl From<u32> for Param<'_> {
    fn from(value: u32) -> Self {
        Self::Int(i64::from(value))
    }
}

impl From<bool> for Param<'_> {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl<'a> From<&'a str> for Param<'a> {
    fn from(value: &'a str) -> Self {
        Self::Text(value)
    }
}

impl<'a> From<&'a String> for Param<'a> {
    fn from(value: &'a String) -> Self {
        Self::Text(value)
    }
}

impl<'a> From<&'a [u8]> for Param<'a> {
    fn from(value: &'a [u8]) -> Self {
        Self::Blob(value)
    }
}

impl<'a, const N: usize> From<&'a [u8; N]> for Param<'a> {
    fn from(value: &'a [u8; N]) -> Self {
        Self::Blob(value)
    }
}

impl<'a> From<&'a Vec<u8>> for Param<'a> {
    fn from(value: &'a Vec<u8>) -> Self {
        Self::Blob(value)
    }
}

impl<'a, T: Into<Param<'a>>> From<Option<T>> for Param<'a> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

impl<'a> From<&'a Option<String>> for Param<'a> {
    fn from(value: &'a Option<String>) -> Self {
        value.as_ref().into()
    }
}

impl<'a> From<&'a Option<Vec<u8>>> for Param<'a> {
    fn from(value: &'a Option<Vec<u8>>) -> Self {
        value.as_ref().into()
    }
}

impl rusqlite::ToSql for Param<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            Self::Int(value) | Self::Number(value) => ValueRef::Integer(*value),
            Self::Bool(value) => ValueRef::Integer(i64::from(*value)),
            Self::Text(value) => ValueRef::Text(value.as_bytes()),
            Self::Blob(value) => ValueRef::Blob(value),
        }))
    }
}

impl ToSql for Param<'_> {
    fn to_sql(&self, wanted: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        match self {
            Self::Null => Ok(IsNull::Yes),
            Self::Int(value) => match *wanted {
                Type::INT8 => value.to_sql(wanted, out),
                Type::INT4 => i32::try_from(*value)?.to_sql(wanted, out),
                Type::INT2 => i16::try_from(*value)?.to_sql(wanted, out),
                _ => Err(format!("an integer was given where {wanted} is wanted").into()),
            },
            Self::Number(value) if *wanted == Type::BOOL => (*value != 0).to_sql(wanted, out),
            Self::Number(value) => Self::Int(*value).to_sql(wanted, out),
            Self::Bool(value) if *wanted == Type::BOOL => value.to_sql(wanted, out),
            Self::Text(value) if <&str as ToSql>::accepts(wanted) => value.to_sql(wanted, out),
            Self::Blob(value) if *wanted == Type::BYTEA => value.to_sql(wanted, out),
            Self::Bool(_) => Err(format!("a boolean was given where {wanted} is wanted").into()),
            Self::Text(_) => Err(format!("a text was given where {wanted} is wanted").into()),
            Self::Blob(_) => Err(format!("bytes were given where {wanted} is wanted").into()),
        }
    }

    /// Which variants fit which types is decided while encoding, where the variant is known.
    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}
