//! Speaking https: a certificate chain and a key from PEM files, through rustls.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use grantor_protocol::time::Timestamp;
use rustls::ServerConfig;
use rustls_pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject};
use tokio_rustls::TlsAcceptor;
use x509_cert::der::Decode as _;

/// Why https cannot be spoken.
#[derive(Debug, thiserror::Error)]
#[error("{}: {why}", file.display())]
pub struct TlsError {
    file: PathBuf,
    why: String,
}

/// Reads both files.
///
/// # Errors
/// Which file cannot be used, and why.
pub fn acceptor(cert: &Path, key: &Path) -> Result<TlsAcceptor, TlsError> {
    let wrong = |file: &Path, why: String| TlsError { file: file.to_owned(), why };
    let chain = CertificateDer::pem_file_iter(cert)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|e| wrong(cert, e.to_string()))?;
    let private = PrivateKeyDer::from_pem_file(key).map_err(|e| wrong(key, e.to_string()))?;
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|e| wrong(cert, e.to_string()))?
        .with_no_client_auth()
        .with_single_cert(chain, private)
        .map_err(|e| wrong(cert, e.to_string()))?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}

/// When the first certificate of a file ends.
///
/// # Errors
/// When it cannot be read.
pub fn ends_at(cert: &Path) -> Result<Timestamp, TlsError> {
    let wrong = |why: String| TlsError { file: cert.to_owned(), why };
    let first = CertificateDer::from_pem_file(cert).map_err(|e| wrong(e.to_string()))?;
    let read = x509_cert::Certificate::from_der(&first).map_err(|e| wrong(e.to_string()))?;
    let end = read.tbs_certificate().validity().not_after.to_unix_duration();
    Ok(Timestamp::from_millis(i64::try_from(end.as_millis()).unwrap_or(i64::MAX)))
}
