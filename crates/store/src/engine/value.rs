//! A value of a row, owned: for what reads whole rows without knowing their columns.

use super::param::Param;

/// One column of one row. It has no `Debug` that shows the value.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Value {
    Null,
    Int(i64),
    Bool(bool),
    Text(Box<str>),
    Blob(Box<[u8]>),
}

impl std::fmt::Debug for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.param().fmt(f)
    }
}

impl Value {
    /// Ready to be bound again, to a column of the same type.
    pub(crate) fn param(&self) -> Param<'_> {
        match self {
            Self::Null => Param::Null,
            Self::Int(value) => Param::Int(*value),
            Self::Bool(value) => Param::Bool(*value),
            Self::Text(text) => Param::Text(text),
            Self::Blob(bytes) => Param::Blob(bytes),
        }
    }

    /// Ready to be bound to a column of either engine: SQLite has numbers where PostgreSQL has booleans.
    pub(crate) fn restored(&self) -> Param<'_> {
        match self {
            Self::Int(value) => Param::Number(*value),
            other => other.param(),
        }
    }
}
