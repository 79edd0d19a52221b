#!/bin/sh
# Database and Apache in one container, as some people's images have it.
set -eu
mkdir -p /run/mysqld
chown mysql:mysql /run/mysqld
mariadbd --user=mysql --skip-networking &
mariadb-admin --wait=30 ping >/dev/null
cp /wordpress/site.conf /etc/apache2/sites-enabled/site.conf
exec /php/start.sh
