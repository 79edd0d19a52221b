<?php
// The installation as it was made at home: its address is http://localhost:8000.
define('WP_INSTALLING', true);
$_SERVER['HTTP_HOST'] = 'localhost:8000';
require '/usr/share/wordpress/wp-load.php';
require ABSPATH . 'wp-admin/includes/upgrade.php';
wp_install('WordPress works', 'admin', 'admin@example.org', true, '', 'only-for-tests');
foreach (['siteurl', 'home'] as $option) {
  update_option($option, 'http://localhost:8000');
}
