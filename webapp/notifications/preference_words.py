"""Words of the page on which recipients choose what they receive, in the languages of messages."""

_NAMES = ("title", "lead", "news", "wishes", "save", "saved", "stop", "stopped", "orders", "gone")
_TABLE = {
    "en": (
        "What you receive", "Messages from {shop} to {address}", "News by mail",
        "Tell me when these can be bought again", "Save", "Saved.", "Unsubscribe from all news",
        "You receive no more news from {shop}.", "Messages about your orders are still sent.",
        "This link is not valid any more. You receive no news because of it.",
    ),
    "de": (
        "Was Sie erhalten", "Nachrichten von {shop} an {address}", "Neuigkeiten per E-Mail",
        "Bescheid geben, wenn es das wieder gibt", "Speichern", "Gespeichert.", "Alle Neuigkeiten abbestellen",
        "Sie erhalten keine Neuigkeiten mehr von {shop}.", "Nachrichten zu Ihren Bestellungen erhalten Sie weiterhin.",
        "Dieser Link gilt nicht mehr. Seinetwegen erhalten Sie keine Neuigkeiten.",
    ),
    "fr": (
        "Ce que vous recevez", "Messages de {shop} à {address}", "Nouveautés par e-mail",
        "Me prévenir quand c’est de nouveau disponible", "Enregistrer", "Enregistré.", "Ne plus recevoir de nouveautés",
        "Vous ne recevrez plus de nouveautés de {shop}.", "Les messages sur vos commandes sont toujours envoyés.",
        "Ce lien n’est plus valable. Vous ne recevez rien à cause de lui.",
    ),
    "es": (
        "Lo que recibe", "Mensajes de {shop} a {address}", "Novedades por correo",
        "Avisarme cuando vuelva a estar disponible", "Guardar", "Guardado.", "Darme de baja de todas las novedades",
        "Ya no recibirá novedades de {shop}.", "Los mensajes sobre sus pedidos se siguen enviando.",
        "Este enlace ya no es válido. No recibe novedades por él.",
    ),
    "it": (
        "Che cosa riceve", "Messaggi di {shop} a {address}", "Novità per e-mail",
        "Avvisami quando è di nuovo disponibile", "Salva", "Salvato.", "Non ricevere più novità",
        "Non riceverà più novità da {shop}.", "I messaggi sui suoi ordini vengono ancora inviati.",
        "Questo link non è più valido. Non riceve novità per questo.",
    ),
    "nl": (
        "Wat u ontvangt", "Berichten van {shop} aan {address}", "Nieuws per e-mail",
        "Laat me weten wanneer dit er weer is", "Opslaan", "Opgeslagen.", "Afmelden voor al het nieuws",
        "U ontvangt geen nieuws meer van {shop}.", "Berichten over uw bestellingen worden nog verstuurd.",
        "Deze link is niet meer geldig. U ontvangt hierdoor geen nieuws.",
    ),
    "pl": (
        "Co otrzymujesz", "Wiadomości od {shop} na {address}", "Nowości e-mailem",
        "Powiadom mnie, gdy znów będzie dostępne", "Zapisz", "Zapisano.", "Zrezygnuj ze wszystkich nowości",
        "Nie otrzymasz więcej nowości od {shop}.", "Wiadomości o zamówieniach nadal są wysyłane.",
        "Ten link jest już nieważny. Nie otrzymujesz przez niego nowości.",
    ),
    "pt": (
        "O que recebe", "Mensagens de {shop} para {address}", "Novidades por e-mail",
        "Avisar-me quando voltar a estar disponível", "Guardar", "Guardado.", "Cancelar todas as novidades",
        "Já não recebe novidades de {shop}.", "As mensagens sobre as suas encomendas continuam a ser enviadas.",
        "Esta ligação já não é válida. Não recebe novidades por causa dela.",
    ),
    "ja": (
        "受信する内容", "{shop} から {address} へのメッセージ", "メールでのお知らせ",
        "再入荷したら知らせる", "保存", "保存しました。", "すべてのお知らせを停止",
        "{shop} からのお知らせは届かなくなります。", "ご注文に関するメッセージは引き続き送信されます。",
        "このリンクは無効です。このリンクによるお知らせは届きません。",
    ),
    "ar": (
        "ما الذي يصلك", "رسائل من {shop} إلى {address}", "الأخبار بالبريد",
        "أخبرني عند توفر هذه مجددًا", "حفظ", "تم الحفظ.", "إلغاء الاشتراك في كل الأخبار",
        "لن تصلك أخبار من {shop} بعد الآن.", "ما زالت الرسائل المتعلقة بطلباتك تُرسل.",
        "لم يعد هذا الرابط صالحًا. لا تصلك أخبار بسببه.",
    ),
}  # fmt: skip


def words_of(language: str) -> dict[str, str]:
    """The words in one of the languages of messages (integrations.channels.wording)."""
    return dict(zip(_NAMES, _TABLE[language], strict=True))


def masked(address: str) -> str:
    """An address as only its owner recognises it."""
    local, _, domain = address.partition("@")
    return f"{local[:1]}•••@{domain}" if domain else f"•••{address[-2:]}"
