//! The `gouji` binary: hands its arguments to [`gouji::cli`] and exits with what it says.

fn main() -> std::process::ExitCode {
    gouji::cli::main()
}
