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

/// Reads both files. What is spoken is TLS 1.2 and 1.3, whatever else a client offers.
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
        .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])
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

#[cfg(test)]
pub(crate) mod tests {
    use rustls::{ClientConfig, RootCertStore, SupportedProtocolVersion};
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, duplex};
    use tokio_rustls::TlsConnector;

    use super::*;

    /// An acceptor with a certificate of its own, and that certificate.
    fn speaking() -> (TlsAcceptor, CertificateDer<'static>) {
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let (cert, key) = (folder.path().join("cert.pem"), folder.path().join("key.pem"));
        std::fs::write(&cert, made.cert.pem()).unwrap();
        std::fs::write(&key, made.signing_key.serialize_pem()).unwrap();
        (acceptor(&cert, &key).unwrap(), made.cert.der().clone())
    }

    /// Two ends that know each other.
    pub(crate) fn both_ends() -> (TlsAcceptor, TlsConnector) {
        let (acceptor, cert) = speaking();
        let mut roots = RootCertStore::empty();
        roots.add(cert).unwrap();
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        (acceptor, TlsConnector::from(Arc::new(config)))
    }

    /// The first words of a client that knows nothing newer than this version.
    fn hello(version: [u8; 2]) -> Vec<u8> {
        let suites = [0xc0, 0x2b, 0xc0, 0x09, 0xc0, 0x0a, 0xc0, 0x13, 0x00, 0x2f, 0x00, 0x35];
        let signatures = [0, 13, 0, 6, 0, 4, 4, 3, 8, 4];
        let groups = [0, 10, 0, 4, 0, 2, 0, 23];
        let points = [0, 11, 0, 2, 1, 0];
        let mut body = version.to_vec();
        body.extend([7; 32]);
        body.extend([0, 0, 12]);
        body.extend(suites);
        body.extend([1, 0, 0, 24]);
        body.extend(signatures);
        body.extend(groups);
        body.extend(points);
        let mut record = vec![0x16, 3, 1, 0, u8::try_from(body.len() + 4).unwrap(), 1, 0, 0];
        record.push(u8::try_from(body.len()).unwrap());
        record.extend(body);
        record
    }

    #[tokio::test]
    async fn p04_nothing_older_than_tls_1_2_is_spoken() {
        let (acceptor, _) = speaking();
        for version in [[3, 0], [3, 1], [3, 2], [3, 3]] {
            let (mut client, server) = duplex(16 * 1024);
            let accepting = tokio::spawn(acceptor.accept(server));
            client.write_all(&hello(version)).await.unwrap();
            let mut answer = [0; 7];
            client.read_exact(&mut answer).await.unwrap();
            if version == [3, 3] {
                assert_eq!((answer[0], answer[5]), (0x16, 2), "a server's hello: {answer:?}");
            } else {
                let (kind, level, alert) = (answer[0], answer[5], answer[6]);
                assert_eq!((kind, level, alert), (0x15, 2, 70), "a fatal alert, protocol_version: {answer:?}");
            }
            drop(client);
            assert!(accepting.await.unwrap().is_err());
        }
    }

    #[tokio::test]
    async fn p04_tls_1_2_and_1_3_are_spoken() {
        let (acceptor, cert) = speaking();
        let versions: [&'static SupportedProtocolVersion; 2] = [&rustls::version::TLS12, &rustls::version::TLS13];
        for version in versions {
            let mut roots = RootCertStore::empty();
            roots.add(cert.clone()).unwrap();
            let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
            let config = ClientConfig::builder_with_provider(provider)
                .with_protocol_versions(&[version])
                .unwrap()
                .with_root_certificates(roots)
                .with_no_client_auth();
            let (client, server) = duplex(16 * 1024);
            let accepting = tokio::spawn(acceptor.accept(server));
            let connector = TlsConnector::from(Arc::new(config));
            let spoken = connector.connect("localhost".try_into().unwrap(), client).await.unwrap();
            assert_eq!(spoken.get_ref().1.protocol_version(), Some(version.version));
            assert!(accepting.await.unwrap().is_ok());
        }
    }
}
