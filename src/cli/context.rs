//! What a command knows of the process it runs in: environment, clock, terminal.

use std::ffi::OsString;
use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use crate::action::{Commands, Environment, Means};
use crate::archive::{Access, Options};
use crate::clock::Clock;
use crate::config::{self, Config};
use crate::notify::operate::Sight;
use crate::params::Params;

/// The environment, read once; commands get it from here and nowhere else.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub(crate) struct Context {
    /// The parameter directory: `LARCH_PARAMS`, else `~/.arch-params`. `None` without a home.
    pub(crate) params: Option<PathBuf>,
    /// Where programs are looked for: `LARCH_EXEC_PATH`, then `PATH`.
    pub(crate) exec_path: Vec<PathBuf>,
    /// The name of the user, if the environment says it.
    pub(crate) login: Option<String>,
    /// The notification directory of an action that is run by hand: `LARCH_DIR`.
    pub(crate) dir: Option<PathBuf>,
    /// The variables that settings name.
    pub(crate) environment: Environment,
    /// The settings' layers below the directory's own, the strongest first.
    pub(crate) config_layers: Vec<PathBuf>,
    /// The notification directories whose hooks this process runs in: `LARCH_WITHIN`.
    pub(crate) within: Option<String>,
    /// The time.
    pub(crate) clock: Clock,
    /// Standard output is a terminal that wants colours.
    pub(crate) color_out: bool,
    /// Standard error is a terminal that wants colours.
    pub(crate) color_err: bool,
    /// The terminal, if there is one, can do no more than print.
    pub(crate) dumb: bool,
    /// Standard error is a terminal that can take a line away again.
    pub(crate) terminal: bool,
}

impl Context {
    pub(crate) fn from_process() -> Self {
        let variable = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
        let home = variable("HOME").map(PathBuf::from);
        let paths = |value: OsString| std::env::split_paths(&value).collect::<Vec<_>>();
        let dumb = variable("TERM").is_none_or(|term| term == "dumb");
        let colors = variable("NO_COLOR").is_none() && !dumb;
        Self {
            params: variable("LARCH_PARAMS")
                .map(PathBuf::from)
                .or_else(|| home.as_ref().map(|home| home.join(".arch-params"))),
            exec_path: ["LARCH_EXEC_PATH", "PATH"]
                .into_iter()
                .filter_map(|name| variable(name).map(paths))
                .flatten()
                .collect(),
            login: ["LOGNAME", "USER"]
                .into_iter()
                .find_map(|name| variable(name)?.into_string().ok()),
            dir: variable("LARCH_DIR").map(PathBuf::from),
            environment: Environment::new(|name| std::env::var_os(name)),
            config_layers: variable("XDG_CONFIG_HOME")
                .map(PathBuf::from)
                .or_else(|| home.map(|home| home.join(".config")))
                .map(|config| config.join("larch/config.toml"))
                .into_iter()
                .chain([PathBuf::from("/etc/larch/config.toml")])
                .collect(),
            within: variable("LARCH_WITHIN").and_then(|value| value.into_string().ok()),
            clock: clock(),
            color_out: colors && std::io::stdout().is_terminal(),
            color_err: colors && std::io::stderr().is_terminal(),
            dumb,
            terminal: !dumb && std::io::stderr().is_terminal(),
        }
    }

    /// The settings files of a notification directory, the strongest first.
    pub(crate) fn layers(&self, dir: &Path) -> Vec<PathBuf> {
        let mut layers = vec![dir.join(config::FILE_NAME)];
        layers.extend_from_slice(&self.config_layers);
        layers
    }

    /// What actions run, in a directory with these settings.
    pub(crate) fn commands(&self, dir: &Path, config: Config) -> Commands {
        Commands::new(self.means(dir, config))
    }

    /// What built-in actions have at hand, in a directory with these settings.
    pub(crate) fn means(&self, dir: &Path, config: Config) -> Means {
        Means {
            dir: dir.to_owned(),
            exec_path: self.exec_path.clone(),
            config,
            login: self.login.clone(),
            environment: self.environment,
            carrier: Arc::default(),
        }
    }

    /// What actions run in a notification directory. Settings that cannot be read are reported by what
    /// needs them, and are the default here.
    pub(crate) fn commands_of(&self, dir: &Path) -> Commands {
        let config = Config::load(dir, &self.layers(dir)).unwrap_or_default();
        self.commands(dir, config)
    }

    /// How archives are read outside of a notification directory.
    pub(crate) fn access(&self) -> Access<'_> {
        static NEVER: AtomicBool = AtomicBool::new(false);
        Access {
            options: Options::default(),
            exec_path: &self.exec_path,
            cache: None,
            clock: self.clock,
            stop: &NEVER,
        }
    }

    /// What the operator's commands look with.
    pub(crate) fn sight<'a>(
        &'a self,
        params: Option<&'a Params>,
        commands: &'a Commands,
    ) -> Sight<'a> {
        Sight {
            params,
            access: self.access(),
            commands,
            now: self.clock.now(),
        }
    }

    /// The context of a process that nobody looks at.
    #[cfg(test)]
    pub(crate) fn blind() -> Self {
        Self {
            params: None,
            exec_path: Vec::new(),
            login: None,
            dir: None,
            environment: Environment::default(),
            config_layers: Vec::new(),
            within: None,
            clock: Clock::default(),
            color_out: false,
            color_err: false,
            dumb: false,
            terminal: false,
        }
    }
}

#[cfg(feature = "fault-points")]
fn clock() -> Clock {
    let seconds = std::env::var("LARCH_TEST_CLOCK_AHEAD")
        .ok()
        .and_then(|text| text.parse::<i64>().ok());
    Clock::ahead_by(seconds.unwrap_or(0).saturating_mul(crate::clock::SECOND))
}

#[cfg(not(feature = "fault-points"))]
fn clock() -> Clock {
    Clock::default()
}
