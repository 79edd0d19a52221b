<h1>PHP works</h1>
<?php
echo isset($_SERVER['HTTP_X_FORWARDED_PROTO']) ? 'asked by ' . htmlspecialchars($_SERVER['HTTP_X_FORWARDED_PROTO']) : '';
