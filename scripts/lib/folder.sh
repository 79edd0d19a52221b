# shellcheck shell=bash
# Which folder the running project belongs to. Needs lib/say.sh and lib/settings.sh.

project() { setting COMPOSE_PROJECT_NAME sidelink; }

# `init` refuses a second folder too, but Compose recreates changed containers before `init` runs.
# Here nothing has started yet.
refuse_second_folder() {
  local folder name
  [[ $(moved) != yes ]] || return 0
  folder=$(folder_in_use)
  [[ -n $folder && ! $folder -ef . ]] || return 0
  name=$(project)
  die "project \"$name\" is running from $folder, and this folder is $PWD. Two folders need two names: put \
COMPOSE_PROJECT_NAME=$name-2 into .env here, with separate ports (SIDELINK_PORT, SIDELINK_CONTROL_PORT, \
SIDELINK_MEDIA_TCP_PORT, SIDELINK_MEDIA_UDP_PORT). If you moved the folder, run once: SIDELINK_MOVED=yes docker compose up -d --force-recreate"
}

# Are there containers from before the folder was moved? They mount files of the old path.
made_elsewhere() {
  local folder
  folder=$(of_project gateway --all)
  [[ -n $folder && ! $folder -ef . ]]
}

uses_stand_ins() { [[ $(setting COMPOSE_FILE '') == *stand-ins/* ]]; }

# With the test network's file the default is `yes`, because tests run from many folders.
moved() {
  local usual=
  ! uses_stand_ins || usual=yes
  if [[ -n ${SIDELINK_MOVED+set} ]]; then printf '%s' "$SIDELINK_MOVED"; else setting SIDELINK_MOVED "$usual"; fi
}

# The folder of the last successful `init`, while the sidecar runs. The sidecar's own label can name
# an older folder, because Compose does not recreate it for another one. A refused `init` does not
# count.
folder_in_use() {
  [[ -n $(of_project sidecar --filter status=running) ]] || return 0
  of_project init --all --filter exited=0
}

of_project() {
  local service=$1
  shift
  docker ps "$@" --filter "label=com.docker.compose.project=$(project)" --filter "label=com.docker.compose.service=$service" \
    --filter label=com.docker.compose.oneoff=False --format '{{.Label "com.docker.compose.project.working_dir"}}' | head -n 1
}
