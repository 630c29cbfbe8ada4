<?php
/**
 * An order keeps the token of the search's click that led to it, which names nobody. WooCommerce's webhooks tell it.
 *
 * @package BackroomSearch
 */

defined( 'ABSPATH' ) || exit;

/**
 * The token that the script left with this visit; empty where there is none.
 */
function backroom_search_token() {
	$told = isset( $_COOKIE['backroom_search'] ) && is_string( $_COOKIE['backroom_search'] ) ? sanitize_text_field( wp_unslash( $_COOKIE['backroom_search'] ) ) : '';
	return 1 === preg_match( '/^[A-Za-z0-9_-]{6,40}(\.[0-9]{1,3})?$/D', $told ) ? $told : '';
}

/**
 * Keep the token with the order. The classic checkout saves it right after this.
 *
 * @param WC_Order $order The order that is being made.
 */
function backroom_search_mark_order( $order ) {
	$token = backroom_search_token();
	if ( '' !== $token && is_a( $order, 'WC_Order' ) ) {
		$order->update_meta_data( '_backroom_search', $token );
	}
}

/**
 * The same where the order was saved already, as the block checkout does.
 *
 * @param WC_Order $order The order that was made.
 */
function backroom_search_mark_saved_order( $order ) {
	if ( is_a( $order, 'WC_Order' ) ) {
		backroom_search_mark_order( $order );
		$order->save_meta_data();
	}
}

add_action( 'woocommerce_checkout_create_order', 'backroom_search_mark_order' );
add_action( 'woocommerce_store_api_checkout_order_processed', 'backroom_search_mark_saved_order' );
