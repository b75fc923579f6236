//! The process: arguments in, exit code out.

use std::process::ExitCode;

fn main() -> ExitCode {
    larch::cli::main(std::env::args_os())
}
