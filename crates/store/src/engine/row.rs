//! A row of a result: one face over the rows of both drivers.

use rusqlite::types::ValueRef;
use tokio_postgres::types::Type;

use super::value::Value;
use crate::StoreError;

/// A row, lent to the closure that reads it. Columns are counted from 0. Every method fails with
/// [`StoreError::Column`] when there is no such column, when it holds another type, or NULL where NULL is not asked for.
#[derive(Debug)]
pub struct Row<'r>(Inner<'r>);

#[derive(Debug)]
enum Inner<'r> {
    Sqlite(&'r rusqlite::Row<'r>),
    Postgres(&'r tokio_postgres::Row),
}

impl<'r> Row<'r> {
    pub(crate) fn sqlite(row: &'r rusqlite::Row<'r>) -> Self {
        Self(Inner::Sqlite(row))
    }

    pub(crate) fn postgres(row: &'r tokio_postgres::Row) -> Self {
        Self(Inner::Postgres(row))
    }

    /// The columns' names.
    pub(crate) fn columns(&self) -> Vec<String> {
        match &self.0 {
            Inner::Sqlite(row) => row.as_ref().column_names().map(str::to_owned).collect(),
            Inner::Postgres(row) => row.columns().iter().map(|column| column.name().to_owned()).collect(),
        }
    }

    /// Every column, whatever it holds.
    pub(crate) fn values(&self) -> Result<Vec<Value>, StoreError> {
        match &self.0 {
            Inner::Sqlite(row) => (0..row.as_ref().column_count())
                .map(|index| match row.get_ref(index).map_err(|_| StoreError::Column { index, wanted: "a value" })? {
                    ValueRef::Null => Ok(Value::Null),
                    ValueRef::Integer(value) => Ok(Value::Int(value)),
                    ValueRef::Text(text) => match std::str::from_utf8(text) {
                        Ok(text) => Ok(Value::Text(text.into())),
                        Err(_) => Err(StoreError::Column { index, wanted: "text" }),
                    },
                    ValueRef::Blob(bytes) => Ok(Value::Blob(bytes.into())),
                    ValueRef::Real(_) => Err(StoreError::Column { index, wanted: "no fraction" }),
                })
                .collect(),
            Inner::Postgres(row) => row
                .columns()
                .iter()
                .enumerate()
                .map(|(index, column)| {
                    let value = match *column.type_() {
                        Type::BOOL => self.opt_bool(index)?.map(Value::Bool),
                        Type::BYTEA => self.opt_blob_ref(index)?.map(|bytes| Value::Blob(bytes.into())),
                        Type::INT8 | Type::INT4 | Type::INT2 => self.opt_int(index)?.map(Value::Int),
                        _ => self.opt_text_ref(index)?.map(|text| Value::Text(text.into())),
                    };
                    Ok(value.unwrap_or(Value::Null))
                })
                .collect(),
        }
    }

    /// TEXT, borrowed from the row; NULL is `None`.
    pub fn opt_text_ref(&self, index: usize) -> Result<Option<&str>, StoreError> {
        let wrong = || StoreError::Column { index, wanted: "text" };
        match &self.0 {
            Inner::Sqlite(row) => match row.get_ref(index).map_err(|_| wrong())? {
                ValueRef::Null => Ok(None),
                ValueRef::Text(text) => std::str::from_utf8(text).map(Some).map_err(|_| wrong()),
                _ => Err(wrong()),
            },
            Inner::Postgres(row) => row.try_get(index).map_err(|_| wrong()),
        }
    }

    /// BYTEA or BLOB, borrowed from the row; NULL is `None`.
    pub fn opt_blob_ref(&self, index: usize) -> Result<Option<&[u8]>, StoreError> {
        let wrong = || StoreError::Column { index, wanted: "bytes" };
        match &self.0 {
            Inner::Sqlite(row) => match row.get_ref(index).map_err(|_| wrong())? {
                ValueRef::Null => Ok(None),
                ValueRef::Blob(bytes) => Ok(Some(bytes)),
                _ => Err(wrong()),
            },
            Inner::Postgres(row) => row.try_get(index).map_err(|_| wrong()),
        }
    }

    /// BIGINT (or a smaller integer); NULL is `None`.
    pub fn opt_int(&self, index: usize) -> Result<Option<i64>, StoreError> {
        let wrong = || StoreError::Column { index, wanted: "an integer" };
        match &self.0 {
            Inner::Sqlite(row) => match row.get_ref(index).map_err(|_| wrong())? {
                ValueRef::Null => Ok(None),
                ValueRef::Integer(value) => Ok(Some(value)),
                _ => Err(wrong()),
            },
            // `SELECT 1` and the like are INT4 there.
            Inner::Postgres(row) => row
                .try_get::<_, Option<i64>>(index)
                .or_else(|_| row.try_get::<_, Option<i32>>(index).map(|value| value.map(i64::from)))
                .or_else(|_| row.try_get::<_, Option<i16>>(index).map(|value| value.map(i64::from)))
                .map_err(|_| wrong()),
        }
    }

    /// BOOLEAN; NULL is `None`.
    pub fn opt_bool(&self, index: usize) -> Result<Option<bool>, StoreError> {
        let wrong = || StoreError::Column { index, wanted: "a boolean" };
        match &self.0 {
            Inner::Sqlite(row) => match row.get_ref(index).map_err(|_| wrong())? {
                ValueRef::Null => Ok(None),
                ValueRef::Integer(0) => Ok(Some(false)),
                ValueRef::Integer(1) => Ok(Some(true)),
                _ => Err(wrong()),
            },
            Inner::Postgres(row) => row.try_get(index).map_err(|_| wrong()),
        }
    }

    /// TEXT, borrowed from the row.
    pub fn text_ref(&self, index: usize) -> Result<&str, StoreError> {
        self.opt_text_ref(index)?.ok_or(StoreError::Column { index, wanted: "text" })
    }

    /// BYTEA or BLOB, borrowed from the row.
    pub fn blob_ref(&self, index: usize) -> Result<&[u8], StoreError> {
        self.opt_blob_ref(index)?.ok_or(StoreError::Column { index, wanted: "bytes" })
    }

    /// TEXT.
    pub fn text(&self, index: usize) -> Result<String, StoreError> {
        self.text_ref(index).map(str::to_owned)
    }

    /// TEXT; NULL is `None`.
    pub fn opt_text(&self, index: usize) -> Result<Option<String>, StoreError> {
        Ok(self.opt_text_ref(index)?.map(str::to_owned))
    }

    /// BIGINT (or a smaller integer).
    pub fn int(&self, index: usize) -> Result<i64, StoreError> {
        self.opt_int(index)?.ok_or(StoreError::Column { index, wanted: "an integer" })
    }

    /// BOOLEAN.
    pub fn bool(&self, index: usize) -> Result<bool, StoreError> {
        self.opt_bool(index)?.ok_or(StoreError::Column { index, wanted: "a boolean" })
    }

    /// BYTEA or BLOB.
    pub fn blob(&self, index: usize) -> Result<Vec<u8>, StoreError> {
        self.blob_ref(index).map(<[u8]>::to_vec)
    }

    /// BYTEA or BLOB of exactly `N` bytes.
    pub fn array<const N: usize>(&self, index: usize) -> Result<[u8; N], StoreError> {
        self.opt_array(index)?.ok_or(StoreError::Column { index, wanted: "bytes" })
    }

    /// BYTEA or BLOB of exactly `N` bytes; NULL is `None`.
    pub fn opt_array<const N: usize>(&self, index: usize) -> Result<Option<[u8; N]>, StoreError> {
        self.opt_blob_ref(index)?
            .map(TryInto::try_into)
            .transpose()
            .map_err(|_| StoreError::Column { index, wanted: "bytes of the right length" })
    }
}
