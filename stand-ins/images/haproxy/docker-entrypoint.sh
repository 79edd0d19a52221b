#!/bin/sh
# As in the published image: master-worker mode in the foreground, so that signals behave the same.
set -e
[ "${1#-}" = "$1" ] || set -- haproxy "$@"
if [ "$1" = haproxy ]; then
  shift
  set -- haproxy -W -db "$@"
fi
exec "$@"
