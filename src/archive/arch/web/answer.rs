//! What a server answers to a request, with nothing missing.

use ureq::http::{Response, StatusCode, header};
use ureq::{Body, Error};

use super::client::{Client, Wish};
use super::failure::Failure;
use super::seen::Seen;

/// Longer files are refused.
const LONGEST: u64 = 64 << 20;

/// What a server answers.
#[derive(Debug)]
pub(super) enum Answer {
    /// The file.
    Whole(Vec<u8>, Seen),
    /// It is what was seen.
    Unchanged,
    /// Whether there is something in it.
    Content(bool),
}

/// Reads the answer for the file at `url`.
pub(super) fn read(
    client: &Client,
    url: &str,
    wish: &Wish,
    response: Response<Body>,
) -> Result<Answer, Failure> {
    let refused = |said: String| Failure::Refused {
        url: url.to_owned(),
        said,
    };
    let status = response.status();
    match (status, wish) {
        (StatusCode::OK, Wish::Content) => {
            let length = response.headers().get(header::CONTENT_LENGTH);
            return Ok(Answer::Content(length.is_none_or(|length| length != "0")));
        }
        (StatusCode::OK, _) => {}
        (StatusCode::NOT_MODIFIED, Wish::Changed(seen)) if seen.conditions().count() > 0 => {
            return Ok(Answer::Unchanged);
        }
        (StatusCode::NOT_FOUND | StatusCode::GONE, _) => {
            return Err(Failure::Missing {
                url: url.to_owned(),
            });
        }
        _ if is_of_the_host(status) => {
            return Err(Failure::Host {
                host: client.host().to_owned(),
                said: format!("the server answers {status}"),
            });
        }
        _ => return Err(refused(format!("the server answers {status}"))),
    }
    let (head, body) = response.into_parts();
    let tells = |name| head.headers.contains_key(name);
    if !tells(header::CONTENT_LENGTH) && !tells(header::TRANSFER_ENCODING) {
        return Err(refused(
            "the server does not say how long its answer is, so that it may be cut short"
                .to_owned(),
        ));
    }
    let too_long = || {
        refused(format!(
            "the server's answer is longer than {LONGEST} bytes"
        ))
    };
    if body.content_length().is_some_and(|length| length > LONGEST) {
        return Err(too_long());
    }
    let body = body.into_with_config().limit(LONGEST);
    let bytes = body.read_to_vec().map_err(|error| match error {
        Error::Timeout(_) => client.too_slow(),
        Error::BodyExceedsLimit(_) => too_long(),
        error => refused(format!("the server's answer ends early: {error}")),
    })?;
    let seen = Seen::new(&head.headers, &bytes);
    Ok(Answer::Whole(bytes, seen))
}

/// The statuses that say something of the server, or of us, and nothing of the file.
fn is_of_the_host(status: StatusCode) -> bool {
    matches!(
        status,
        StatusCode::UNAUTHORIZED
            | StatusCode::PROXY_AUTHENTICATION_REQUIRED
            | StatusCode::TOO_MANY_REQUESTS
            | StatusCode::BAD_GATEWAY
            | StatusCode::SERVICE_UNAVAILABLE
            | StatusCode::GATEWAY_TIMEOUT
    )
}
