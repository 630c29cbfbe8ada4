<?php
/**
 * The script on every page of the shop, and the shortcodes.
 *
 * @package BackroomSearch
 */

defined( 'ABSPATH' ) || exit;

/**
 * The script's address; empty while the settings are not filled in.
 */
function backroom_search_script() {
	$door = backroom_search_setting( 'door' );
	$key  = backroom_search_setting( 'key' );
	return '' !== $door && '' !== $key ? add_query_arg( 'key', rawurlencode( $key ), $door . '/widget.js' ) : '';
}

add_action(
	'wp_enqueue_scripts',
	static function () {
		$script = backroom_search_script();
		if ( '' !== $script ) {
			// No version: the address says how long it may be kept.
			wp_enqueue_script( 'backroom-search', $script, array(), null, array( 'strategy' => 'defer', 'in_footer' => true ) ); // phpcs:ignore WordPress.WP.EnqueuedResourceParameters.MissingVersion
		}
	}
);

add_filter(
	'script_loader_tag',
	static function ( $tag, $handle ) {
		if ( 'backroom-search' !== $handle ) {
			return $tag;
		}
		$page  = absint( backroom_search_setting( 'results_page' ) );
		$about = array(
			'data-platform'    => 'woocommerce',
			'data-lang'        => get_bloginfo( 'language' ),
			'data-input'       => backroom_search_setting( 'input' ),
			'data-results-url' => $page ? (string) get_permalink( $page ) : '',
		);
		$attributes = '';
		foreach ( array_filter( $about ) as $name => $value ) {
			$attributes .= ' ' . $name . '="' . esc_attr( $value ) . '"';
		}
		$place = strpos( $tag, ' src=' );
		return false === $place ? $tag : substr_replace( $tag, $attributes, $place, 0 );
	},
	10,
	2
);

add_shortcode(
	'backroom_search',
	static function ( $given ) {
		$given    = shortcode_atts( array( 'category' => '' ), is_array( $given ) ? $given : array(), 'backroom_search' );
		$category = sanitize_text_field( $given['category'] );
		return '<div data-backroom-results' . ( '' !== $category ? ' data-category="' . esc_attr( $category ) . '"' : '' ) . '></div>';
	}
);

add_shortcode(
	'backroom_recommendations',
	static function ( $given ) {
		$given   = shortcode_atts( array( 'how' => 'bought-together', 'product' => '', 'limit' => '4' ), is_array( $given ) ? $given : array(), 'backroom_recommendations' );
		$product = '' !== $given['product'] ? absint( $given['product'] ) : get_the_ID();
		$how     = 'similar' === $given['how'] ? 'similar' : 'bought-together';
		if ( ! $product ) {
			return '';
		}
		return '<div data-backroom-recommend="' . esc_attr( $how ) . '" data-product="' . esc_attr( (string) $product ) . '" data-limit="' . esc_attr( (string) absint( $given['limit'] ) ) . '"></div>';
	}
);
