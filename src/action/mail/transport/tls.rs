//! TLS: whom to trust, and the handshake.

use std::io;
use std::net::TcpStream;
use std::path::Path;
use std::sync::Arc;

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{
    CertificateError, ClientConfig, ClientConnection, Error, RootCertStore, StreamOwned, crypto,
};
use rustls_platform_verifier::Verifier;

use super::failure::Cause;
use super::patience::Wait;
use super::wire::Wire;

/// The certificates in a file in PEM; there is at least one.
pub(super) fn authorities(path: &Path) -> Result<Vec<CertificateDer<'static>>, String> {
    let wrong = |why: &str| format!("cannot read certificates from {}: {why}", path.display());
    let certificates: Vec<_> = CertificateDer::pem_file_iter(path)
        .and_then(Iterator::collect)
        .map_err(|error| wrong(&error.to_string()))?;
    if certificates.is_empty() {
        return Err(wrong("it holds none"));
    }
    let mut store = RootCertStore::empty();
    for certificate in &certificates {
        let added = store.add(certificate.clone());
        added.map_err(|error| wrong(&error.to_string()))?;
    }
    Ok(certificates)
}

/// Trusts what the system trusts, and `authorities`.
pub(super) fn trust(authorities: &[CertificateDer<'static>]) -> Result<Arc<ClientConfig>, Error> {
    let provider = Arc::new(crypto::ring::default_provider());
    let verifier = Verifier::new_with_extra_roots(authorities.to_vec(), Arc::clone(&provider))?;
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth();
    Ok(Arc::new(config))
}

/// Encrypts a connection to `host`, which has to prove that it is the one.
pub(super) fn encrypt(
    mut socket: TcpStream,
    host: &str,
    config: Arc<ClientConfig>,
    wait: &Wait<'_>,
) -> Result<Wire, Cause> {
    let name = ServerName::try_from(host.to_owned());
    let name = name.map_err(|error| Cause::Broken(error.to_string()))?;
    let connection = ClientConnection::new(config, name);
    let mut connection = connection.map_err(|error| Cause::Broken(error.to_string()))?;
    while connection.is_handshaking() {
        match connection.complete_io(&mut socket) {
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                wait.look()?;
            }
            Err(error) => return Err(Cause::Broken(explained(&error))),
        }
    }
    let stream = StreamOwned::new(connection, socket);
    Ok(Wire::Encrypted(Box::new(stream)))
}

fn explained(error: &io::Error) -> String {
    let inner = error.get_ref().and_then(|error| error.downcast_ref());
    let Some(Error::InvalidCertificate(wrong)) = inner else {
        return error.to_string();
    };
    let words = match wrong {
        CertificateError::UnknownIssuer => {
            "nobody whom the system trusts made its certificate; `ca_file` in [mail] names a file \
             with whom else to trust"
        }
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            "its certificate has expired"
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            "its certificate is not valid yet"
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            "its certificate is for another host than the `transport` names"
        }
        CertificateError::Revoked => "its certificate was revoked",
        CertificateError::BadEncoding => "its certificate cannot be read",
        CertificateError::BadSignature => "its certificate does not fit its signature",
        // No type of ours names this error of the library below.
        CertificateError::Other(other) if other.to_string().contains("CaUsedAsEndEntity") => {
            "its certificate is a certificate authority's, which no server may show; let it have one \
             that an authority signed, or that is none itself: openssl req -x509 … -addext \
             basicConstraints=critical,CA:FALSE"
        }
        _ => "its certificate is not valid for a server",
    };
    words.to_owned()
}
