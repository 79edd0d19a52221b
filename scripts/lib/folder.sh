# shellcheck shell=bash
# Which folder the running project is run from. Needs lib/say.sh and lib/settings.sh.

project() { setting COMPOSE_PROJECT_NAME sidelink; }

# `init` refuses a second folder too, but Compose makes changed containers anew before it: here nothing has begun.
refuse_second_folder() {
  local folder name
  [[ $(moved) != yes ]] || return 0
  folder=$(folder_in_use)
  [[ -n $folder && ! $folder -ef . ]] || return 0
  name=$(project)
  die "project \"$name\" is running from $folder, and this folder is $PWD. Two folders need two names: put \
COMPOSE_PROJECT_NAME=$name-2 into .env here, with ports of its own (SIDELINK_PORT, SIDELINK_CONTROL_PORT, \
SIDELINK_MEDIA_TCP_PORT, SIDELINK_MEDIA_UDP_PORT). If you moved the folder, run once: SIDELINK_MOVED=yes docker compose up -d --force-recreate"
}

# Containers that were created in a folder which has moved since: they mount its files.
made_elsewhere() {
  local folder
  folder=$(of_project gateway --all)
  [[ -n $folder && ! $folder -ef . ]]
}

# The test network's file has `yes` where nothing is set, because tests run from many folders.
moved() {
  local usual=
  [[ $(setting COMPOSE_FILE '') != *stand-ins/compose.yaml* ]] || usual=yes
  if [[ -n ${SIDELINK_MOVED+set} ]]; then printf '%s' "$SIDELINK_MOVED"; else setting SIDELINK_MOVED "$usual"; fi
}

# The folder whose `init` went well, while the sidecar runs. The sidecar's own label may be an older folder's: Compose
# does not make it anew for another one. An `init` that was refused says nothing of where the project runs from.
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
