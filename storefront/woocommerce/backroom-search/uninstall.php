<?php
/**
 * Takes the settings away with the plug-in; tokens stay with their orders, where they name nobody.
 *
 * @package BackroomSearch
 */

defined( 'WP_UNINSTALL_PLUGIN' ) || exit;

delete_option( 'backroom_search' );
delete_option( 'backroom_address' );
