#!/bin/sh
# Once, while the image is built: a database with a WordPress in it.
set -eu
mkdir -p /run/mysqld
chown mysql:mysql /run/mysqld
mariadbd --user=mysql --skip-networking &
mariadb-admin --wait=30 ping >/dev/null
mariadb -e "CREATE DATABASE wordpress; ALTER USER root@localhost IDENTIFIED BY ''"
php /wordpress/install.php
mariadb-admin shutdown
wait
