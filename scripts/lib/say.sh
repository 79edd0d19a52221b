# shellcheck shell=bash
# Shared by the scripts: messages, and root privileges.

say() { printf '%s\n' "$*" >&2; }

# Prints what failed and how to fix it, without a trace.
die() {
  printf '%s\n' "$@" >&2
  exit 1
}

as_root() {
  if [[ $EUID -eq 0 ]]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    die "This needs root: run it as root, or install sudo."
  fi
}

have() { command -v "$1" >/dev/null 2>&1; }

# macOS has no `timeout`: there the user ends a command that hangs.
within() {
  local seconds=$1
  shift
  if have timeout; then timeout "$seconds" "$@"; else "$@"; fi
}

apt_install() {
  # A third party's repository that does not answer is not a reason to fail.
  as_root apt-get update -qq || true
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

apt_ensure() {
  local missing=() package
  for package in "$@"; do
    dpkg -s "$package" >/dev/null 2>&1 || missing+=("$package")
  done
  [[ ${#missing[@]} -eq 0 ]] || apt_install "${missing[@]}"
}
