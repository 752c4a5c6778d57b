"""Words by which a request points at things: what it wants carried on, which sensitive data it speaks of.

English, German, French, Spanish, Italian, Portuguese and Dutch, folded.
"""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# A request with one of these wants something that was read to be passed on.
CONVEYING = _words(
    """summary summaries summarize summarise summarizing forward copy paste content contents article details information
    info overview report list listing send share tell same quote translate translation transcript recap minutes append
    entry entries part section paragraph excerpt according accordingly described mentioned follow extract message written says based from
    zusammenfassung zusammenfassen zusammenfass fasse weiterleiten inhalt angaben liste ubersicht bericht laut gemass
    resume resumer resumez contenu informations liste rapport selon transmettre
    resumen resume resumir contenido informacion lista informe segun reenvia
    riassunto riassumi contenuto informazioni elenco rapporto secondo inoltra
    resumo resuma conteudo informacoes relatorio segundo encaminhe
    samenvatting samenvat inhoud informatie lijst overzicht verslag volgens"""
)
# A request with one of these speaks of addresses on the web.
LINKING = _words(
    """link links url urls website websites site sites webpage webpages page pages article articles
    webseite seite seiten artikel lien liens enlace enlaces pagina paginas articulo articolo artigo sito collegamento
    ligacao koppeling webpagina"""
)
# One of these is read for what stands on it, and no verb needs to say so.
PAGES = _words(
    """website websites site sites webpage webpages page pages article articles
    webseite seite seiten artikel pagina paginas articulo articolo artigo sito webpagina"""
)
# A request with one of these means several addresses on the web.
LINKS = _words(
    "links urls websites sites webpages pages articles webseiten seiten liens enlaces paginas articulos siti"
)
# A request with one of these speaks of where somebody is reached.
REACHED = _words(
    "address addresses adresse adressen mailadresse direccion correo indirizzo endereco adres emailadres kontaktdaten coordonnees"
)
# A request with one of these speaks of people whom a text names.
PEOPLE = _words(
    """people persons colleague colleagues those everyone everybody anyone whoever team participant participants attendee
    attendees guests members names named mentions mentioned mention lists listed they them who whom
    leute personen kollegen kollegin kollege alle wer personnes collegues ceux personas companeros quienes persone
    colleghi pessoas colegas mensen collega collegas wie"""
)
# What stands before a number that is something's name.
CALLED = _words("id ids number no nr num ref identifier nummer numero numer")
# What an id is an id of; the words of one line mean one kind of thing.
KINDS: dict[str, str] = {
    word: line.split()[0]
    for line in (
        "mail mails email emails inbox mailbox message messages sms letter",
        "event events calendar meeting meetings appointment appointments agenda",
        "file files document documents drive folder folders doc docs filename attachment attachments",
        "payment payments transaction transactions transfer transfers",
        "person people user users member members contact contacts customer customers",
        "order orders purchase purchases cart",
        "issue issues ticket tickets bug bugs pull merge",
        "booking bookings reservation reservations",
        "task tasks todo reminder reminders",
        "device devices light lights lamp sensor sensors lock",
        "patient patients prescription prescriptions",
        "lead leads deal deals opportunity opportunities",
        "product products item items",
        "run runs job jobs pipeline workflow build builds",
    )
    for word in line.split()
}
# A request with one of these wants something read; addresses are fetched for nothing else.
LOOKING = _words(
    """read reads reading summarize summarise summary summarizing visit open look check see view browse fetch find tell what which
    access extract compare translate use go get learn follow
    lies lese lesen ansehen anschauen fasse zusammenfassung zusammenfassen offne prufe
    lis lire resume resumer resumez regarde consulte ouvre
    lee leer resume resumen resumir mira consulta abre visita
    leggi leggere riassumi riassunto guarda apri visita
    leia ler resuma resumo veja abra visite
    lees lezen samenvat samenvatting bekijk bezoek open"""
)
# A request with one of these means every one of many.
MANY = _words(
    "all each every everyone everybody both alle jede jeden jedem jeder beide tous toutes chaque todos todas cada tutti tutte ogni allemaal elke iedereen"
)
# Fields and requests that hold or name sensitive data.
SENSITIVE: dict[str, frozenset[str]] = {
    "secret": _words(
        """password passwords passcode passphrase pin secret token apikey otp mfa cvv cvc credential credentials
        passwort kennwort geheimnis zugangsdaten contrasena clave senha wachtwoord motdepasse code codigo codice"""
    ),
    "identity": _words(
        "passport ssn nif dni cpf license licence licencia reisepass ausweis passeport pasaporte passaporto passaporte paspoort"
    ),
    "financial": _words(
        "card iban account bic swift routing salary kreditkarte konto carte compte tarjeta cuenta carta conto cartao conta kaart rekening gehalt"
    ),
    "health": _words("diagnosis medical patient prescription diagnose befund diagnostic diagnostico diagnosi"),
}
# Words that pick nothing out.
STOP = _words(
    """a an the and or of to in on at by for from with is are was were be been it its this that these those my your his
    her our their me you him them us we i he she they as if then than so not no yes do does did can could will would
    should please all any each every some more most other new get go make made want need like just also but about into
    out up down over under who what when where which how there here have has had let us s t re ll d m true false none
    null day days week month year time today tomorrow first last next am pm
    der die das den dem des ein eine und oder von zu im am mit ist sind fur auf bitte mir mich mein meine
    le la les un une des et ou de du au en est sont pour sur dans mon ma mes moi
    el los las uno una y o del al es son para por con mi mis
    il lo gli i e di da che per con mio mia
    os as um uma ao na no meu minha
    het een of van te op met mijn"""
)
