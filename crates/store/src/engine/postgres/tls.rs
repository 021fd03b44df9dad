//! TLS to PostgreSQL, when the URL asks for it. The server's certificate is always verified, by host name and against
//! `sslrootcert` of the URL or the system's authorities.

use std::path::Path;
use std::sync::Arc;

use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;
use tokio_postgres::config::SslMode;
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::StoreError;
use crate::engine::url::PostgresUrl;

/// Where the systems we know keep their authorities.
const SYSTEM: [&str; 4] = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
];

pub(super) fn connector(url: &PostgresUrl) -> Result<Option<MakeRustlsConnect>, StoreError> {
    if url.config.get_ssl_mode() != SslMode::Require {
        return Ok(None);
    }
    let file = url.root_certificates.as_deref().or_else(|| SYSTEM.iter().map(Path::new).find(|file| file.exists()));
    let Some(file) = file else {
        return Err(StoreError::Url(
            "the PostgreSQL URL asks for TLS and this system has no certificate authorities: add sslrootcert=FILE"
                .into(),
        ));
    };
    let unreadable =
        |why: String| StoreError::Url(format!("certificate authorities in {}: {why}", file.display()).into());
    let mut roots = RootCertStore::empty();
    let certificates = CertificateDer::pem_file_iter(file).map_err(|error| unreadable(error.to_string()))?;
    // One odd certificate among a system's hundreds is no reason to refuse; none at all is.
    for certificate in certificates.flatten() {
        let _ = roots.add(certificate);
    }
    if roots.is_empty() {
        return Err(unreadable("none found".to_owned()));
    }
    let config = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| unreadable(error.to_string()))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(Some(MakeRustlsConnect::new(config)))
}
