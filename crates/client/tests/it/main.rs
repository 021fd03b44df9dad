//! The client against a small accounts server on loopback that answers from a script.

#[cfg(test)]
mod connect;
#[cfg(test)]
mod refusals;
#[cfg(test)]
mod store;
#[cfg(test)]
mod stub;
#[cfg(test)]
mod transport;
