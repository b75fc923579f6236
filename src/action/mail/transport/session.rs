//! One connection to a relay, from its greeting to its end.

use std::error::Error as _;
use std::fmt::{self, Display};
use std::net::TcpStream;

use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::commands::{Data, Mail, Quit, Rcpt, Rset, Starttls};
use lettre::transport::smtp::extension::{Extension, MailBodyParameter, MailParameter};
use lettre::transport::smtp::response::{Response, Severity};

use super::bridge::{Bridge, drive};
use super::dial::dial;
use super::failure::{Cause, Failure, Step};
use super::lines::with_crlf;
use super::patience::{Enough, Patience};
use super::relay::Relay;
use super::tls;
use super::wire::Wire;
use crate::action::last_lines::printable;
use crate::action::mail::Outgoing;
use crate::config::Tls;

/// The most characters that are kept of an answer.
const WORDS: usize = 500;

/// What stands for the greeting that a relay does not repeat when the line is encrypted.
const SILENT_GREETING: &[u8] = b"220 encrypted\r\n";

/// A relay that listens.
pub(super) struct Session {
    connection: AsyncSmtpConnection,
    /// Nobody on the way can read what is said.
    private: bool,
}

impl Session {
    /// Connects, encrypts and logs in, as the settings say.
    pub(super) fn open(relay: &Relay, patience: &Patience<'_>) -> Result<Self, Failure> {
        let socket = dial(&relay.server.host, relay.server.port, &patience.begin())
            .map_err(|cause| cause.at(Step::Connect))?;
        let mut session = match relay.server.tls {
            Tls::Wrapped => Self::greet(relay, encrypt(relay, socket, patience)?, b"", patience)?,
            Tls::None => Self::greet(relay, Wire::Plain(socket), b"", patience)?,
            Tls::Opportunistic | Tls::Required => Self::start_tls(relay, socket, patience)?,
        };
        if let Some(credentials) = &relay.credentials {
            session.log_in(credentials, patience)?;
        }
        Ok(session)
    }

    /// Encrypts the line, if the relay offers it. What it said before that counts for nothing, since
    /// anybody may have said it.
    fn start_tls(
        relay: &Relay,
        socket: TcpStream,
        patience: &Patience<'_>,
    ) -> Result<Self, Failure> {
        let same = socket.try_clone();
        let same = same.map_err(|error| Cause::Broken(error.to_string()).at(Step::Connect))?;
        let mut session = Self::greet(relay, Wire::Plain(socket), b"", patience)?;
        let server_info = session.connection.server_info();
        if server_info.supports_feature(Extension::StartTls) {
            session.command(Step::StartTls, Starttls, patience)?;
            let wire = encrypt(relay, same, patience)?;
            return Self::greet(relay, wire, SILENT_GREETING, patience);
        }
        if relay.server.tls == Tls::Required {
            let why = "does not offer STARTTLS, without which tls=required lets nothing pass";
            return Err(Cause::Unable(why).at(Step::StartTls));
        }
        Ok(session)
    }

    fn greet(
        relay: &Relay,
        wire: Wire,
        first: &'static [u8],
        patience: &Patience<'_>,
    ) -> Result<Self, Failure> {
        let private = match &wire {
            Wire::Encrypted(_) => true,
            Wire::Plain(socket) => socket.peer_addr().is_ok_and(|peer| peer.ip().is_loopback()),
        };
        let stream = Box::new(Bridge::new(wire, first));
        let connection = AsyncSmtpConnection::connect_with_transport(stream, &relay.hello);
        let connection = judge(Step::Greeting, drive(connection, &patience.begin()))?;
        Ok(Self {
            connection,
            private,
        })
    }

    fn log_in(
        &mut self,
        credentials: &Credentials,
        patience: &Patience<'_>,
    ) -> Result<(), Failure> {
        const MECHANISMS: [Mechanism; 2] = [Mechanism::Plain, Mechanism::Login];
        let unable = |why| Cause::Unable(why).at(Step::Auth);
        if !self.private {
            return Err(unable(
                "would be told the password on a line that is not encrypted; write smtps:// or ?tls=required",
            ));
        }
        let server_info = self.connection.server_info();
        if server_info.get_auth_mechanism(&MECHANISMS).is_none() {
            return Err(unable(
                "offers neither AUTH PLAIN nor AUTH LOGIN, and the settings have a user log in",
            ));
        }
        let answer = self.connection.auth(&MECHANISMS, credentials);
        judge(Step::Auth, drive(answer, &patience.begin())).map(drop)
    }

    /// Hands over a message. Returns the relay's last answer.
    pub(super) fn send(
        &mut self,
        outgoing: &Outgoing<'_>,
        patience: &Patience<'_>,
    ) -> Result<String, Failure> {
        let parameters = self.parameters(outgoing)?;
        let mail = Mail::new(Some(outgoing.from.clone()), parameters);
        self.command(Step::Mail, mail, patience)?;
        self.command(
            Step::Rcpt,
            Rcpt::new(outgoing.to.clone(), Vec::new()),
            patience,
        )?;
        self.command(Step::Data, Data, patience)?;
        // The end of the last line is part of what tells the end.
        let text = with_crlf(outgoing.message);
        let text = text.strip_suffix(b"\r\n").unwrap_or(&text);
        let answer = drive(self.connection.message(text), &patience.begin());
        let answer = completed(Step::Message, judge(Step::Message, answer)?)?;
        Ok(said(&answer))
    }

    /// What the relay has to be told of a message that is not ASCII alone.
    fn parameters(&self, outgoing: &Outgoing<'_>) -> Result<Vec<MailParameter>, Failure> {
        let server_info = self.connection.server_info();
        let ascii = |address: &lettre::Address| AsRef::<str>::as_ref(address).is_ascii();
        let mut parameters = Vec::new();
        if !ascii(outgoing.from) || !ascii(outgoing.to) {
            if !server_info.supports_feature(Extension::SmtpUtfEight) {
                let why = "does not take addresses that are not ASCII: it offers no SMTPUTF8";
                return Err(Cause::Unable(why).at(Step::Mail));
            }
            parameters.push(MailParameter::SmtpUtfEight);
        }
        if !outgoing.message.is_ascii() {
            if !server_info.supports_feature(Extension::EightBitMime) {
                let why = "does not take text that is not ASCII: it offers no 8BITMIME";
                return Err(Cause::Unable(why).at(Step::Mail));
            }
            parameters.push(MailParameter::Body(MailBodyParameter::EightBitMime));
        }
        Ok(parameters)
    }

    /// Forgets a message that was refused. Returns whether the session goes on.
    pub(super) fn reset(&mut self, patience: &Patience<'_>) -> bool {
        self.command(Step::Mail, Rset, patience).is_ok()
    }

    /// Takes leave.
    pub(super) fn quit(mut self, patience: &Patience<'_>) {
        // It makes no difference what is answered.
        self.command(Step::Mail, Quit, patience).ok();
    }

    fn command(
        &mut self,
        step: Step,
        command: impl Display,
        patience: &Patience<'_>,
    ) -> Result<Response, Failure> {
        let answer = drive(self.connection.command(command), &patience.begin());
        completed(step, judge(step, answer)?)
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("private", &self.private)
            .finish_non_exhaustive()
    }
}

fn encrypt(relay: &Relay, socket: TcpStream, patience: &Patience<'_>) -> Result<Wire, Failure> {
    let host = &relay.server.host;
    relay
        .trust()
        .map_err(Cause::Broken)
        .and_then(|trust| tls::encrypt(socket, host, trust, &patience.begin()))
        .map_err(|cause| cause.at(Step::Tls))
}

/// The answer, or why there is none.
fn judge<T>(step: Step, answer: Result<Result<T, Error>, Enough>) -> Result<T, Failure> {
    let cause = match answer {
        Ok(Ok(answer)) => return Ok(answer),
        Ok(Err(error)) => {
            let words = error
                .source()
                .map_or_else(|| error.to_string(), ToString::to_string);
            let words = printable(&words, WORDS);
            match error.status() {
                Some(code) => Cause::Answered {
                    code: code.into(),
                    words,
                },
                None if error.is_response() => {
                    Cause::Broken(format!("it does not speak SMTP: {words}"))
                }
                None => Cause::Broken(words),
            }
        }
        Err(enough) => enough.into(),
    };
    Err(cause.at(step))
}

/// The answer, if it is the positive one that the step asks for.
fn completed(step: Step, answer: Response) -> Result<Response, Failure> {
    let wanted = match step {
        Step::Data => Severity::PositiveIntermediate,
        _ => Severity::PositiveCompletion,
    };
    if answer.code().severity == wanted {
        return Ok(answer);
    }
    let why = format!("`{}` is no answer to it", said(&answer));
    Err(Cause::Broken(why).at(step))
}

fn said(answer: &Response) -> String {
    let lines: Vec<&str> = answer.message().collect();
    let text = format!("{} {}", answer.code(), lines.join(" "));
    printable(&text, WORDS)
}
