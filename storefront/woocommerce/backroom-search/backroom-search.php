<?php
/**
 * Plugin Name:       Backroom Search
 * Description:       Backroom's product search: suggestions while typing, a page of results, recommendations.
 * Version:           1.1.0
 * Requires at least: 6.4
 * Requires PHP:      7.4
 * Requires Plugins:  woocommerce
 * WC requires at least: 8.2
 * License:           MIT
 * Text Domain:       backroom-search
 *
 * @package BackroomSearch
 */

defined( 'ABSPATH' ) || exit;

require_once __DIR__ . '/includes/settings.php';
require_once __DIR__ . '/includes/storefront.php';
require_once __DIR__ . '/includes/orders.php';
require_once __DIR__ . '/includes/connection.php';

add_action(
	'before_woocommerce_init',
	static function () {
		if ( class_exists( '\Automattic\WooCommerce\Utilities\FeaturesUtil' ) ) {
			// Order meta is written through WooCommerce's own objects, so either way of keeping orders will do.
			\Automattic\WooCommerce\Utilities\FeaturesUtil::declare_compatibility( 'custom_order_tables', __FILE__, true );
			\Automattic\WooCommerce\Utilities\FeaturesUtil::declare_compatibility( 'cart_checkout_blocks', __FILE__, true );
		}
	}
);
