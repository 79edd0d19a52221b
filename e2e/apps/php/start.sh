#!/bin/sh
# As Docker's php:apache does: in the foreground, ended by SIGWINCH.
: > /etc/apache2/ports.conf
. /etc/apache2/envvars
mkdir -p "$APACHE_RUN_DIR" "$APACHE_LOCK_DIR"
exec apache2 -DFOREGROUND
