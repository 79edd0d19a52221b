# shellcheck shell=bash
# The user's settings: from the environment, else from `.env`.

setting() {
  local name=$1 default=$2 line
  line=$([[ -r .env ]] && grep -E "^$name=" .env | tail -n 1) || true
  printf '%s' "${!name:-$(value_of "$line" "$default")}"
}

value_of() { if [[ -n $1 ]]; then printf '%s' "${1#*=}"; else printf '%s' "$2"; fi; }
