//! Whom this program believes when a mail server shows its certificate: the authorities this machine trusts, or those that the
//! document or the configuration names in their place.

use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use tokio_rustls::TlsConnector;

/// The certificates of a PEM text.
///
/// # Errors
/// What was expected.
pub(crate) fn authorities(pem: &str) -> Result<Vec<CertificateDer<'static>>, String> {
    let expected = || "expected certificates in PEM: -----BEGIN CERTIFICATE-----…".to_owned();
    let found: Vec<_> =
        CertificateDer::pem_slice_iter(pem.as_bytes()).collect::<Result<_, _>>().map_err(|_| expected())?;
    let mut store = RootCertStore::empty();
    for certificate in &found {
        store.add(certificate.clone()).map_err(|e| format!("a certificate cannot be read: {e}"))?;
    }
    if found.is_empty() { Err(expected()) } else { Ok(found) }
}

/// What protects connections; `ca` names the authorities (PEM) in the place of those this machine trusts.
///
/// # Errors
/// When there are no authorities.
pub(crate) fn connector(ca: Option<&str>) -> Result<TlsConnector, String> {
    use hyper_rustls::ConfigBuilderExt;
    let _ = rustls::crypto::ring::default_provider().install_default();
    let builder = ClientConfig::builder();
    let builder = match ca {
        Some(pem) => {
            let mut store = RootCertStore::empty();
            store.add_parsable_certificates(authorities(pem)?);
            builder.with_root_certificates(store)
        }
        None => builder.with_native_roots().map_err(|e| format!("this machine's certificates cannot be read: {e}"))?,
    };
    Ok(TlsConnector::from(Arc::new(builder.with_no_client_auth())))
}

/// The text of a failed handshake with what can be done about it; `ca` is where another authority is named.
pub(crate) fn explained(text: String, ca: &str) -> String {
    if text.contains("UnknownIssuer") {
        return format!(
            "{text}: nobody that is trusted here signed the server's certificate; name its authority in {ca}"
        );
    }
    if text.contains("CaUsedAsEndEntity") {
        return format!("{text}: the server shows an authority's certificate as its own; it needs one of its own");
    }
    text
}

#[cfg(test)]
mod tests;
