<?php
/**
 * The tab Backroom under WooCommerce → Settings: where Backroom is, whether this shop is connected, and the way there.
 * WooCommerce checks the nonce before anything is saved.
 *
 * @package BackroomSearch
 */

defined( 'ABSPATH' ) || exit;

/**
 * Scheme and host of an address, with the port that it names; empty where it is no web address.
 *
 * @param mixed $told An address of any page of Backroom.
 */
function backroom_search_origin( $told ) {
	$parts = is_string( $told ) ? wp_parse_url( trim( $told ) ) : false;
	if ( ! is_array( $parts ) || empty( $parts['host'] ) || isset( $parts['user'] ) ) {
		return '';
	}
	$scheme = strtolower( isset( $parts['scheme'] ) ? $parts['scheme'] : '' );
	$host   = strtolower( $parts['host'] );
	if ( ! in_array( $scheme, array( 'https', 'http' ), true ) || 1 !== preg_match( '/^([a-z0-9.-]+|\[[0-9a-f:.]+\])$/D', $host ) ) {
		return '';
	}
	$usual = 'https' === $scheme ? 443 : 80;
	$port  = isset( $parts['port'] ) ? (int) $parts['port'] : $usual;
	return $scheme . '://' . $host . ( $port !== $usual ? ':' . $port : '' );
}

/**
 * Where Backroom is: what was entered in the tab, or else what the search's settings say.
 */
function backroom_search_backroom() {
	$entered = backroom_search_origin( get_option( 'backroom_address', '' ) );
	return '' !== $entered ? $entered : backroom_search_origin( backroom_search_setting( 'door' ) );
}

/**
 * How many active webhooks of this shop go to Backroom.
 *
 * @param string $address Where Backroom is.
 */
function backroom_search_webhooks( $address ) {
	$number = 0;
	foreach ( WC_Data_Store::load( 'webhook' )->get_webhooks_ids( 'active' ) as $id ) {
		try {
			$webhook = wc_get_webhook( $id );
		} catch ( Exception $gone ) { // The list of numbers is cached, and this one was deleted.
			continue;
		}
		if ( $webhook && 0 === stripos( $webhook->get_delivery_url(), $address . '/webhooks/woocommerce/' ) ) {
			++$number;
		}
	}
	return $number;
}

/**
 * The fields of the tab, as WooCommerce shows and saves them.
 */
function backroom_search_connection_fields() {
	return array(
		array(
			'type'  => 'title',
			'id'    => 'backroom_connection',
			'title' => __( 'Backroom', 'backroom-search' ),
			'desc'  => __( 'Your shop\'s back office: orders, parcels, customers and the search at one place.', 'backroom-search' ),
		),
		array(
			'type'              => 'url',
			'id'                => 'backroom_address',
			'title'             => __( 'Address of Backroom', 'backroom-search' ),
			'desc'              => __( 'Copy it from your browser while you look at Backroom. Empty: as in the settings of Backroom Search.', 'backroom-search' ),
			'placeholder'       => 'https://backroom.example.com',
			'default'           => '',
			'autoload'          => false,
			'custom_attributes' => array( 'autocomplete' => 'off' ),
		),
		array(
			'type'      => 'backroom_connection_state',
			'id'        => 'backroom_connection_state',
			'title'     => __( 'Connection', 'backroom-search' ),
			'is_option' => false,
		),
		array(
			'type' => 'sectionend',
			'id'   => 'backroom_connection',
		),
	);
}

/**
 * The address as it may be kept. Null leaves the one that is kept.
 *
 * @param mixed $sent What the form sent.
 */
function backroom_search_checked_address( $sent ) {
	if ( ! is_string( $sent ) || '' === trim( $sent ) ) {
		return '';
	}
	$address = backroom_search_origin( $sent );
	if ( '' === $address ) {
		WC_Admin_Settings::add_error( __( 'Backroom\'s address was not saved: it begins with https:// and names a host.', 'backroom-search' ) );
		return null;
	}
	return $address;
}

/**
 * A link that opens Backroom in a new tab.
 *
 * @param string $url   Where it leads.
 * @param string $words What it says.
 * @param string $look  Its class.
 */
function backroom_search_link( $url, $words, $look ) {
	?>
	<a class="<?php echo esc_attr( $look ); ?>" href="<?php echo esc_url( $url, array( 'https', 'http' ) ); ?>" target="_blank" rel="noopener noreferrer"><?php echo esc_html( $words ); ?><span class="screen-reader-text"> <?php esc_html_e( '(opens in a new tab)', 'backroom-search' ); ?></span></a>
	<?php
}

/**
 * The row that says whether the shop is connected.
 *
 * @param array $field The field as it stands in backroom_search_connection_fields.
 */
function backroom_search_connection_state( $field ) {
	$address  = backroom_search_backroom();
	$webhooks = '' !== $address ? backroom_search_webhooks( $address ) : 0;
	// Signing in there proves who manages this store: its keys are given anew.
	$sign_in = add_query_arg( 'address', rawurlencode( home_url() ), $address . '/woocommerce/connect' );
	?>
	<tr valign="top">
		<th scope="row" class="titledesc"><?php echo esc_html( $field['title'] ); ?></th>
		<td class="forminp">
		<?php if ( '' === $address ) : ?>
			<p><?php esc_html_e( 'Enter the address of Backroom and save, then connect this shop here.', 'backroom-search' ); ?></p>
		<?php elseif ( 0 === $webhooks ) : ?>
			<p><?php esc_html_e( 'Not connected: no active webhook of this shop goes to this address.', 'backroom-search' ); ?></p>
			<p><?php backroom_search_link( $sign_in, __( 'Connect this shop', 'backroom-search' ), 'button' ); ?></p>
		<?php else : ?>
			<p>
			<?php
			/* translators: %s: how many webhooks. */
			echo esc_html( sprintf( _n( 'Connected: %s webhook tells Backroom what happens here.', 'Connected: %s webhooks tell Backroom what happens here.', $webhooks, 'backroom-search' ), number_format_i18n( $webhooks ) ) );
			?>
			</p>
			<p>
			<?php
			backroom_search_link( $address . '/dashboard/', __( 'Open Backroom', 'backroom-search' ), 'button' );
			backroom_search_link( $sign_in, __( 'Sign in with this shop', 'backroom-search' ), '' );
			?>
			</p>
		<?php endif; ?>
		</td>
	</tr>
	<?php
}

add_filter(
	'woocommerce_settings_tabs_array',
	static function ( $tabs ) {
		if ( current_user_can( 'manage_woocommerce' ) ) {
			$tabs['backroom'] = __( 'Backroom', 'backroom-search' );
		}
		return $tabs;
	},
	50
);

// The successor of woocommerce_settings_tabs_backroom, which WooCommerce calls deprecated.
add_action(
	'woocommerce_settings_backroom',
	static function () {
		if ( current_user_can( 'manage_woocommerce' ) ) {
			woocommerce_admin_fields( backroom_search_connection_fields() );
		}
	}
);

add_action(
	'woocommerce_update_options_backroom',
	static function () {
		if ( current_user_can( 'manage_woocommerce' ) ) {
			woocommerce_update_options( backroom_search_connection_fields() );
		}
	}
);

add_action( 'woocommerce_admin_field_backroom_connection_state', 'backroom_search_connection_state' );
add_filter( 'woocommerce_admin_settings_sanitize_option_backroom_address', 'backroom_search_checked_address' );
