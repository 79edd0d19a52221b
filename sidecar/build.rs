//! Writes the list of the dashboard's files, which are embedded. A file that is added to the folder is served.

use std::error::Error;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() -> Result<(), Box<dyn Error>> {
    let folder = Path::new(&env::var("CARGO_MANIFEST_DIR")?).join("dashboard");
    println!("cargo::rerun-if-changed={}", folder.display());
    let mut files: Vec<PathBuf> = fs::read_dir(&folder)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<_, _>>()?;
    files.sort();
    let mut list = "&[\n".to_owned();
    for path in files {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let route = if name == "index.html" { "" } else { &name };
        writeln!(
            list,
            "(\"/{route}\", {:?}, include_str!({path:?})),",
            media_type(&name)?
        )?;
    }
    list.push(']');
    fs::write(Path::new(&env::var("OUT_DIR")?).join("dashboard.rs"), list)?;
    Ok(())
}

fn media_type(name: &str) -> Result<&'static str, String> {
    match name.rsplit('.').next() {
        Some("html") => Ok("text/html; charset=utf-8"),
        Some("css") => Ok("text/css; charset=utf-8"),
        Some("js") => Ok("text/javascript; charset=utf-8"),
        Some("svg") => Ok("image/svg+xml"),
        _ => Err(format!(
            "dashboard/{name}: unknown file type; add its media type to build.rs"
        )),
    }
}
