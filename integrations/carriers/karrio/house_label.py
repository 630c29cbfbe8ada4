"""How a label of the house looks: 1,200 by 1,800 dots, in the few shapes that karrio draws (text, line, barcode).

karrio's own template prints fields that no shop has. Values are escaped here, as karrio's template engine does not.
"""

TEMPLATE = """
<svg viewBox="0 0 1200 1800" width="4in" height="6in">
<text x="50" y="80" fill="black" style="font-size: 34; font-weight: bold">FROM</text>
{% for line in shipment.metadata.from %}
<text x="50" y="{{ 130 + 44 * loop.index0 }}" fill="black" style="font-size: 34">{{ line|e }}</text>
{% endfor %}
<text x="800" y="80" fill="black" style="font-size: 40; font-weight: bold">{{ carrier.display_name[:20]|e }}</text>
<text x="800" y="150" fill="black" style="font-size: 40">{{ service_name[:20]|e }}</text>
<text x="800" y="220" fill="black" style="font-size: 40">{{ shipment.metadata.weight|e }}</text>
<text x="800" y="290" fill="black" style="font-size: 40">{{ shipment.metadata.date or '' }}</text>
<line x1="30" y1="450" x2="1170" y2="450" fill="black" stroke-width="6" />
<text x="50" y="530" fill="black" style="font-size: 40; font-weight: bold">TO</text>
{% for line in shipment.metadata.to %}
<text x="120" y="{{ 610 + 74 * loop.index0 }}" fill="black" style="font-size: 60; font-weight: bold">{{ line|e }}</text>
{% endfor %}
<line x1="30" y1="1150" x2="1170" y2="1150" fill="black" stroke-width="6" />
<g data-type="barcode" data-value="{{ tracking_number|e }}" data-module-width="4" data-width-ratio="2"
 x="120" y="1210" width="960" height="300" style="font-size: 60; font-weight: bold"></g>
<text x="120" y="1560" fill="black" style="font-size: 52; font-weight: bold">{{ tracking_number|e }}</text>
<line x1="30" y1="1640" x2="1170" y2="1640" fill="black" stroke-width="6" />
<text x="50" y="1700" fill="black" style="font-size: 40">{{ (shipment.metadata.reference or '')|e }}</text>
<text x="900" y="1700" fill="black" style="font-size: 40">{{ package_index }} of {{ total_packages }}</text>
</svg>
"""
