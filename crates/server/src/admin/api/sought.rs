//! The query of a request to the admin API.

use axum::{
    extract::{FromRequestParts, Query},
    http::request::Parts,
};
use serde::de::DeserializeOwned;
use utoipa::IntoParams;

use super::{ApiError, Paging};

/// The parameters of a query; what is wrong with them is told in this API's words. A parameter that nobody here asks for is
/// named: a mistyped one would do something else than was meant.
pub(in crate::admin) struct Sought<T>(pub T);

impl<T: DeserializeOwned + IntoParams, S: Send + Sync> FromRequestParts<S> for Sought<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        only(parts, &[names::<T>()])?;
        read(parts).map(Self)
    }
}

/// The same of a list: which rows are wanted, and which page of them.
pub(in crate::admin) struct SoughtPage<T>(pub T, pub Paging);

impl<T: DeserializeOwned + IntoParams, S: Send + Sync> FromRequestParts<S> for SoughtPage<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        only(parts, &[names::<T>(), names::<Paging>()])?;
        Ok(Self(read(parts)?, read(parts)?))
    }
}

fn names<T: IntoParams>() -> Vec<String> {
    T::into_params(|| None).into_iter().map(|parameter| parameter.name).collect()
}

fn only(parts: &Parts, known: &[Vec<String>]) -> Result<(), ApiError> {
    let known: Vec<&String> = known.iter().flatten().collect();
    let query = parts.uri.query().unwrap_or_default();
    match form_urlencoded::parse(query.as_bytes()).find(|(name, _)| !known.iter().any(|known| *known == name)) {
        None => Ok(()),
        Some((name, _)) => {
            let name: String = name.chars().take(40).collect();
            let known: Vec<&str> = known.into_iter().map(String::as_str).collect();
            Err(ApiError::malformed(format!("{name}: no parameter here; there are {}", known.join(", "))))
        }
    }
}

fn read<T: DeserializeOwned>(parts: &Parts) -> Result<T, ApiError> {
    let read = Query::<T>::try_from_uri(&parts.uri);
    read.map(|Query(read)| read).map_err(|rejection| ApiError::malformed(rejection.body_text()))
}
