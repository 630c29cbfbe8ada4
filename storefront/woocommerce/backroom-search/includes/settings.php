<?php
/**
 * The address and the key, under Settings → Backroom Search. WordPress' Settings API checks nonce and capability.
 *
 * @package BackroomSearch
 */

defined( 'ABSPATH' ) || exit;

/**
 * A setting, trimmed; empty where it was never filled in.
 *
 * @param string $name One of door, key, results_page, input.
 */
function backroom_search_setting( $name ) {
	$kept = get_option( 'backroom_search', array() );
	return is_array( $kept ) && isset( $kept[ $name ] ) && is_string( $kept[ $name ] ) ? $kept[ $name ] : '';
}

/**
 * What the form sent, as it may be kept.
 *
 * @param mixed $sent The fields of the form.
 */
function backroom_search_checked( $sent ) {
	$sent = is_array( $sent ) ? $sent : array();
	$text = static function ( $name ) use ( $sent ) {
		return isset( $sent[ $name ] ) && is_string( $sent[ $name ] ) ? trim( sanitize_text_field( $sent[ $name ] ) ) : '';
	};
	$door = untrailingslashit( esc_url_raw( $text( 'door' ), array( 'https', 'http' ) ) );
	if ( '' !== $door && 1 !== preg_match( '#^https?://[^/]+/storefront/v1/[A-Za-z0-9_-]+$#', $door ) ) {
		add_settings_error( 'backroom_search', 'door', __( 'The address is not one of Backroom: copy it from the page Storefront there.', 'backroom-search' ) );
		$door = backroom_search_setting( 'door' );
	}
	$key = $text( 'key' );
	if ( '' !== $key && 1 !== preg_match( '/^pk_[A-Za-z0-9_-]{8,100}$/', $key ) ) {
		add_settings_error( 'backroom_search', 'key', __( 'The key must be the publishable one, which begins with pk_.', 'backroom-search' ) );
		$key = backroom_search_setting( 'key' );
	}
	return array(
		'door'         => $door,
		'key'          => $key,
		'results_page' => (string) absint( $text( 'results_page' ) ),
		'input'        => $text( 'input' ),
	);
}

add_action(
	'admin_init',
	static function () {
		register_setting(
			'backroom_search',
			'backroom_search',
			array(
				'type'              => 'array',
				'sanitize_callback' => 'backroom_search_checked',
				'default'           => array(),
			)
		);
	}
);

add_action(
	'admin_menu',
	static function () {
		add_options_page(
			__( 'Backroom Search', 'backroom-search' ),
			__( 'Backroom Search', 'backroom-search' ),
			'manage_options',
			'backroom-search',
			'backroom_search_settings_page'
		);
	}
);

/**
 * The page with the form.
 */
function backroom_search_settings_page() {
	if ( ! current_user_can( 'manage_options' ) ) {
		return;
	}
	?>
	<div class="wrap">
		<h1><?php echo esc_html( get_admin_page_title() ); ?></h1>
		<p><?php esc_html_e( 'Both stand on the page Storefront in Backroom. Put the shortcode [backroom_search] on the page that shows results.', 'backroom-search' ); ?></p>
		<form action="options.php" method="post">
			<?php settings_fields( 'backroom_search' ); ?>
			<table class="form-table" role="presentation">
				<tr>
					<th scope="row"><label for="backroom-door"><?php esc_html_e( 'Address', 'backroom-search' ); ?></label></th>
					<td><input id="backroom-door" class="regular-text" type="url" name="backroom_search[door]" value="<?php echo esc_attr( backroom_search_setting( 'door' ) ); ?>"></td>
				</tr>
				<tr>
					<th scope="row"><label for="backroom-key"><?php esc_html_e( 'Publishable key', 'backroom-search' ); ?></label></th>
					<td><input id="backroom-key" class="regular-text" type="text" name="backroom_search[key]" value="<?php echo esc_attr( backroom_search_setting( 'key' ) ); ?>" autocomplete="off" spellcheck="false"></td>
				</tr>
				<tr>
					<th scope="row"><label for="backroom-page"><?php esc_html_e( 'Page of results', 'backroom-search' ); ?></label></th>
					<td>
					<?php
					wp_dropdown_pages(
						array(
							'name'             => 'backroom_search[results_page]',
							'id'               => 'backroom-page',
							'selected'         => absint( backroom_search_setting( 'results_page' ) ),
							'show_option_none' => esc_html__( '— The theme shows them —', 'backroom-search' ),
						)
					);
					?>
					</td>
				</tr>
				<tr>
					<th scope="row"><label for="backroom-input"><?php esc_html_e( 'Search field', 'backroom-search' ); ?></label></th>
					<td><input id="backroom-input" class="regular-text code" type="text" name="backroom_search[input]" value="<?php echo esc_attr( backroom_search_setting( 'input' ) ); ?>">
					<p class="description"><?php esc_html_e( 'A CSS selector, only where the field is not found by itself.', 'backroom-search' ); ?></p></td>
				</tr>
			</table>
			<?php submit_button(); ?>
		</form>
	</div>
	<?php
}
