//! The built binary, as a developer and a script use it.

#[cfg(test)]
mod developer;
#[cfg(test)]
mod stub;
